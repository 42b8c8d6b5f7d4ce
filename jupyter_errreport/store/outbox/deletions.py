"""What was deleted here and is to be deleted where it was passed on: waits as events do, behind them.

An event that never arrived there is no trouble: the receiver knows nothing of it, and says so.
"""

from typing import Any

from sqlalchemy import Connection, Select, delete, insert, literal, select

from ..schema import deletions, destinations, errors

COLLECTOR = "collector"
"""The kind of a destination that takes every event."""


def pass_on_deletion(connection: Connection, event_ids: Select[Any]) -> None:
    """Have these events, which are about to be deleted, deleted at every collector to which they may have gone."""
    collectors = select(destinations.c.destination).where(destinations.c.kind == COLLECTOR, destinations.c.queued > 0)
    for destination in connection.scalars(collectors).all():
        known = select(deletions.c.event_id).where(deletions.c.destination == destination)
        chosen = select(literal(destination), errors.c.event_id).where(
            errors.c.event_id.in_(event_ids), errors.c.event_id.not_in(known)
        )
        connection.execute(insert(deletions).from_select(["destination", "event_id"], chosen))


def next_deletion(connection: Connection, destination: str) -> str | None:
    """The oldest event that this destination is still to delete; None when there is none."""
    query = select(deletions.c.event_id).where(deletions.c.destination == destination)
    return connection.execute(query.order_by(deletions.c.event_id).limit(1)).scalar()


def deletion_done(connection: Connection, destination: str, event_id: str) -> None:
    """The destination has answered for it."""
    its = (deletions.c.destination == destination) & (deletions.c.event_id == event_id)
    connection.execute(delete(deletions).where(its))


def forget_deletions(connection: Connection, before: str) -> None:
    """Drop those of events whose ids come before this one."""
    connection.execute(delete(deletions).where(deletions.c.event_id < before))
