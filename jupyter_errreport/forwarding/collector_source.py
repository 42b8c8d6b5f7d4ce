"""What a collector is sent of an outbox: every event, deletions, and how sessions went."""

import hashlib
import time
from typing import Any

from sqlalchemy import Connection

from ..contract import BODY_LIMIT
from ..delivery.engine import BatchLimit
from ..delivery.outcome import Outcome
from ..event import encode, public_session, rfc3339
from ..store import Database
from ..store.groups.hints import take_hints
from ..store.outbox.deletions import deletion_done, next_deletion
from ..store.outbox.outbox import next_events, set_problem, settle
from ..store.outbox.session_outbox import (
    SESSION_SECONDS,
    SessionNews,
    names_elsewhere,
    next_session,
    next_session_at,
    put_off_session,
    session_told,
)
from .outbox_source import LONGEST_QUIET, OutboxParcel, OutboxSource

LEAST_PUT_OFF, MOST_PUT_OFF = 60.0, 3_600.0
"""Seconds for which a session waits that a collector does not take now."""


class CollectorSource(OutboxSource):
    """For a collector: every event, the oldest first, many at once; when none waits, deletions and sessions.

    A batch that is refused as a whole is halved, and again, until the event that spoils it is alone.
    """

    def __init__(self, database: Database, destination: str, label: str = "", session_secret: str = "") -> None:
        super().__init__(database, destination, label, session_secret)
        self._batch = BatchLimit()

    def find(self) -> OutboxParcel | None:
        """As many events as one request may hold."""
        events = self.read(self._next_events)
        bodies: list[bytes] = []
        size = 2
        for event in events:
            body = encode(event)  # type: ignore[arg-type]  # a row holds the fields of an event
            size += len(body) + 2
            if bodies and size > BODY_LIMIT:
                break
            bodies.append(body)
        if bodies:
            return OutboxParcel(bodies, [event["event_id"] for event in events[: len(bodies)]])
        deleted = self.read(lambda connection: next_deletion(connection, self.destination))
        if deleted:
            return OutboxParcel.deleting(deleted)
        latest = rfc3339(time.time() + (SESSION_SECONDS if self.closing else 0.0))
        session = self.read(lambda connection: next_session(connection, self.destination, latest, self._key))
        if session:
            return OutboxParcel.telling(session)
        self._batch.reset()
        return None

    def due_in(self) -> float | None:
        """When there is a session to tell of."""
        moment = self.read(lambda connection: next_session_at(connection, self.destination))
        return None if moment is None else min(max(moment - time.time(), 0.0), LONGEST_QUIET)

    def answered(self, parcel: OutboxParcel, outcome: Outcome) -> None:
        """Take out of the outbox what the collector has, or has deleted, and mark what it will never take."""
        if parcel.erases and parcel.news is None:

            def done(connection: Connection) -> None:
                deletion_done(connection, self.destination, parcel.event_ids[0])
                set_problem(connection, self.destination, outcome.problem)

            self.write(done)
            return
        if parcel.news is not None:
            self._session_answered(parcel.news, outcome)
            return
        if self._batch.halves(outcome.is_whole, len(parcel.event_ids)):
            return
        statuses = dict(zip(parcel.event_ids, outcome.statuses or (), strict=True))
        hints = {event_id: hint.text for event_id, hint in zip(parcel.event_ids, outcome.hints, strict=False) if hint}

        def work(connection: Connection) -> None:
            settle(connection, self.destination, statuses, outcome.problem)
            take_hints(connection, hints, self.label)

        self.write(work)

    def _session_answered(self, session: SessionNews, outcome: Outcome) -> None:
        """A session that is refused for now waits by itself: errors don't wait for it."""
        is_put_off = session.body is not None and outcome.statuses == ["rejected"]
        pause = min(max(outcome.retry_after or 0.0, LEAST_PUT_OFF), MOST_PUT_OFF)

        def work(connection: Connection) -> None:
            if is_put_off:
                put_off_session(connection, self.destination, session, rfc3339(time.time() + pause))
            else:
                session_told(connection, self.destination, session)
            set_problem(connection, self.destination, outcome.problem)

        self.write(work)

    def _next_events(self, connection: Connection) -> list[dict[str, Any]]:
        """The next events, under the ids by which this collector knows their sessions."""
        events = next_events(connection, self.destination, self._batch.value)
        known_as = names_elsewhere(connection, self.destination, {event.get("session") for event in events})
        for event in events:
            if session := event.get("session"):
                event["session"] = public_session(self._key(known_as.get(session, session)))
        return events

    def _key(self, session: str) -> str:
        """The key that a session has at this collector, by the public id that it has here."""
        text, secret = f"{self.destination}\x1f{session}", bytes.fromhex(self.session_secret)
        return hashlib.blake2b(text.encode(), digest_size=16, key=secret, person=b"errreport-passon").hexdigest()
