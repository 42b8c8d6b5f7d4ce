"""The outbox: what waits for whom, and figures that add up whatever happens."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection

from jupyter_errreport.event import EventMessageType, group_id, new_event_id
from jupyter_errreport.store import Database
from jupyter_errreport.store.errors.errors import delete_errors
from jupyter_errreport.store.errors.insert import insert_errors
from jupyter_errreport.store.events.filters import Filters
from jupyter_errreport.store.outbox import outbox
from jupyter_errreport.store.retention import purge

Make = Callable[..., EventMessageType]
DAY = 86_400


def do(database: Database, work: Callable[..., Any], *arguments: Any) -> Any:
    return database.write(lambda connection: work(connection, *arguments)).result(5)


@pytest.fixture
def outgoing(database: Database) -> Database:
    """A database with two destinations."""
    do(database, outbox.register, "collector", "collector", "errors.example.org")
    do(database, outbox.register, "slack", "slack", "Slack")
    return database


def store(database: Database, *events: EventMessageType) -> list[str]:
    outcomes = do(database, insert_errors, events, None, 90, ("collector", "slack"))
    return [outcome.status for outcome in outcomes]


def waiting(database: Database, destination: str = "collector") -> list[str]:
    return [event["event_id"] for event in do(database, outbox.next_events, destination, 100)]


def figures(database: Database, destination: str = "collector") -> dict[str, int]:
    """The figures of a destination, which must add up."""
    (row,) = [row for row in do(database, outbox.figures) if row["destination"] == destination]
    ends = ("sent", "duplicate", "rejected", "dropped", "waiting")
    assert row["queued"] == sum(row[name] for name in ends), row
    return {name: row[name] for name in ("queued", *ends) if row[name]}


def test_what_is_new_waits_for_every_destination_and_a_copy_for_none(outgoing: Database, event: Make) -> None:
    sent = event(session="s" * 32, cell_hash="0" * 32)
    assert store(outgoing, sent, sent) == ["stored", "duplicate"]
    store(outgoing, sent)
    for destination in ("collector", "slack"):
        assert do(outgoing, outbox.next_events, destination, 100) == [sent]
        assert figures(outgoing, destination) == {"queued": 1, "waiting": 1}


def test_an_event_that_could_not_be_stored_does_not_wait(outgoing: Database, event: Make) -> None:
    def failing(connection: Connection) -> None:
        insert_errors(connection, [event()], None, 90, ("collector",))
        raise KeyError

    with pytest.raises(KeyError):
        outgoing.write(failing).result(5)
    assert waiting(outgoing) == []
    assert figures(outgoing) == {}


def test_the_oldest_goes_first(outgoing: Database, event: Make) -> None:
    now = time.time()
    events = [event(event_id=new_event_id(now - age)) for age in (5, 300, 20)]
    store(outgoing, *events)
    assert waiting(outgoing) == [events[n]["event_id"] for n in (1, 2, 0)]


def test_what_was_answered_leaves_and_is_counted_and_the_rejected_block_nothing(
    outgoing: Database, event: Make
) -> None:
    events = [event() for _ in range(4)]
    ids = sorted(sent["event_id"] for sent in events)
    store(outgoing, *events)
    statuses = {ids[0]: "stored", ids[1]: "duplicate", ids[2]: "rejected"}
    do(outgoing, outbox.settle, "collector", statuses, "errors.example.org answered 400")
    assert waiting(outgoing) == [ids[3]]
    assert figures(outgoing) == {"queued": 4, "sent": 1, "duplicate": 1, "rejected": 1, "waiting": 1}
    assert figures(outgoing, "slack") == {"queued": 4, "waiting": 4}


def test_an_answer_that_comes_twice_counts_once(outgoing: Database, event: Make) -> None:
    sent, bad = event(), event()
    store(outgoing, sent, bad)
    for _ in range(2):
        do(outgoing, outbox.settle, "collector", {sent["event_id"]: "stored", bad["event_id"]: "rejected"}, "")
    assert figures(outgoing) == {"queued": 2, "sent": 1, "rejected": 1}


def test_what_is_deleted_is_not_passed_on(outgoing: Database, event: Make) -> None:
    gone, kept = event(notebook="mine"), event()
    store(outgoing, gone, kept)
    do(outgoing, delete_errors, Filters(notebook="mine"))
    assert waiting(outgoing) == [kept["event_id"]]
    assert figures(outgoing) == {"queued": 2, "dropped": 1, "waiting": 1}
    # It was on its way while it was deleted: counted already.
    do(outgoing, outbox.settle, "collector", {gone["event_id"]: "stored"}, "")
    assert figures(outgoing) == {"queued": 2, "dropped": 1, "waiting": 1}
    do(outgoing, purge, 0, 90)
    assert figures(outgoing) == {"queued": 2, "dropped": 2}


def test_what_is_older_than_receivers_remember_is_dropped_and_counted(outgoing: Database, event: Make) -> None:
    old = event(event_id=new_event_id(time.time() - 61 * DAY))
    new = event(event_id=new_event_id(time.time() - 59 * DAY))
    store(outgoing, old, new)
    do(outgoing, outbox.expire, time.time())
    assert waiting(outgoing) == [new["event_id"]]
    assert figures(outgoing) == {"queued": 2, "dropped": 1, "waiting": 1}


def test_a_rejected_event_is_forgotten_with_age_and_counted_once(outgoing: Database, event: Make) -> None:
    sent = event()
    store(outgoing, sent)
    do(outgoing, outbox.settle, "collector", {sent["event_id"]: "rejected"}, "")
    do(outgoing, outbox.expire, time.time() + 61 * DAY)
    assert figures(outgoing) == {"queued": 1, "rejected": 1}


def test_registering_again_keeps_the_figures(outgoing: Database, event: Make) -> None:
    store(outgoing, event())
    do(outgoing, outbox.register, "collector", "collector", "renamed.example.org")
    assert figures(outgoing) == {"queued": 1, "waiting": 1}


class TestMessages:
    """What people are told: one message a group, and then for an hour no more of it."""

    @staticmethod
    def tell(database: Database, now: float) -> outbox.Message | None:
        message: outbox.Message | None = do(database, outbox.next_message, "slack", now)
        if message:
            do(database, outbox.settle, "slack", dict.fromkeys(message.event_ids, "stored"), "")
            do(database, outbox.keep_quiet, "slack", message.group, now)
        return message

    def test_each_group_is_told_of_once_with_the_count_of_all_that_waits(self, outgoing: Database, event: Make) -> None:
        now = time.time()
        first = event(fingerprint="a", count=2, event_id=new_event_id(now - 60))
        store(outgoing, first, event(fingerprint="a", count=5), event(fingerprint="b"))
        one, two, three = (self.tell(outgoing, now) for _ in range(3))
        assert one is not None and two is not None and three is None
        assert (one.event["event_id"], one.event["count"], one.is_more) == (first["event_id"], 7, False)
        assert (two.group, two.event["count"]) == (group_id("dock", "b"), 1)
        assert figures(outgoing, "slack") == {"queued": 3, "sent": 3}

    def test_repeats_within_the_hour_are_one_line_at_its_end(self, outgoing: Database, event: Make) -> None:
        now = time.time()
        store(outgoing, event(fingerprint="a"))
        self.tell(outgoing, now)
        store(outgoing, event(fingerprint="a"), event(fingerprint="a", count=3), event(fingerprint="b"))
        other = self.tell(outgoing, now + 1)
        assert other is not None and other.group == group_id("dock", "b")
        assert self.tell(outgoing, now + 3_599) is None
        due = do(outgoing, outbox.next_message_at, "slack")
        assert due == pytest.approx(now + 3_600, abs=1)
        digest = self.tell(outgoing, due)
        assert digest is not None
        assert (digest.group, digest.event["count"], digest.is_more) == (group_id("dock", "a"), 4, True)
        assert do(outgoing, outbox.next_message_at, "slack") is None

    def test_a_group_that_was_quiet_for_an_hour_is_told_of_in_full_again(self, outgoing: Database, event: Make) -> None:
        long_ago = time.time() - 2 * 3_600
        store(outgoing, event(fingerprint="a"))
        self.tell(outgoing, long_ago)
        store(outgoing, event(fingerprint="a"))
        again = self.tell(outgoing, time.time())
        assert again is not None and not again.is_more
