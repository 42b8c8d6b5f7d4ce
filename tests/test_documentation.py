"""What the program has, the manual names: traits, commands, magics, dependencies."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from errreport_collector.accounts.settings import ErrReportAccounts
from errreport_collector.application import ErrReportCollector

from jupyter_errreport.command import COMMANDS
from jupyter_errreport.extension import JupyterErrReport
from jupyter_errreport.kernel.magics import _COMMANDS as MAGICS
from jupyter_errreport.kernel.settings import ErrReport


def own_traits(kind: type) -> list[str]:
    """Traits that a person can set and that this class itself brings."""
    inherited = {name for base in kind.__mro__[1:] for name in getattr(base, "class_trait_names", list)()}
    return [name for name in kind.class_trait_names(config=True) if name not in inherited]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("kind", "page"),
    [
        (JupyterErrReport, "docs/server.md"),
        (ErrReportCollector, "docs/collector.md"),
        (ErrReportAccounts, "docs/accounts.md"),
        (ErrReport, "README.md"),
    ],
)
def test_every_setting_is_in_the_manual_and_has_a_help(root: Path, kind: type, page: str) -> None:
    text = (root / page).read_text()
    names = own_traits(kind)
    assert names
    for name in names:
        if name in ("ip", "port", "db", "processes") and kind is ErrReportCollector:
            assert f"--{name}" in text
        else:
            assert re.search(rf"`[\w.]*\.?{name}`", text), name
        assert len(kind.class_traits()[name].help) > 20, name  # type: ignore[attr-defined]


def test_every_magic_is_in_the_manual(root: Path) -> None:
    text = (root / "docs/author.md").read_text()
    for word in MAGICS:
        assert f"%errreport {word}" in text


def test_every_command_is_in_the_manual(root: Path) -> None:
    text = "".join(page.read_text() for page in (root / "docs").glob("*.md"))
    for command in COMMANDS:
        assert f"jupyter errreport {command}" in text


def test_every_dependency_says_why_it_is_there(root: Path) -> None:
    project = (root / "pyproject.toml").read_text()
    text = (root / "docs/dependencies.md").read_text()
    listed = re.search(r"^dependencies = \[(.*?)^\]", project, re.DOTALL | re.MULTILINE)
    assert listed is not None
    for requirement in re.findall(r'"([\w-]+)', listed[1]):
        assert f"`{requirement}`" in text
