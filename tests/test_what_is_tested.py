"""The tests are about what users install."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import errreport_collector
import pytest

import jupyter_errreport

pytestmark = pytest.mark.needs("installed wheel")


def test_the_installed_wheel_is_tested_and_not_the_checkout(root: Path) -> None:
    for package in (jupyter_errreport, errreport_collector):
        folder = Path(str(package.__file__)).parent
        assert folder.is_relative_to(sys.prefix)
        assert folder.parent not in (root, root / "collector")


def test_programs_that_tests_start_use_the_installed_wheel_too() -> None:
    command = [sys.executable, "-c", "import jupyter_errreport; print(jupyter_errreport.__file__)"]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()
    assert Path(found).parent == Path(jupyter_errreport.__file__).parent
