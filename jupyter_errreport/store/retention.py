"""Forgets what is older than the operator wants to keep."""

from sqlalchemy import Connection, delete

from ..event import new_event_id, rfc3339
from .database.clock import clock
from .errors.errors import delete_errors
from .events.filters import Filters
from .limits import DAY
from .outbox.alerts import purge_alerts
from .schema import sessions, tombstones
from .sessions import delete_sessions


def purge(connection: Connection, retention_days: float, dedup_days: float) -> int:
    """Delete errors and sessions that are older than `retention_days`; how many errors.

    Tombstones go when their ids are so old that `insert_errors` rejects them anyway.
    """
    now = clock.now()
    oldest = rfc3339(now - retention_days * DAY)
    deleted = delete_errors(connection, Filters(until=oldest))
    delete_sessions(connection, sessions.c.last_seen_at < oldest)
    purge_alerts(connection, now - retention_days * DAY)
    # A UUIDv7 begins with its time: ids compare as their moments do.
    expired = new_event_id(now - (dedup_days + 1) * DAY)[:13]
    connection.execute(delete(tombstones).where(tombstones.c.event_id < expired))
    return deleted
