"""What runs in or beside kernels is Python 3.7: whatever `pyproject.toml` calls so is imported there."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.runtimes import ROOT

pytestmark = pytest.mark.needs("installed wheel")

_TARGET = re.compile(r'^per-file-target-version\."(jupyter_errreport/.*)" = "py37"$', re.MULTILINE)
_BRACES = re.compile(r"\{(.*)\}")


def files_of(pattern: str) -> list[Path]:
    """The files that a pattern means; each name in braces must be there."""
    braces = _BRACES.search(pattern)
    names = braces[1].split(",") if braces else [""]
    found = []
    for name in names:
        files = list(ROOT.glob(_BRACES.sub(name, pattern)))
        assert files, f"{pattern}: nothing is called {name}"
        found += files
    return found


def test_everything_that_is_called_so_is_imported_by_it(runtime_python: Callable[[str], Path], tmp_path: Path) -> None:
    patterns = _TARGET.findall((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert len(patterns) > 3
    modules = sorted(
        {
            ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            for pattern in patterns
            for path in files_of(pattern)
        }
    )
    assert "jupyter_errreport.command.hook" in modules and "jupyter_errreport.kernel.hook" in modules
    code = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)"
    command = [str(runtime_python("ipython5")), "-c", code, *modules]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
