"""Stores events, each exactly once."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from sqlalchemy import Connection, func, insert, select, union_all, update

from ..event import EventMessageType, event_time, rfc3339
from .clock import clock
from .limits import DAY, Limits, SessionMeter
from .outbox import enqueue
from .rows import row_of
from .schema import errors, sessions, tombstones

Status = Literal["stored", "duplicate", "rejected"]
_AT_ONCE = 400  # ids in one query, in which each stands twice; SQLite before 3.32 takes 999 parameters


class Outcome(NamedTuple):
    """What became of one event."""

    event_id: str
    status: Status
    group: str
    reason: str | None = None
    """Why it was rejected: `expired` or `limit_...`."""


def insert_errors(
    connection: Connection,
    events: Sequence[EventMessageType],
    limits: Limits | None,
    dedup_days: float,
    pass_on_to: Sequence[str] = (),
) -> list[Outcome]:
    """Store complete events; an outcome for each, in their order.

    An id that is known, deleted, or came earlier in this batch is a `duplicate`. An id older than `dedup_days` or more
    than a day ahead is rejected as `expired`, since nobody remembers for ever which ids there were.

    What is new waits in the outbox for each destination in `pass_on_to`.
    """
    known = _known_ids(connection, [event["event_id"] for event in events])
    meter = SessionMeter(connection, limits) if limits else None
    outcomes = []
    taken: list[tuple[EventMessageType, str]] = []
    for event in events:
        now = clock.now()
        event_id, group, session = event["event_id"], event["fingerprint"], event.get("session")
        if event_id in known:
            outcomes.append(Outcome(event_id, "duplicate", group))
        elif not now - dedup_days * DAY <= (event_time(event_id) or 0) <= now + DAY:
            outcomes.append(Outcome(event_id, "rejected", group, "expired"))
        elif meter and (reason := meter.objection(session, event_id)):
            outcomes.append(Outcome(event_id, "rejected", group, reason))
        else:
            known.add(event_id)
            if meter:
                meter.add(session, event_id)
            taken.append((event, rfc3339(now)))
            outcomes.append(Outcome(event_id, "stored", group))
    if taken:
        connection.execute(insert(errors), [row_of(event, received_at) for event, received_at in taken])
        _count_for_sessions(connection, taken)
        enqueue(connection, pass_on_to, [event["event_id"] for event, _ in taken])
    return outcomes


def _known_ids(connection: Connection, ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for part in _parts(ids):
        stored = select(errors.c.event_id).where(errors.c.event_id.in_(part))
        deleted = select(tombstones.c.event_id).where(tombstones.c.event_id.in_(part))
        found.update(connection.scalars(union_all(stored, deleted)))
    return found


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


def _count_for_sessions(connection: Connection, taken: Iterable[tuple[EventMessageType, str]]) -> None:
    counts: dict[str, tuple[int, str]] = {}
    for event, received_at in taken:
        if session := event.get("session"):
            counts[session] = (counts.get(session, (0, ""))[0] + event["count"], received_at)
    for session, (count, received_at) in counts.items():
        connection.execute(
            update(sessions)
            .where(sessions.c.session == session)
            .values(errors=sessions.c.errors + count, last_error_at=received_at, last_seen_at=received_at)
        )


def errors_of_session(connection: Connection, session: str) -> tuple[int, str | None]:
    """How many errors a session has had (repeats counted), and when the last came."""
    count, last = connection.execute(
        select(func.coalesce(func.sum(errors.c.count), 0), func.max(errors.c.received_at)).where(
            errors.c.session == session
        )
    ).one()
    return int(count), last
