"""A test of reporting says in one sentence whether it arrives, and is no reader's error."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from jupyter_errreport import ErrorServer, ErrorSlack
from jupyter_errreport.command.doctor import compare_clocks, look_at_receiver
from jupyter_errreport.delivery import Destination
from jupyter_errreport.delivery.http.answer import Answer
from jupyter_errreport.event import EventMessageType, group_id
from jupyter_errreport.store import Database
from jupyter_errreport.store.database.clock import clock
from jupyter_errreport.store.errors.insert import insert_errors
from jupyter_errreport.store.figures.trends import add_spike_alerts
from jupyter_errreport.store.groups.groups import GroupChange, change_group
from jupyter_errreport.store.outbox.alerts import list_alerts
from jupyter_errreport.store.rates import DAY
from jupyter_errreport.trial import NAME, trial_event, try_out
from tests.support.receiver import Receiver, receiver


@pytest.fixture
def to() -> Receiver:
    with receiver() as running:
        yield running  # type: ignore[misc]


def test_it_says_that_it_arrived_and_where_to_look(to: Receiver) -> None:
    es = ErrorServer(url=to.url, notebook="dock", token="report_abc")
    said = es.test()
    (event,) = to.events
    assert repr(said) == f"The test arrived: who may read sees it at {to.url}/errors/{event['event_id']}."
    assert (event["error_name"], event["notebook"], event["execution_count"]) == (NAME, "dock", -1)
    assert "session" not in event
    ((path, headers, _),) = to.requests  # no session was opened
    assert path == "/errors"
    assert headers["Authorization"] == "Bearer report_abc"
    assert "X-Errreport-Session" not in headers


@pytest.mark.parametrize("answer", [401, 404, 429, 500])
def test_it_says_what_is_wrong(to: Receiver, answer: int) -> None:
    to.answer = answer
    said = ErrorServer(url=to.url, notebook="dock").test()
    assert said.startswith(f"The test did not arrive: 127.0.0.1:{to.url.rpartition(':')[2]} answered {answer}")
    assert said.endswith(".")


def test_what_can_not_be_reached_or_written_so_is_said_in_words(to: Receiver) -> None:
    away = ErrorServer(url="127.0.0.1:9", notebook="dock").test(timeout=2)
    assert "could not be reached (nothing listens at this address)" in away
    refused = ErrorServer(url=f"{to.url}/?token=admin_x", notebook="dock").test()
    assert refused.startswith("Nothing was sent. ")
    assert to.requests == []
    assert "look into the Slack channel" in ErrorSlack(slack_webhook=f"{to.url}/hook", notebook="dock").test()


def test_the_notebook_is_the_one_that_the_receiver_knows(to: Receiver) -> None:
    try_out(Destination.collector(to.url, notebook="dock"), "file")
    try_out(Destination.collector(to.url), "file")
    assert [event["notebook"] for event in to.events] == ["dock", "file"]


def seen(url: str, token: str = "") -> dict[str, tuple[str, str]]:
    return {about: (state, sentence) for state, about, sentence in look_at_receiver(url, token)}


def test_the_doctor_looks_at_the_receiver_and_sends_no_error(to: Receiver) -> None:
    to.answers["/status"] = {"status": "ok", "version": "0.1.0"}
    found = seen(to.url)
    assert found["receiver"][0] == "ok"
    assert f'ErrorServer(url="{to.url}"' in found["receiver"][1]
    assert found["clock"][0] == "ok"
    assert to.events == []
    late = Answer(200, {"Date": "Tue, 01 Dec 2020 00:00:00 GMT"}, b"")
    ((state, _, said),) = compare_clocks(Destination.collector(to.url), late)
    assert state == "!!"
    assert "days ahead of" in said


def test_the_doctor_says_what_to_mend(to: Receiver) -> None:
    assert "not as a collector" in seen(to.url)["receiver"][1]
    assert seen("ftp://a.example")["address"][0] == "!!"
    assert "Write this in its place" in seen(f"{to.url}/?token=admin_x")["address"][1]
    assert seen(to.url, "author_x")["address"][0] == "!!"
    assert "nothing listens" in seen("127.0.0.1:9")["receiver"][1]
    assert seen("")["receiver"][0] == "?"
    assert json.dumps(seen(to.url)).isascii()


def test_nobody_is_alerted_of_a_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = [0.0]
    monkeypatch.setattr(clock, "source", lambda: time.time() + ahead[0])
    monkeypatch.setattr(clock, "_last", clock.last)
    database = Database(str(tmp_path / "errors.sqlite"))
    database.start()

    def told_after(*made: EventMessageType) -> list[str]:
        database.write(lambda connection: insert_errors(connection, made, None, 90)).result(20)
        database.write(lambda connection: add_spike_alerts(connection, clock.now())).result(20)
        return [alert["kind"] for alert in database.read(lambda connection: list_alerts(connection, 10)).result(20)]

    def trial() -> EventMessageType:
        return trial_event(Destination.collector("http://127.0.0.1"), "dock")

    test = trial()
    assert told_after(test) == []
    change = GroupChange(status="resolved")
    group = group_id("dock", test["fingerprint"])
    database.write(lambda connection: change_group(connection, group, change, None)).result(20)
    ahead[0] = 2 * DAY
    assert told_after(*(trial() for _ in range(30))) == []
    readers = {**trial(), "fingerprint": "2-" + "1" * 30, "session": "s1"}
    assert told_after(readers) == ["new"], "a reader's error of this name is told"  # type: ignore[arg-type]
    database.close()
