"""`%errreport`: what a reader sees and can do."""

from __future__ import annotations

import json

from tests.support.reported import Reported


def test_show_and_last_print_the_bytes_that_leave(reported: Reported) -> None:
    event = reported.event_of("# shown\nint('Smith')")
    shown = reported.kernel.run("%errreport show").text
    last = reported.kernel.run("%errreport last").text
    body = reported.receiver.requests[-1][2].decode()
    assert shown.strip() in body
    assert last == shown
    assert json.loads(shown) == event


def test_status_counts_what_was_captured_and_sent(reported: Reported) -> None:
    reported.event_of("1 / 0")
    sent = len(reported.receiver.events)
    status = reported.kernel.run("%errreport status").text
    assert "on" in status.splitlines()[0]
    assert f"spooled {sent}: sent {sent}, duplicate 0, waiting 0, rejected 0, dropped 0" in status
    assert f"captured {sent}," in status
    assert "faults of our own: 0" in status


def test_the_bare_magic_is_the_status(reported: Reported) -> None:
    assert reported.kernel.run("%errreport").text == reported.kernel.run("%errreport status").text


def test_an_unknown_word_gets_the_list_of_words(reported: Reported) -> None:
    text = reported.kernel.run("%errreport dance").text
    assert "no '%errreport dance'" in text
    assert "%errreport off" in text


def test_nothing_is_shown_before_an_error_was_captured(python: object) -> None:
    from pathlib import Path

    from tests.support.kernels import kernel

    assert isinstance(python, Path)
    with kernel(python) as running:
        running.run("%load_ext jupyter_errreport")
        assert "No error was captured" in running.run("%errreport show").text
        assert "Nothing has left" in running.run("%errreport last").text
        assert "nothing is configured" in running.run("%errreport status").text
