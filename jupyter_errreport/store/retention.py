"""Forgets what is older than the operator wants to keep."""

from sqlalchemy import Connection, delete

from ..event import rfc3339
from .database.clock import clock
from .errors.errors import delete_errors, delete_months
from .errors.partitions import all_older, first_id
from .events.filters import Filters
from .limits import DAY
from .outbox.alerts import purge_alerts
from .schema import sessions, tombstones
from .sessions import delete_sessions


def purge(connection: Connection, retention_days: float, dedup_days: float) -> int:
    """Delete errors and sessions that are older than `retention_days`; how many errors.

    Months in which everything is older are dropped whole, where there are any; elsewhere rows are deleted. Tombstones
    go when their ids are so old that `insert_errors` rejects them anyway.
    """
    now = clock.now()
    last = now - retention_days * DAY
    oldest = rfc3339(last)
    # Nobody needs to know of ids that are expired.
    expired = first_id(now - (dedup_days + 1) * DAY)
    months = all_older(connection, last, oldest)
    deleted = delete_errors(connection, Filters(until=oldest), remember_since=expired, besides=months)
    delete_sessions(connection, sessions.c.last_seen_at < oldest)
    purge_alerts(connection, last)
    connection.execute(delete(tombstones).where(tombstones.c.event_id < expired))
    # Last, because from then on those who read wait.
    return deleted + delete_months(connection, months, expired)
