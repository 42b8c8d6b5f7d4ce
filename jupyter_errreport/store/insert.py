"""Stores events, each exactly once."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, func, insert, select, union_all

from ..event import EventMessageType, event_time, rfc3339
from . import rollups
from .clock import clock
from .comments import keep_comments
from .group_schema import groups
from .lifecycle import open_groups, wake_groups
from .limits import DAY, Limits, SessionMeter
from .outbox import enqueue, enqueue_again
from .parts import in_parts
from .regroupings import Place, groups_of
from .rows import row_of
from .schema import errors, tombstones
from .session_figures import count_errors
from .texts import keep_texts

Status = Literal["stored", "duplicate", "rejected"]


class Outcome(NamedTuple):
    """What became of one event."""

    event_id: str
    status: Status
    group: str
    reason: str | None = None
    """Why it was rejected: `expired` or `limit_...`."""
    hint: str = ""
    """What the author has to say to readers who run into this group."""
    hint_from: str | None = None
    """The collector whose author said it; None for somebody here."""
    is_said_of: bool = False
    """Whether a reader said something new of it."""


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

    What is new waits in the outbox for each destination in `pass_on_to`; what a reader says of an event that came
    earlier, for the collectors among them.
    """
    known = _known_ids(connection, [event["event_id"] for event in events])
    meter = SessionMeter(connection, limits) if limits else None
    group_of = groups_of(connection, [_place(event) for event in events])
    outcomes = []
    taken: list[tuple[EventMessageType, str]] = []
    for event in events:
        now = clock.now()
        event_id, session = event["event_id"], event.get("session")
        group = group_of[_place(event)]
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
        keep_texts(connection, [event for event, _ in taken])
        _keep(connection, [row_of(event, at, group_of[_place(event)]) for event, at in taken])
        count_errors(connection, taken)
        enqueue(connection, pass_on_to, [event["event_id"] for event, _ in taken])
    said = keep_comments(connection, events)
    enqueue_again(connection, pass_on_to, said)
    return _with_hints(connection, [outcome._replace(is_said_of=outcome.event_id in said) for outcome in outcomes])


def _place(event: EventMessageType) -> Place:
    cell = event.get("cell_hash") or (f"[{event['execution_count']}]" if event["execution_count"] >= 0 else "")
    return Place(event["fingerprint"], event["notebook"], cell)


def _keep(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Insert the rows and count them, group by group in the order of their ids."""
    open_groups(connection, rows)
    connection.execute(insert(errors), rows)
    for part in in_parts([row["event_id"] for row in rows]):
        rollups.add(connection, errors.c.event_id.in_(part))
    wake_groups(connection, rows)


def _with_hints(connection: Connection, outcomes: list[Outcome]) -> list[Outcome]:
    hints: dict[str, Any] = {}
    for part in in_parts(sorted({outcome.group for outcome in outcomes})):
        query = select(groups.c.group_id, groups.c.hint, groups.c.hint_from)
        query = query.where(groups.c.group_id.in_(part), groups.c.hint != "")
        hints.update(
            {row.group_id: {"hint": row.hint, "hint_from": row.hint_from} for row in connection.execute(query)}
        )
    return [outcome._replace(**hints.get(outcome.group, {})) for outcome in outcomes]


def _known_ids(connection: Connection, ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for part in in_parts(ids):
        stored = select(errors.c.event_id).where(errors.c.event_id.in_(part))
        deleted = select(tombstones.c.event_id).where(tombstones.c.event_id.in_(part))
        found.update(connection.scalars(union_all(stored, deleted)))
    return found


def errors_of_session(connection: Connection, session: str) -> tuple[int, str | None]:
    """How many errors a session has had (repeats counted), and when the last came."""
    count, last = connection.execute(
        select(func.coalesce(func.sum(errors.c.count), 0), func.max(errors.c.received_at)).where(
            errors.c.session == session
        )
    ).one()
    return int(count), last
