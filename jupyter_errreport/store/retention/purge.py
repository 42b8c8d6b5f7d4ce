"""Forgets what is older than the operator wants to keep."""

from sqlalchemy import Connection, delete, select

from ...event import rfc3339
from ..database.clock import clock
from ..errors.errors import STEP, delete_counted, delete_months, expire_some_errors
from ..errors.partitions import all_older, first_id
from ..events.filters import Filters
from ..outbox.alerts import purge_alerts
from ..rates import DAY
from ..schema import sessions, tombstones
from ..sessions import delete_sessions

TOMBSTONES = 2_000
"""Tombstones that are taken away in one transaction."""


def purge(connection: Connection, retention_days: float, dedup_days: float) -> int:
    """Delete errors and sessions that are older than `retention_days`; how many errors.

    Months in which everything is older are dropped whole, where there are any; elsewhere rows are deleted. Tombstones
    go when their ids are so old that `insert_errors` rejects them anyway. Receivers to which errors were passed on keep
    theirs.
    """
    deleted, is_done = purge_some(connection, retention_days, dedup_days)
    while not is_done:
        more, is_done = purge_some(connection, retention_days, dedup_days)
        deleted += more
    return deleted


def purge_some(connection: Connection, retention_days: float, dedup_days: float) -> tuple[int, bool]:
    """A part of that, for which others can wait: how many errors, and whether it was the last."""
    now = clock.now()
    last = now - retention_days * DAY
    oldest = rfc3339(last)
    # Nobody needs to know of ids that are expired.
    expired = first_id(now - (dedup_days + 1) * DAY)
    months = all_older(connection, last, oldest)
    deleted = expire_some_errors(connection, oldest, expired, months)
    delete_counted(connection, Filters(until=oldest))
    chosen = select(sessions.c.session).where(sessions.c.last_seen_at < oldest).limit(STEP)
    gone = connection.scalars(chosen).all()
    if gone:
        delete_sessions(connection, sessions.c.session.in_(gone))
    purge_alerts(connection, last)
    query = select(tombstones.c.event_id).where(tombstones.c.event_id < expired)
    end = query.order_by(tombstones.c.event_id).offset(TOMBSTONES).limit(1)
    bound = connection.scalar(end) or expired
    connection.execute(delete(tombstones).where(tombstones.c.event_id < bound))
    if deleted < STEP and len(gone) < STEP and bound == expired:
        # Last, because from then on those who read wait.
        return deleted + delete_months(connection, months, expired), True
    return deleted, False
