"""What the wheel brings for JupyterLab, and that the manual says how to switch each part off."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from tests.support.runtimes import ROOT

SHARE = "share/jupyter/labextensions/jupyter-errreport/"
PLUGINS = re.findall(
    r"id: '(jupyter-errreport:\w+)'",
    "".join(path.read_text() for path in sorted((ROOT / "labextension" / "src" / "plugins").glob("*.ts*"))),
)


@pytest.mark.needs("wheel")
def test_the_wheel_has_the_panel_ready_made(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = [name.partition(SHARE)[2] for name in archive.namelist() if SHARE in name]
        (package,) = [name for name in archive.namelist() if name.endswith(f"{SHARE}package.json")]
        entry = json.loads(archive.read(package))["jupyterlab"]["_build"]["load"]
    assert {"package.json", "install.json", entry} <= set(names)
    assert [name for name in names if "node_modules" in name or name.endswith((".ts", ".tsx"))] == []


def test_the_version_is_the_packages() -> None:
    version = json.loads((ROOT / "labextension" / "package.json").read_text())["version"]
    assert f'version = "{version}"' in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize("plugin", PLUGINS)
def test_each_plugin_is_in_the_manual(plugin: str) -> None:
    assert f"`{plugin}`" in (ROOT / "docs" / "panel.md").read_text()
