"""The words of alerts, the hours in which nobody is told, and who is told what when."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
from errreport_collector.alerting import Alerting, Channel, ChannelError, QuietHours
from errreport_collector.alerting.message import Line, Message, message_of
from errreport_collector.alerting.slack_blocks import blocks_of

from jupyter_errreport.store import Database
from jupyter_errreport.store.database.clock import stamp
from jupyter_errreport.store.outbox.alert_outbox import channel_figures
from jupyter_errreport.store.outbox.alerts import add_alert
from tests.support.hostile import ALL, CONTROLS, LONG_LINE, MARK, TURNING
from tests.support.waiting import wait_for


def moment(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()


@pytest.mark.parametrize(
    ("hours", "now", "left"),
    [
        ("22:00-07:00", "2026-11-24 23:00", 8 * 3600),
        ("22:00-07:00", "2026-11-24 06:59", 60),
        ("22:00-07:00", "2026-11-24 07:00", 0),
        ("12:00-13:00", "2026-11-24 12:30", 1800),
        ("12:00-13:00", "2026-11-24 13:30", 0),
        ("22:00 - 07:00 Europe/Berlin", "2026-11-24 21:00", 9 * 3600),
        ("22:00-07:00 Europe/Berlin", "2026-11-24 06:30", 0),
    ],
)
def test_quiet_hours(hours: str, now: str, left: float) -> None:
    quiet = QuietHours.parse(hours)
    assert quiet is not None
    assert quiet.seconds_left(moment(now)) == left


@pytest.mark.parametrize("text", ["late", "25:00-07:00", "22:00-07:00 Europe/Nowhere", "22:00"])
def test_what_are_no_hours(text: str) -> None:
    with pytest.raises(ValueError, match=text[:5]):
        QuietHours.parse(text)


def alert(**changes: Any) -> dict[str, Any]:
    group = {"error_name": "ValueError", "error_message": "unknown residue <res>", "first_line": "dock(<str>)"}
    made = {"alert_id": "a", "kind": "new", "group_id": "f" * 32, "notebook": "dock", "details": {}, "group": group}
    return made | changes


def test_the_words_of_each_kind() -> None:
    details = {"release": "1.2", "count": 40, "share": 0.5, "usual": 0.9, "sessions": 30}
    told = [
        message_of([alert(kind=kind, details=details)], "https://e.org").title
        for kind in ("new", "regression", "reopened", "spike", "share")
    ]
    assert told == [
        "New in dock: ValueError",
        "Back in dock 1.2: ValueError, which was resolved",
        "Again in dock: ValueError, which was ignored until now",
        "Many in dock: 40 times ValueError within an hour",
        "dock: only 50% of 30 sessions had no error (before: 90%)",
    ]
    assert message_of([alert(group=None)], "").title == "dock: errors that were deleted since"
    storm = alert(kind="storm", group=None, group_id=None, details={"groups": 19_000, "last": ""})
    assert message_of([storm], "").title == "dock: 19000 more new groups of errors"
    (line,) = message_of([storm | {"notebook": ""}], "https://e.org").lines
    assert line.headline == "notebooks of which nothing was heard before: 19000 more new groups of errors"
    assert line.url == "https://e.org/groups?order=first_seen"


def test_a_digest_tells_some_and_counts_the_rest() -> None:
    message = message_of([alert()] * 70, "https://e.org/")
    assert message.title == "70 alerts from your notebooks"
    assert (len(message.lines), message.more) == (20, 50)
    assert f"https://e.org/groups/{'f' * 32}" in message.text
    assert message.text.endswith("and 50 more: https://e.org/")
    blocks = blocks_of(message)["blocks"]
    assert len(blocks) <= 50


@pytest.mark.parametrize("text", [*ALL.values(), LONG_LINE], ids=[*ALL, "long"])
def test_hostile_text_is_text(text: str) -> None:
    group = dict.fromkeys(("error_name", "error_message", "first_line"), text)
    message = message_of(
        [alert(group=group, notebook=text, details={"release": text}, kind="regression")], "https://e.org"
    )
    assert MARK in message.text
    assert not set(message.text) & (CONTROLS | TURNING)
    assert len(message.text) < 5_000
    sent = blocks_of(message)
    assert "<" not in sent["text"]
    for block in sent["blocks"]:
        for part in [block["text"]] if "text" in block else block["elements"]:
            # The only markup is our own link to a page of ours.
            assert part["type"] == "plain_text" or part["text"].startswith("<https://e.org/")
            assert len(part["text"]) <= 3_000
    assert len(json.dumps(sent)) < 20_000


class Told(Channel):
    """Keeps what it is told; fails while it has reasons to."""

    kind, label, pause = "slack", "Slack", 0.0

    def __init__(self) -> None:
        super().__init__("secret")
        self.messages: list[Message] = []
        self.ids: list[str] = []
        self.failures: list[ChannelError] = []
        self.gate = threading.Event()
        self.gate.set()

    def send(self, message: Message, message_id: str) -> None:
        self.gate.wait()
        self.ids.append(message_id)
        if self.failures:
            raise self.failures.pop()
        self.messages.append(message)


@pytest.fixture
def database(place: str) -> Iterator[Database]:
    database = Database(place)
    database.start()
    yield database
    database.close()


Tell = Callable[[int], None]


def queue(database: Database, number: int) -> None:
    for _ in range(number):
        database.write(lambda connection: add_alert(connection, "spike", "dock", None, stamp())).result(5)


def figures(database: Database) -> dict[str, Any]:
    (row,) = database.read(channel_figures).result(5)
    return row


def test_a_failed_message_is_sent_again_under_its_id(database: Database) -> None:
    channel = Told()
    channel.failures = [ChannelError("Slack answered 500"), ChannelError("Slack answered 429", 0.01)]
    alerting = Alerting(database, [channel])
    alerting.start()
    queue(database, 1)
    alerting.wake()
    wait_for(lambda: figures(database)["sent"] == 1, "the message")
    assert len(set(channel.ids)) == 1
    assert len(channel.ids) == 3
    assert figures(database)["problem"] == ""
    alerting.close(5)


def test_after_a_burst_the_rest_waits_for_a_digest(database: Database) -> None:
    channel = Told()
    channel.gate.clear()
    alerting = Alerting(database, [channel])
    alerting.start()
    queue(database, 1)
    alerting.wake()  # takes the first, and stays with it
    wait_for(lambda: figures(database)["waiting"] == 1, "the first")
    queue(database, 20)
    channel.gate.set()
    wait_for(lambda: figures(database)["waiting"] == 0, "the digest")
    assert [message.title for message in channel.messages][1:] == ["20 alerts from your notebooks"]
    alerting.close(5)
    row = figures(database)
    assert row["queued"] == row["sent"] == 21


def test_what_waits_is_told_after_a_restart_but_not_over_a_channel_that_is_gone(database: Database) -> None:
    channel = Told()
    first = Alerting(database, [channel])
    first.start()
    first.close(5)
    queue(database, 2)
    second = Alerting(database, [channel])
    second.start()
    wait_for(lambda: figures(database)["sent"] == 2, "both")
    second.close(5)
    Alerting(database, []).start()
    assert database.read(channel_figures).result(5) == []


def test_in_quiet_hours_alerts_wait(database: Database) -> None:
    channel = Told()
    always = QuietHours.parse("00:00-00:00")
    alerting = Alerting(database, [channel], quiet=always)
    alerting.start()
    queue(database, 1)
    alerting.wake()
    alerting.close(5)
    assert channel.messages == []
    assert figures(database)["waiting"] == 1


def test_a_line_without_an_address_has_no_link() -> None:
    message = Message("t", (Line("t", "what"),))
    assert [block["type"] for block in blocks_of(message)["blocks"]] == ["header", "section"]
