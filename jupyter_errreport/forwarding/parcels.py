"""What goes out in one request, and what its answer means for the outbox: one kind for collectors, one for people."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection

from ..contract import BATCH_EVENTS, BODY_LIMIT
from ..delivery.destination import SLACK
from ..delivery.outcome import Outcome
from ..event import encode
from ..store import Database
from ..store.groups.hints import take_hints
from ..store.outbox.deletions import deletion_done, next_deletion
from ..store.outbox.outbox import (
    Message,
    expire,
    keep_quiet,
    next_events,
    next_message,
    next_message_at,
    set_problem,
    settle,
)

"""What one request to a collector may hold: a collector takes no more bytes."""
LONGEST_QUIET = 300.0
"""Seconds after which a clock that may have jumped is looked at again."""

Result = TypeVar("Result")
Work = Callable[[Connection], Result]


class Parcel(NamedTuple):
    """One request."""

    bodies: list[bytes]
    event_ids: list[str]
    """The events that it tells of."""
    group: str = ""
    """The group that people are told of."""
    deletes: bool = False
    """Whether it asks to delete its one event."""


class Parcels(ABC):
    """The requests to one destination, made from the outbox one after another. Blocks: for the sender's thread."""

    pause = 0.0
    """Seconds between two requests that went well."""

    def __init__(self, database: Database, destination: str, label: str = "") -> None:
        self._database = database
        self._destination = destination
        self._label = label
        """What may be shown of the destination."""

    @abstractmethod
    def next(self) -> Parcel | None:
        """The next request; None when nothing is due."""

    def due_in(self) -> float | None:
        """In how many seconds something will be due; None when somebody has to store something first."""
        return None

    @abstractmethod
    def answered(self, parcel: Parcel, outcome: Outcome) -> None:
        """Keep what the receiver has answered."""

    def put_off(self, problem: str) -> None:
        """Keep why a request has to be made again."""
        self._write(lambda connection: set_problem(connection, self._destination, problem))

    def expire(self) -> None:
        """Drop what has waited for too long."""
        self._write(lambda connection: expire(connection, time.time()))

    def _read(self, work: Work[Result]) -> Result:
        future: Future[Result] = self._database.read(work)
        return future.result()

    def _write(self, work: Work[Result]) -> Result:
        future: Future[Result] = self._database.write(work)
        return future.result()


class Batches(Parcels):
    """For a collector: every event, the oldest first, many at once.

    A batch that is refused as a whole is halved, and again, until the event that spoils it is alone.
    """

    def __init__(self, database: Database, destination: str, label: str = "") -> None:
        super().__init__(database, destination, label)
        self._limit = BATCH_EVENTS

    def next(self) -> Parcel | None:
        """As many events as one request may hold."""
        events = self._read(lambda connection: next_events(connection, self._destination, self._limit))
        bodies: list[bytes] = []
        size = 2
        for event in events:
            body = encode(event)  # type: ignore[arg-type]  # a row holds the fields of an event
            size += len(body) + 2
            if bodies and size > BODY_LIMIT:
                break
            bodies.append(body)
        if bodies:
            return Parcel(bodies, [event["event_id"] for event in events[: len(bodies)]])
        deleted = self._read(lambda connection: next_deletion(connection, self._destination))
        return Parcel([], [deleted], deletes=True) if deleted else None

    def answered(self, parcel: Parcel, outcome: Outcome) -> None:
        """Take out of the outbox what the collector has, or has deleted, and mark what it will never take."""
        if parcel.deletes:

            def done(connection: Connection) -> None:
                deletion_done(connection, self._destination, parcel.event_ids[0])
                set_problem(connection, self._destination, outcome.problem)

            self._write(done)
            return
        if outcome.is_whole and len(parcel.event_ids) > 1:
            self._limit = len(parcel.event_ids) // 2
            return
        self._limit = min(BATCH_EVENTS, self._limit * 2)
        statuses = dict(zip(parcel.event_ids, outcome.statuses or (), strict=True))
        hints = {event_id: hint.text for event_id, hint in zip(parcel.event_ids, outcome.hints, strict=False) if hint}

        def work(connection: Connection) -> None:
            settle(connection, self._destination, statuses, outcome.problem)
            take_hints(connection, hints, self._label)

        self._write(work)


class Messages(Parcels):
    """For people: one message a group of errors, and no more of that group for an hour."""

    pause = 1.0  # Slack takes one a second (https://api.slack.com/docs/rate-limits)

    def next(self) -> Parcel | None:
        """The message about the group that waits longest."""
        message = self._read(lambda connection: next_message(connection, self._destination, time.time()))
        return Parcel([_body(message)], message.event_ids, message.group) if message else None

    def due_in(self) -> float | None:
        """When the first group may be spoken of again."""
        moment = self._read(lambda connection: next_message_at(connection, self._destination))
        return None if moment is None else min(max(moment - time.time(), 0.0), LONGEST_QUIET)

    def answered(self, parcel: Parcel, outcome: Outcome) -> None:
        """The events of the message are told; nothing more of their group for an hour."""
        (status,) = outcome.statuses or ("stored",)
        statuses = dict.fromkeys(parcel.event_ids, status)

        def work(connection: Connection) -> None:
            settle(connection, self._destination, statuses, outcome.problem)
            if status == "stored":
                keep_quiet(connection, self._destination, parcel.group, time.time())

        self._write(work)


def parcels_for(kind: str, database: Database, destination: str, label: str) -> Parcels:
    """What suits this kind of destination."""
    return (Messages if kind == SLACK else Batches)(database, destination, label)


def _body(message: Message) -> bytes:
    event: dict[str, Any] = message.event
    if message.is_more:
        kept = ("error_name", "notebook")
        event = {**{name: event[name] for name in kept}, "more": event["count"]}
    return encode(event)  # type: ignore[arg-type]
