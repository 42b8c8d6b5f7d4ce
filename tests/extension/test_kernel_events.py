"""What the server sees of a kernel, as an event: in words, and without values."""

from __future__ import annotations

import json
import signal

import pytest

from jupyter_errreport.event import fingerprint
from jupyter_errreport.extension.kernels.deaths import cause_of_death
from jupyter_errreport.extension.kernels.kernel_events import event_of_death, event_of_error
from jupyter_errreport.extension.kernels.watched_kernel import NO_CELL, RunningCell, ShownError
from jupyter_errreport.source import cell_hash


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, ""),
        (-signal.SIGKILL, "killed by the system, probably out of memory"),
        (137, "killed by the system, probably out of memory"),  # with a shell in between
        (-signal.SIGSEGV, "segmentation fault"),
        (-signal.SIGTERM, "ended by SIGTERM"),
        (3, "exit status 3"),
        (255, "exit status 255"),
    ],
)
def test_a_status_in_words(status: int, words: str) -> None:
    assert cause_of_death(status) == words


def test_a_death_is_an_event_of_its_cell() -> None:
    source = "#@title Fold\nfold('Smith')"
    event = event_of_death("segmentation fault", RunningCell(source, 7), "python")
    assert (event["kind"], event["error_name"], event["error_message"]) == (
        "kernel_died",
        "KernelDied",
        "segmentation fault",
    )
    assert (event["execution_count"], event["first_line"]) == (7, "#@title Fold")
    assert event["cell_hash"] == cell_hash(source)
    assert event["fingerprint"] == fingerprint("KernelDied", "segmentation fault", [])


def test_a_death_between_cells_has_none() -> None:
    event = event_of_death("exit status 3", NO_CELL, "R")
    assert event["execution_count"] == -1
    assert "cell_hash" not in event
    assert (event["first_line"], event["language"]) == ("", "R")


@pytest.mark.parametrize("status", [-signal.SIGKILL, -signal.SIGABRT, -signal.SIGTERM, 3])
def test_no_words_about_a_death_look_private(status: int) -> None:
    event = event_of_death(cause_of_death(status), NO_CELL, "python")
    assert event["error_message"] == cause_of_death(status)
    assert "masked" not in event


def test_an_error_leaves_without_values() -> None:
    error = ShownError(
        "ValueError",
        "invalid literal for int() with base 10: 'Smith'",
        ["ValueError: invalid literal for int() with base 10: 'Smith'"],
        RunningCell("int('Smith')", 4),
    )
    event = event_of_error(error, "python")
    assert "Smith" not in json.dumps(event)
    assert (event["error_name"], event["kind"], event["execution_count"]) == ("ValueError", "cell", 4)
    assert event["first_line"] == "int(<str>)"


def test_a_command_that_fails_in_a_shell_is_told_with_its_status() -> None:
    event = event_of_error(ShownError("", "127", [], RunningCell("nosuch /home/smith", 2)), "bash")
    assert (event["error_name"], event["error_message"]) == ("CommandFailed", "exit status 127")
    assert "smith" not in json.dumps(event)


@pytest.mark.parametrize(
    ("name", "message", "language", "kind"),
    [
        ("IndentationError", "unexpected indent", "python", "syntax"),
        ("ERROR", "Error in parse(text = x, srcfile = src): <text>:2:0: unexpected end of input", "R", "syntax"),
        ("ERROR", "Error in sqrt('a'): non-numeric argument", "R", "cell"),
        ("", "2", "bash", "cell"),
    ],
)
def test_a_cell_that_does_not_parse_is_a_syntax_error(name: str, message: str, language: str, kind: str) -> None:
    assert event_of_error(ShownError(name, message, [], RunningCell("f(", 1)), language)["kind"] == kind


def test_a_comment_that_nobody_could_compare_with_the_kernels_values_does_not_leave() -> None:
    cell = RunningCell("# plan for zovamelurik\nf(", 7)
    event = event_of_death("killed", cell, "python")
    assert event["first_line"] == "<comment>"
    assert "cell_hash" not in event
