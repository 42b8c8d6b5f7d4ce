"""File names and functions that leave: no directory, no name made of data."""

from __future__ import annotations

import json
import os
import sysconfig
from pathlib import Path

import pytest

from jupyter_errreport.privacy import public_cell_id, public_filename, public_function, public_name, public_notebook


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("/home/smith/env/lib/python3.11/site-packages/numpy/linalg/_linalg.py", "numpy/linalg/_linalg.py"),
        ("/usr/lib/python3/dist-packages/six.py", "six.py"),
        ("C:\\Users\\smith\\env\\Lib\\site-packages\\numpy\\core.py", "numpy/core.py"),
        (json.decoder.__file__, "json/decoder.py"),
        (os.__file__, "os.py"),
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
    assert public_filename(filename) == expected


def test_a_cell_is_named_by_its_number() -> None:
    assert public_filename("/tmp/ipykernel_1/23.py", 12) == "<cell 12>"


def test_a_package_below_the_standard_library_is_a_package() -> None:
    path = Path(sysconfig.get_path("stdlib"), "site-packages", "mine", "a.py")
    assert public_filename(str(path)) == "mine/a.py"


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
    assert public_function(name) == expected


def test_a_class_made_at_run_time_is_named_by_its_base() -> None:
    assert public_name(("Patient Smith", "ValueError", "Exception")) == "ValueError"
    assert public_name(("123",)) == "Exception"


def test_an_unclosed_bracket_is_a_syntax_error_on_python_3_13_too() -> None:
    assert public_name(("_IncompleteInputError", "SyntaxError", "Exception")) == "SyntaxError"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("/home/smith/course/dock.ipynb", "dock.ipynb"),
        ("C:\\Users\\smith\\dock.ipynb", "dock.ipynb"),
        ("https://example.org/a/dock.ipynb?token=secret#x", "dock.ipynb"),
        ("vscode-notebook-cell:/home/smith/dock.ipynb#W0sZ", "dock.ipynb"),
        ("dock", "dock"),
        ("", "unknown"),
    ],
)
def test_a_notebook_is_named_without_its_path(name: str, expected: str) -> None:
    assert public_notebook(name) == expected


def test_the_id_of_a_cell_that_holds_a_path_is_hashed() -> None:
    assert public_cell_id("a1b2-c3") == "a1b2-c3"
    hashed = public_cell_id("vscode-notebook-cell:/home/smith/dock.ipynb#W0sZ")
    assert "smith" not in hashed
    assert len(hashed) == 32
