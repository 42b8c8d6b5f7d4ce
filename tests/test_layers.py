"""Who knows whom. import-linter holds the floors (`make lint`, pyproject.toml); here is what it can't ask."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import tomllib

from jupyter_errreport.command.kernels.installation import KERNEL_PARTS
from tests.support.runtimes import ROOT

PATH = f"{ROOT}:{ROOT / 'collector'}"
MOST = 16
"""Modules of a folder, which somebody can still look through."""
CROWDED = {"kernel"}
"""Folders with more, each of which is to be divided."""


def folders() -> list[Path]:
    found = [*(ROOT / "jupyter_errreport").rglob("__init__.py"), *(ROOT / "collector").rglob("__init__.py")]
    return [path.parent for path in found if path.parent.name != "versions"]  # a migration each, for ever


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.relative_to(ROOT).as_posix())
def test_a_folder_has_no_more_modules_than_one_looks_through(folder: Path) -> None:
    modules = [path.name for path in folder.glob("*.py") if path.name != "__init__.py"]
    assert (len(modules) > MOST) == (folder.name in CROWDED), modules


def test_the_floors_are_those_of_pyproject() -> None:
    """import-linter finds nothing that looks up: the same as `make lint`, for those who only run the tests."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    found = subprocess.run(
        command, cwd=ROOT, env={"PYTHONPATH": PATH}, capture_output=True, text=True, check=False, timeout=120
    )
    assert found.returncode == 0, found.stdout


def test_every_package_has_a_floor() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    floors = {room.strip() for layer in contracts[0]["layers"] for room in layer.split("|")}
    modules = {path.stem for path in (ROOT / "jupyter_errreport").glob("*.py")} - {"__init__"}
    packages = {path.parent.name for path in (ROOT / "jupyter_errreport").glob("*/__init__.py")}
    assert floors == modules | packages


def test_what_hook_install_copies_is_all_that_the_hook_imports(tmp_path: Path) -> None:
    """In an environment without the package: a file that were missing would silence the hook without a word."""
    copy = tmp_path / "jupyter_errreport"
    code = (
        "import sys, shutil, pathlib\n"
        f"source, copy = pathlib.Path({str(ROOT / 'jupyter_errreport')!r}), pathlib.Path({str(copy)!r})\n"
        "copy.mkdir()\n"
        f"for part in {KERNEL_PARTS!r}:\n"
        "    (shutil.copytree if (source / part).is_dir() else shutil.copyfile)(source / part, copy / part)\n"
        f"sys.path.insert(0, {str(tmp_path)!r})\n"
        "import importlib, jupyter_errreport\n"
        "assert jupyter_errreport.__file__.startswith(str(copy)), jupyter_errreport.__file__\n"
        "for path in sorted(copy.rglob('*.py')):\n"
        "    name = '.'.join(path.relative_to(copy.parent).with_suffix('').parts).replace('.__init__', '')\n"
        "    importlib.import_module(name)\n"
    )
    found = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize(
    ("module", "later"),
    [
        ("jupyter_errreport.delivery", "requests"),
        ("jupyter_errreport.command.collector", "errreport_collector"),
        ("jupyter_errreport.command.collector", "tornado"),
        ("jupyter_errreport.command.token", "sqlalchemy"),
    ],
)
def test_what_takes_long_to_load_is_loaded_when_it_is_needed(module: str, later: str) -> None:
    code = f"import sys, {module}; print({later!r} in sys.modules)"
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, env={"PYTHONPATH": PATH}, capture_output=True, text=True, check=True, timeout=30)
    assert found.stdout.strip() == "False"
