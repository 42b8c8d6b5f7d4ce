"""File names and functions that leave: no directory, no name made of data."""

from __future__ import annotations

import json
import os
import sys
import types
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from jupyter_errreport.event import ClassSnapshot, FrameSnapshot
from jupyter_errreport.privacy import (
    CodeOfKernel,
    public_cell_id,
    public_filename,
    public_frame,
    public_function,
    public_name,
    public_notebook,
)
from jupyter_errreport.privacy.steps import finished


def known(filename: str) -> bool:
    return True


def unknown(filename: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        (json.decoder.__file__, "json/decoder.py"),
        (os.__file__, "os.py"),
        (pytest.__file__, "pytest/__init__.py"),
        ("/home/smith/project/helpers.py", "helpers.py"),
        ("C:\\Users\\smith\\project\\helpers.py", "helpers.py"),
        ("/home/smith/patient 12345678 results.py", "<file>"),
        ("/home/smith/script", "<file>"),
        ("<string>", "<string>"),
        ("<frozen importlib._bootstrap>", "<frozen importlib._bootstrap>"),
        ("<frozen smith>", "<generated>"),
        ("<patient smith>", "<generated>"),
        ("", "<file>"),
    ],
)
def test_a_filename(filename: str, expected: str) -> None:
    assert public_filename(filename, None, known) == expected


def test_a_cell_is_named_by_its_number() -> None:
    assert public_filename("/tmp/ipykernel_1/23.py", 12, unknown) == "<cell 12>"


def test_a_file_that_no_code_names_is_a_placeholder() -> None:
    assert public_filename("/home/smith/smith_1980.py", None, unknown) == "<file>"


def test_a_package_is_what_a_distribution_brought(tmp_path: Path) -> None:
    folder = tmp_path / "lib" / "site-packages"
    (folder / "mine").mkdir(parents=True)
    (folder / "copied").mkdir()
    (folder / "other_name-1.0.dist-info").mkdir()
    (folder / "other_name-1.0.dist-info" / "RECORD").write_text("mine/__init__.py,,\nmine/a.py,,\n")
    (folder / "mine" / "a.py").touch()
    assert public_filename(str(folder / "mine" / "a.py"), None, unknown) == "mine/a.py"
    assert public_filename(str(folder / "mine" / "smith.py"), None, unknown) == "<file>", "code made by exec"
    assert public_filename(str(folder / "copied" / "smith.py"), None, unknown) == "<file>"
    assert public_filename(str(folder / "smith.py"), None, unknown) == "<file>"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("fit", "fit"),
        ("<module>", "<module>"),
        ("<lambda>", "<lambda>"),
        ("<cell line: 3>", "<module>"),
        ("async-def-wrapper", "<module>"),
        ("patient Smith", "<function>"),
        ("", "<function>"),
    ],
)
def test_a_function(name: str, expected: str) -> None:
    assert public_function(name, is_true=True) == expected


def test_a_function_whose_name_stands_in_no_source() -> None:
    assert public_function("smith", is_true=False) == "<function>"


def frame_of(code: types.CodeType, cell: int | None) -> FrameSnapshot:
    return FrameSnapshot(code=code, lineno=1, lasti=0, module="__main__", cell=cell, values={})


def functions_of(source: str, filename: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {}
    exec(compile(source, filename, "exec"), namespace)
    return namespace


def name_in_traceback(code: types.CodeType, cell: int | None, source: str) -> str:
    frame = frame_of(code, cell)
    return public_frame(frame, CodeOfKernel([frame], source, list))["fun_name"]


def test_a_function_of_a_cell_keeps_its_name() -> None:
    source = "def dock(): pass"
    assert name_in_traceback(functions_of(source, "<cell>")["dock"].__code__, 3, source) == "dock"


def test_a_function_made_by_exec_is_a_placeholder() -> None:
    source = "exec(f'def {name}(): pass')"
    assert (
        name_in_traceback(functions_of("def smith(): pass", "<string>")["smith"].__code__, None, source) == "<function>"
    )


@pytest.mark.skipif(sys.version_info < (3, 8), reason="CodeType.replace is new in Python 3.8")
def test_a_function_that_was_renamed_is_a_placeholder() -> None:
    source = "def dock(): pass"
    renamed = functions_of(source, "<cell>")["dock"].__code__.replace(co_name="smith")
    assert name_in_traceback(renamed, 3, source) == "<function>"


def cls(
    name: str, *, module: str = "lib", file: str | None = None, stands: bool = True, is_fixed: bool = False
) -> ClassSnapshot:
    return ClassSnapshot(name=name, module=module, file=file, stands=stands, codes=(), is_fixed=is_fixed)


def name_of(classes: list[ClassSnapshot], known: Callable[[str], bool]) -> str:
    def is_code(found: ClassSnapshot) -> Generator[None, None, bool]:
        yield
        return known(found.name)

    return finished(public_name(classes, is_code))


def test_the_first_class_that_stands_in_code_gives_the_name() -> None:
    classes = [cls("Smith1980"), cls("Patient Smith"), cls("ValueError"), cls("Exception")]
    assert name_of(classes, lambda name: name != "Smith1980") == "ValueError"
    assert name_of([cls("123")], lambda name: True) == "Exception"


def test_a_class_that_is_private_to_one_version_of_python_has_the_name_of_its_base() -> None:
    assert name_of([cls("_IncompleteInputError"), cls("SyntaxError")], lambda name: True) == "SyntaxError"


@pytest.mark.parametrize(
    ("found", "source", "expected"),
    [
        (cls("JSONDecodeError", module="json.decoder", file=json.decoder.__file__), "", True),
        (cls("ValueError", module="builtins", is_fixed=True), "", True),
        (cls("Smith", module="builtins"), "", False),
        (cls("Smith", module="json.decoder", file=json.decoder.__file__, stands=False), "", False),
        (cls("DockError", module="__main__", stands=False), "class DockError(Exception): pass", True),
        (cls("Smith", module="__main__"), "E = type('Smith', (Exception,), {})", False),
        (cls("Smith", module="__main__"), "# class Smith\nE = type(name, (Exception,), {})", False),
    ],
)
def test_a_class_made_at_run_time_has_no_true_name(found: ClassSnapshot, source: str, expected: bool) -> None:
    assert finished(CodeOfKernel([], source, list).has_true_class(found)) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("/home/smith/course/dock.ipynb", "dock.ipynb"),
        ("C:\\Users\\smith\\dock.ipynb", "dock.ipynb"),
        ("https://example.org/a/dock.ipynb?token=secret#x", "dock.ipynb"),
        ("vscode-notebook-cell:/home/smith/dock.ipynb#W0sZ", "dock.ipynb"),
        ("dock", "dock"),
        ("03_week_molecular_docking-part2_2026.ipynb", "03_week_molecular_docking-part2_2026.ipynb"),
        ("a8d6f203-9f0a-4c1b-8e2d-1f00dd3c9a77.ipynb", "<uuid>.ipynb"),
        ("run-a8d6f2039f0a4c1b-dock.ipynb", "run-<hex>-dock.ipynb"),
        ("patient_smith_ward_123456789.ipynb", "<token>.ipynb"),
        ("", "unknown"),
    ],
)
def test_a_notebook_is_named_without_its_path(name: str, expected: str) -> None:
    assert public_notebook(name) == expected


def test_the_id_of_a_cell_that_holds_a_path_is_hashed() -> None:
    assert public_cell_id("a1b2-c3") == "a1b2-c3"
    hashed = public_cell_id("vscode-notebook-cell:/home/smith/x.ipynb#W0sZ")
    assert "smith" not in hashed
    assert len(hashed) == 32
