"""Forgets what is older than the operator wants to keep."""

from sqlalchemy import Connection, delete, select

from ...event import new_event_id, rfc3339
from ..database.clock import clock
from ..figures.sampled import forget_sampled
from ..limits import DAY
from ..outbox.alerts import purge_alerts
from ..schema import sessions, tombstones
from ..sessions import delete_sessions
from .errors import STEP, delete_some_errors
from .filters import Filters

TOMBSTONES = 2_000
"""Tombstones that are taken away in one transaction."""


def purge(connection: Connection, retention_days: float, dedup_days: float) -> int:
    """Delete errors and sessions that are older than `retention_days`; how many errors.

    Tombstones go when their ids are so old that `insert_errors` rejects them anyway.
    """
    deleted, is_done = purge_some(connection, retention_days, dedup_days)
    while not is_done:
        more, is_done = purge_some(connection, retention_days, dedup_days)
        deleted += more
    return deleted


def purge_some(connection: Connection, retention_days: float, dedup_days: float) -> tuple[int, bool]:
    """A part of that, for which others can wait: how many errors, and whether it was the last."""
    now = clock.now()
    oldest = rfc3339(now - retention_days * DAY)
    deleted = delete_some_errors(connection, Filters(until=oldest))
    forget_sampled(connection, Filters(until=oldest))
    chosen = select(sessions.c.session).where(sessions.c.last_seen_at < oldest).limit(STEP)
    gone = connection.scalars(chosen).all()
    if gone:
        delete_sessions(connection, sessions.c.session.in_(gone))
    purge_alerts(connection, now - retention_days * DAY)
    # A UUIDv7 begins with its time: ids compare as their moments do.
    expired = new_event_id(now - (dedup_days + 1) * DAY)[:13]
    query = select(tombstones.c.event_id).where(tombstones.c.event_id < expired)
    last = query.order_by(tombstones.c.event_id).offset(TOMBSTONES).limit(1)
    bound = connection.scalar(last) or expired
    connection.execute(delete(tombstones).where(tombstones.c.event_id < bound))
    return deleted, deleted < STEP and len(gone) < STEP and bound == expired
