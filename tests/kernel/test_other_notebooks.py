"""`%run other.ipynb` runs the cells of another notebook: an error in them is not in a line of this one's."""

from __future__ import annotations

import json

import pytest

from tests.support.reported import Reported

CELLS = ["", "def halve(value):\n    return value / 0\n", "x = 1\ny = 2\n\nif fails:\n    halve(x)"]
# What IPython reads notebooks with, where the environment has none.
READER = (
    "%%writefile nbformat.py\nimport json, types\n\n\ndef read(path, as_version):\n    with open(str(path)) as file:\n"
    "        cells = json.load(file)['cells']\n    return types.SimpleNamespace("
    "cells=[types.SimpleNamespace(**cell) for cell in cells])"
)


@pytest.fixture(scope="module", autouse=True)
def other(reported: Reported) -> None:
    """Another notebook beside this one, and the same as a file."""
    text: list[dict[str, str]] = [{"cell_type": "markdown", "source": "# Halves"}]
    notebook = {"cells": text + [{"cell_type": "code", "source": source} for source in CELLS]}
    reported.kernel.run(READER)
    reported.kernel.run("%%writefile other.ipynb\n" + json.dumps(notebook))
    reported.kernel.run("%%writefile other.ipy\n" + "\n".join(CELLS[1:]))


@pytest.mark.parametrize("name", ["other.ipynb", "other.ipy"])
def test_an_error_in_another_notebook_names_that_notebook(reported: Reported, name: str) -> None:
    reported.kernel.run("fails = True")
    event = reported.event_of(f"%run -i {name}")
    assert event["error_name"] == "ZeroDivisionError"
    assert event["kind"] == "run"
    lines = (5, 2) if name == "other.ipynb" else (8, 2)
    assert [(frame["filename"], frame["lineno"]) for frame in event["traceback"][-2:]] == [(name, n) for n in lines]
    if name == "other.ipynb":
        assert [frame["fun_name"] for frame in event["traceback"][-2:]] == ["<cell 3>", "<cell 2>"]
    assert not any(frame["filename"] == f"<cell {event['execution_count']}>" for frame in event["traceback"][-2:])


def test_a_function_from_another_notebook_that_fails_later(reported: Reported) -> None:
    reported.kernel.run("fails = False\n%run -i other.ipynb")
    event = reported.event_of("# below\nhalve(1)")
    count = event["execution_count"]
    assert [(frame["filename"], frame["lineno"]) for frame in event["traceback"]] == [
        (f"<cell {count}>", 2),
        ("other.ipynb", 2),
    ]
