"""`jupyter errreport scrub` and `preview`: what at most would leave of saved errors."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jupyter_errreport.command.preview import Found, printable, saved_errors, show
from jupyter_errreport.command.scrub import answers

COMMAND = [str(Path(sys.executable).with_name("jupyter")), "errreport"]
ERROR = {
    "ename": "ValueError",
    "evalue": "could not convert string to float: 'zovamelura'",
    "source": "#@title Load\nfloat('zovamelura')",
    "traceback": ["ValueError   Traceback (most recent call last)", "----> 1 float('zovamelura')"],
    "language": "python",
}


def scrubbed(**fields: Any) -> dict[str, Any]:
    (answer,) = answers(io.StringIO(json.dumps({**ERROR, **fields}) + "\n"))
    return answer


def test_each_line_is_answered_in_order() -> None:
    lines = [json.dumps(ERROR), "", json.dumps({"ename": "KeyError", "evalue": "'smith'"}), "no json", "[1]"]
    done = subprocess.run([*COMMAND, "scrub"], input="\n".join(lines), capture_output=True, text=True, encoding="utf-8")
    first, second, third, fourth = map(json.loads, done.stdout.splitlines())
    assert set(first) == {"error_message", "first_line", "fingerprint"}
    assert first["error_message"] == "could not convert string to float: <str>"
    assert first["first_line"] == "#@title Load"
    assert second["error_message"] == "<str>"
    assert third["error"].startswith("line 4: ")
    assert "JSON object" in fourth["error"]
    assert done.returncode == 1


def test_equal_errors_of_two_readers_have_one_fingerprint() -> None:
    other = scrubbed(evalue="could not convert string to float: 'melurazova'")
    assert other["fingerprint"] == scrubbed()["fingerprint"]


def test_a_saved_traceback_shows_the_source_that_explains_the_message() -> None:
    traceback = [
        "<ipython-input-3-0> in <module>",
        "----> 1 dock.check(res)",
        "",
        "/home/anna/env/lib/python3.9/site-packages/dock/check.py in check(res, chain)",
        "     10     if res not in KNOWN:",
        '---> 11         raise ValueError(f"unheard-of zyxresidue {res} within {chain}")',
        "     12     return res",
    ]
    answer = scrubbed(evalue="unheard-of zyxresidue zovamelura within B", traceback=traceback)
    assert answer["error_message"] == "unheard-of zyxresidue <res> within <chain>"


def test_what_a_cell_raised_is_data() -> None:
    traceback = ["<ipython-input-3-0> in <module>", "----> 1 raise ValueError('patient Smith must be a number')"]
    assert scrubbed(evalue="patient Smith must be a number", traceback=traceback)["error_message"] == "<str>"


@pytest.mark.parametrize("field", ["ename", "evalue", "source", "traceback"])
def test_a_field_of_the_wrong_kind_is_named(field: str) -> None:
    assert field in scrubbed(**{field: 3})["error"]


def notebook(tmp_path: Path, *outputs: dict[str, Any]) -> Path:
    cell = {"cell_type": "code", "source": ["#@title Load\n", "float(x)"], "outputs": list(outputs), "metadata": {}}
    path = tmp_path / "dock.ipynb"
    path.write_text(json.dumps({"cells": [{"cell_type": "markdown"}, cell], "metadata": {}, "nbformat": 4}))
    return path


def test_a_preview_shows_what_leaves_and_only_a_terminal_what_stays(tmp_path: Path) -> None:
    error = {"output_type": "error", "ename": "ValueError", "evalue": ERROR["evalue"], "traceback": []}
    path = notebook(tmp_path, {"output_type": "stream"}, error)
    done = subprocess.run([*COMMAND, "preview", str(path)], capture_output=True, text=True)
    assert done.returncode == 0
    assert "could not convert string to float: <str>" in done.stdout
    assert "zovamelura" not in done.stdout + done.stderr
    out = io.StringIO()
    show(list(saved_errors(str(path))), out, with_removed=True)
    assert "zovamelura" in out.getvalue()


def test_a_preview_of_a_notebook_without_errors_says_what_to_do(tmp_path: Path) -> None:
    done = subprocess.run([*COMMAND, "preview", str(notebook(tmp_path))], capture_output=True, text=True)
    assert done.returncode == 0
    assert "No errors are saved" in done.stdout


@pytest.mark.parametrize("text", ["{", "[]", '{"worksheets": []}'])
def test_what_is_no_notebook_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.ipynb"
    path.write_text(text)
    done = subprocess.run([*COMMAND, "preview", str(path)], capture_output=True, text=True)
    assert done.returncode == 1
    assert "can't be read as a notebook" in done.stderr


def test_a_strangers_text_does_not_steer_the_terminal(tmp_path: Path) -> None:
    assert printable("a\x1b[2Jb\u202ec\x07\nd") == "a [2Jb c ⏎ d"
    hostile = {"output_type": "error", "ename": "E\x1b", "evalue": "\x1b]0;x\x07 y", "traceback": []}
    found: list[Found] = list(saved_errors(str(notebook(tmp_path, hostile))))
    out = io.StringIO()
    show(found, out, with_removed=True)
    assert out.getvalue().replace("\n", "").isprintable()
