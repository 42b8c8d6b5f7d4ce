"""The outbox: which stored events are still to be passed on, to whom, and what became of the others.

A row is written in the transaction that stores the event, and goes when the receiver has answered for it. For each
destination the figures add up at any moment: queued = sent + duplicate + rejected + dropped + those that wait.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, select, update

from ...event import new_event_id, rfc3339
from ..events.comments import with_comments
from ..events.rows import event_of, payload_of
from ..paging import in_parts
from ..rates import DAY
from ..schema import destinations, errors, outbox, told_groups
from .deletions import COLLECTOR, forget_deletions
from .session_outbox import forget_old_sessions

AGE_DAYS = 60
"""Rows of older events are dropped: receivers forget ids after 90 days, and refuse what they can't tell from a copy."""
QUIET_SECONDS = 3_600.0
"""How long nothing more is said of a group to people, once they were told of it."""


class Message(NamedTuple):
    """What there is to tell people of one group of errors."""

    event: dict[str, Any]
    """The first one that nobody was told of, with the count of all of them."""
    event_ids: list[str]
    group: str
    is_more: bool
    """Whether they were told of this group a short while ago."""


def register(connection: Connection, destination: str, kind: str, label: str) -> None:
    """Make a destination known, with all its figures at zero, unless it is."""
    values = {"kind": kind, "label": label[:200]}
    known = connection.execute(
        update(destinations).where(destinations.c.destination == destination).values(values)
    ).rowcount
    if not known:
        zero = dict.fromkeys(("queued", "sent", "duplicate", "rejected", "dropped"), 0)
        connection.execute(insert(destinations).values(destination=destination, problem="", **values, **zero))


def enqueue(connection: Connection, to: Sequence[str], event_ids: Sequence[str]) -> None:
    """Have stored events passed on to each of these registered destinations."""
    for destination in to:
        rows = [{"destination": destination, "event_id": event_id} for event_id in event_ids]
        connection.execute(insert(outbox), rows)
        _count(connection, destination, queued=len(rows))


def enqueue_again(connection: Connection, to: Sequence[str], event_ids: Collection[str]) -> None:
    """Have stored events passed on to the collectors among these once more, with what was said of them since."""
    for event_id in sorted(event_ids):
        waits = select(outbox.c.destination).where(outbox.c.event_id == event_id)
        collectors = select(destinations.c.destination).where(
            destinations.c.destination.in_(to),
            destinations.c.kind == COLLECTOR,
            destinations.c.destination.not_in(waits),
        )
        enqueue(connection, list(connection.scalars(collectors)), [event_id])


def next_events(connection: Connection, destination: str, limit: int) -> list[dict[str, Any]]:
    """The oldest events that wait for this destination, as they are sent."""
    query = _waiting(destination, errors).order_by(outbox.c.event_id).limit(limit)
    return with_comments(connection, [payload_of(row) for row in connection.execute(query).mappings()])


def next_stored(connection: Connection, destination: str) -> dict[str, Any] | None:
    """The oldest event that waits for this destination, as lists show it, and its notebook's `identity`; or None."""
    row = connection.execute(_waiting(destination, errors).order_by(outbox.c.event_id).limit(1)).mappings().first()
    return None if row is None else event_of(row) | {"identity": row["identity"]}


def next_message(connection: Connection, destination: str, now: float) -> Message | None:
    """What to tell people next; None when all that waits is of groups that they were told of within the hour.

    A message is about all events of its group that wait, so that a group costs one message an hour at most.
    """
    told = _told(destination)
    due = told_groups.c.quiet_until.is_(None) | (told_groups.c.quiet_until <= rfc3339(now))
    first = connection.execute(
        _waiting(destination, errors, told_groups.c.quiet_until)
        .outerjoin(told_groups, told)
        .where(due)
        .order_by(outbox.c.event_id)
        .limit(1)
    ).mappings()
    row = first.first()
    if row is None:
        return None
    same = _waiting(destination, errors.c.event_id, errors.c.count).where(errors.c.group_id == row["group_id"])
    counts: dict[str, int] = dict(connection.execute(same).all())
    event = payload_of(row) | {"count": sum(counts.values())}
    is_more = row["quiet_until"] is not None and row["received_at"] <= row["quiet_until"]
    return Message(event, list(counts), row["group_id"], is_more)


def next_message_at(connection: Connection, destination: str) -> float | None:
    """When there will be something to tell people, in seconds since the epoch; None when nothing waits."""
    query = _waiting(destination, func.min(told_groups.c.quiet_until)).join(told_groups, _told(destination))
    moment = connection.execute(query).scalar()
    return None if moment is None else datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()


def keep_quiet(connection: Connection, destination: str, group: str, now: float) -> None:
    """People were told of this group."""
    its = (told_groups.c.destination == destination) & (told_groups.c.group_id == group)
    connection.execute(delete(told_groups).where(its))
    until = rfc3339(now + QUIET_SECONDS)
    connection.execute(insert(told_groups).values(destination=destination, group_id=group, quiet_until=until))


def settle(connection: Connection, destination: str, statuses: Mapping[str, str], problem: str) -> None:
    """The receiver has answered for these events: `stored`, `duplicate` or `rejected`, for the reason in `problem`.

    What has left the outbox meanwhile was counted when it did.
    """
    by_status: dict[str, list[str]] = {}
    for event_id, status in statuses.items():
        by_status.setdefault(status, []).append(event_id)
    for status, event_ids in by_status.items():
        for part in in_parts(event_ids):
            its = _its(destination) & outbox.c.event_id.in_(part)
            if status == "rejected":
                marked = connection.execute(update(outbox).where(its).values(rejected=problem[:200] or "rejected"))
                _count(connection, destination, rejected=marked.rowcount)
            else:
                gone = connection.execute(delete(outbox).where(its)).rowcount
                _count(connection, destination, **{"sent" if status == "stored" else "duplicate": gone})
    set_problem(connection, destination, problem)


def set_problem(connection: Connection, destination: str, problem: str) -> None:
    """Keep, for `status`, why the last attempt failed; empty when it did not."""
    its = destinations.c.destination == destination
    connection.execute(update(destinations).where(its).values(problem=problem[:300]))


def withdraw(connection: Connection, event_ids: Select[Any]) -> None:
    """Take events out of the outbox, because they are deleted here: nobody is told of them any more."""
    _drop(connection, outbox.c.event_id.in_(event_ids))


def expire(connection: Connection, now: float) -> None:
    """Drop what waits for too long, for whichever destination, and forget what people were told long ago."""
    oldest = new_event_id(now - AGE_DAYS * DAY)[:13]
    _drop(connection, outbox.c.event_id < oldest)
    forget_deletions(connection, oldest)
    forget_old_sessions(connection, rfc3339(now - AGE_DAYS * DAY))
    connection.execute(delete(told_groups).where(told_groups.c.quiet_until < rfc3339(now - DAY)))


def figures(connection: Connection) -> list[dict[str, Any]]:
    """For each destination that there is or was: its key, and what became of the events that were queued for it."""
    waiting = (
        select(outbox.c.destination, func.count().label("waiting"))
        .where(outbox.c.rejected.is_(None))
        .group_by(outbox.c.destination)
        .subquery()
    )
    query = (
        select(destinations, func.coalesce(waiting.c.waiting, 0).label("waiting"))
        .outerjoin(waiting, waiting.c.destination == destinations.c.destination)
        .order_by(destinations.c.kind, destinations.c.label, destinations.c.destination)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def undelivered(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """The newest events that a destination does not have: `problem` says why it refused one, empty while it waits."""
    query = select(
        outbox.c.event_id,
        destinations.c.label.label("destination"),
        func.coalesce(outbox.c.rejected, "").label("problem"),
    ).join(destinations, destinations.c.destination == outbox.c.destination)
    query = query.order_by(outbox.c.event_id.desc(), destinations.c.label).limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]


def _its(destination: str) -> ColumnElement[bool]:
    """That a row waits for this destination."""
    return (outbox.c.destination == destination) & outbox.c.rejected.is_(None)


def _waiting(destination: str, *wanted: Any) -> Select[Any]:
    joined = outbox.join(errors, errors.c.event_id == outbox.c.event_id)
    return select(*wanted).select_from(joined).where(_its(destination))


def _told(destination: str) -> ColumnElement[bool]:
    return (told_groups.c.destination == destination) & (told_groups.c.group_id == errors.c.group_id)


def _drop(connection: Connection, chosen: ColumnElement[bool]) -> None:
    query = select(outbox.c.destination, func.count()).where(chosen, outbox.c.rejected.is_(None))
    for destination, count in connection.execute(query.group_by(outbox.c.destination)).all():
        _count(connection, destination, dropped=count)
    connection.execute(delete(outbox).where(chosen))


def _count(connection: Connection, destination: str, **more: int) -> None:
    its = destinations.c.destination == destination
    values = {name: destinations.c[name] + number for name, number in more.items()}
    connection.execute(update(destinations).where(its).values(values))
