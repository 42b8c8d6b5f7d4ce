"""What the reader adds in words goes the way of the error, without what looks private."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.kernels import kernel
from tests.support.receiver import Receiver, receiver
from tests.support.waiting import wait_for


def environment(home: Path, to: Receiver) -> dict[str, str]:
    return {"HOME": str(home), "JUPYTER_ERRREPORT_URL": to.url, "JUPYTER_ERRREPORT_NOTEBOOK": "dock"}


def test_a_sentence_is_sent_with_the_error_it_is_about(python: Path, tmp_path: Path) -> None:
    with receiver() as to, kernel(python, environment(tmp_path, to)) as running:
        running.run("1 / 0")
        wait_for(lambda: to.events, "the error")
        assert "Sent to the author" in running.run('%errreport say "The file was empty, ask me@example.org"').text
        first, again = to.events
        assert again == {**first, "comments": ["The file was empty, ask <email>"]}
        running.run("%errreport say and the second, too")
        assert to.events[-1]["comments"][1:] == ["and the second, too"]
        assert "spooled 1: sent 1" in running.run("%errreport status").text


def test_values_of_variables_are_not_said(python: Path, tmp_path: Path) -> None:
    with receiver() as to, kernel(python, environment(tmp_path, to)) as running:
        running.run("name = 'Smith'\n1 / 0")
        running.run("%errreport say it fails for $name and {name}")
        assert to.events[-1]["comments"] == ["it fails for $name and {name}"]


def test_any_error_of_the_session_can_be_meant(python: Path, tmp_path: Path) -> None:
    with receiver() as to, kernel(python, environment(tmp_path, to)) as running:
        running.run("1 / 0")
        running.run("int('x')")
        wait_for(lambda: len(to.events) == 2, "both")
        running.client.execute(f"%errreport say --to {to.events[0]['event_id']} this one", silent=True)
        wait_for(lambda: to.events[-1].get("comments") == ["this one"], "the comment")
        assert to.events[-1]["error_name"] == "ZeroDivisionError"
        assert "no error of this session" in running.run("%errreport say --to 0 that one").text


def test_without_an_error_or_a_word_nothing_is_sent(python: Path, tmp_path: Path) -> None:
    with receiver() as to, kernel(python, environment(tmp_path, to)) as running:
        assert "no error of this session" in running.run("%errreport say anything").text
        running.run("1 / 0")
        wait_for(lambda: to.events, "the error")
        assert "What is to be said?" in running.run("%errreport say").text
        for _ in range(5):
            running.run("%errreport say again")
        assert "Enough" in running.run("%errreport say again").text
        running.run("%errreport off")
        assert "not sent" in running.run("%errreport say after off").text
        assert len(to.events) == 6


def test_offline_it_waits_with_the_error(python: Path, tmp_path: Path) -> None:
    with receiver() as to:
        to.answer = 503
        with kernel(python, environment(tmp_path, to)) as running:
            running.run("1 / 0")
            assert "Kept with the error" in running.run("%errreport say offline").text
        to.answer = 200
        with kernel(python, environment(tmp_path, to)):
            wait_for(lambda: len(to.events) == 2, "both")
        assert sorted(json.dumps(event.get("comments")) for event in to.events) == ['["offline"]', "null"]


def test_it_waits_for_the_readers_yes(python: Path, tmp_path: Path) -> None:
    with receiver() as to, kernel(python, {"HOME": str(tmp_path)}) as running:
        running.run(
            f"from jupyter_errreport import ErrorServer\nErrorServer({to.url!r}, notebook='n', consent='ask').enable();"
        )
        running.run("1 / 0")
        assert "until you say" in running.run("%errreport say please").text
        assert to.requests == []
        running.run("%errreport on")
        wait_for(lambda: len(to.events) == 2, "the error and the words")
        assert to.events[-1]["comments"] == ["please"]
