"""What goes out in one request, and what its answer means for the outbox: one kind for collectors, one for people."""

import hashlib
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection

from ..contract import BATCH_EVENTS, BODY_LIMIT
from ..delivery.outcome import Outcome
from ..delivery.transport import Transport
from ..event import encode, public_session, rfc3339
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
from ..store.outbox.session_outbox import (
    SESSION_SECONDS,
    SessionNews,
    names_elsewhere,
    next_session,
    next_session_at,
    put_off_session,
    session_told,
)

"""What one request to a collector may hold: a collector takes no more bytes."""
LONGEST_QUIET = 300.0
"""Seconds after which a clock that may have jumped is looked at again."""
LEAST_PUT_OFF, MOST_PUT_OFF = 60.0, 3_600.0
"""Seconds for which a session waits that a collector does not take now."""

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
    session: SessionNews | None = None
    """The session that it tells of."""


class Parcels(ABC):
    """The requests to one destination, made from the outbox one after another. Blocks: for the sender's thread."""

    pause = 0.0
    """Seconds between two requests that went well."""

    def __init__(self, database: Database, destination: str, label: str = "", session_secret: str = "") -> None:
        """From `session_secret`, in hex, and the public ids of sessions their keys at a collector are derived."""
        self._database = database
        self._destination = destination
        self._label = label
        """What may be shown of the destination."""
        self._session_secret = session_secret
        self.closing = False
        """Whether this is the last chance for a while, so that nothing should wait for its time."""

    @abstractmethod
    def next(self) -> Parcel | None:
        """The next request; None when nothing is due."""

    def due_in(self) -> float | None:
        """In how many seconds something will be due; None when somebody has to store something first."""
        return None

    def send(self, transport: Transport, parcel: Parcel, timeout: float) -> Outcome:
        """Make the request, and what the receiver says to it. Never raises."""
        if parcel.session is not None:
            if parcel.session.body is None:
                return transport.erase(f"sessions/{parcel.session.key}", timeout)
            return transport.pass_session_on(parcel.session.body, timeout)
        if parcel.deletes:
            return transport.erase(f"errors/{parcel.event_ids[0]}", timeout)
        return transport.send(parcel.bodies, timeout)

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
    """For a collector: every event, the oldest first, many at once; when none waits, deletions and sessions.

    A batch that is refused as a whole is halved, and again, until the event that spoils it is alone.
    """

    def __init__(self, database: Database, destination: str, label: str = "", session_secret: str = "") -> None:
        super().__init__(database, destination, label, session_secret)
        self._limit = BATCH_EVENTS

    def next(self) -> Parcel | None:
        """As many events as one request may hold."""
        events = self._read(self._next_events)
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
        if deleted:
            return Parcel([], [deleted], deletes=True)
        latest = rfc3339(time.time() + (SESSION_SECONDS if self.closing else 0.0))
        session = self._read(lambda connection: next_session(connection, self._destination, latest, self._key))
        return Parcel([], [], session=session) if session else None

    def due_in(self) -> float | None:
        """When there is a session to tell of."""
        moment = self._read(lambda connection: next_session_at(connection, self._destination))
        return None if moment is None else min(max(moment - time.time(), 0.0), LONGEST_QUIET)

    def answered(self, parcel: Parcel, outcome: Outcome) -> None:
        """Take out of the outbox what the collector has, or has deleted, and mark what it will never take."""
        if parcel.deletes:

            def done(connection: Connection) -> None:
                deletion_done(connection, self._destination, parcel.event_ids[0])
                set_problem(connection, self._destination, outcome.problem)

            self._write(done)
            return
        if parcel.session is not None:
            self._session_answered(parcel.session, outcome)
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

    def _session_answered(self, session: SessionNews, outcome: Outcome) -> None:
        """A session that is refused for now waits by itself: errors don't wait for it."""
        is_put_off = session.body is not None and outcome.statuses == ["rejected"]
        pause = min(max(outcome.retry_after or 0.0, LEAST_PUT_OFF), MOST_PUT_OFF)

        def work(connection: Connection) -> None:
            if is_put_off:
                put_off_session(connection, self._destination, session, rfc3339(time.time() + pause))
            else:
                session_told(connection, self._destination, session)
            set_problem(connection, self._destination, outcome.problem)

        self._write(work)

    def _next_events(self, connection: Connection) -> list[dict[str, Any]]:
        """The next events, under the ids by which this collector knows their sessions."""
        events = next_events(connection, self._destination, self._limit)
        known_as = names_elsewhere(connection, self._destination, {event.get("session") for event in events})
        for event in events:
            if session := event.get("session"):
                event["session"] = public_session(self._key(known_as.get(session, session)))
        return events

    def _key(self, session: str) -> str:
        """The key that a session has at this collector, by the public id that it has here."""
        text, secret = f"{self._destination}\x1f{session}", bytes.fromhex(self._session_secret)
        return hashlib.blake2b(text.encode(), digest_size=16, key=secret, person=b"errreport-passon").hexdigest()


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


def _body(message: Message) -> bytes:
    event: dict[str, Any] = message.event
    if message.is_more:
        kept = ("error_name", "notebook")
        event = {**{name: event[name] for name in kept}, "more": event["count"]}
    return encode(event)  # type: ignore[arg-type]
