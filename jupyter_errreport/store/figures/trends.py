"""Finds what changed: groups that happen far more often than usual, notebooks that fail more of their readers."""

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from ...contract import TEST_ERROR
from ...event import new_event_id, rfc3339
from ..group_schema import alerts, group_days, groups, notebook_days
from ..outbox.alerts import Kind, add_alert
from ..rates import DAY
from ..schema import errors
from .share import error_free_share

HOUR = 3_600.0
SPIKE_LEAST, SPIKE_FACTOR = 20, 10.0
"""A spike is so many errors of a group within an hour, and so many times its usual hour."""
USUAL_DAYS = 7
"""What is usual is taken from so many days before today."""
SPIKE_QUIET = DAY
"""For so long no further spike of a group is told."""
SHARE_DAYS, SHARE_USUAL_DAYS, SHARE_LEAST = 2, 28, 20
"""The share of the last days' sessions is compared with those before, when there were so many sessions in each."""
SHARE_QUIET = 7 * DAY
"""For so long no further fall of a notebook's share is told."""


class _Sessions(NamedTuple):
    sessions: int
    failed: int


def add_spike_alerts(connection: Connection, now: float) -> int:
    """Alert of the groups that happen far more often in this hour than in those of the last week; how many."""
    query = select(errors.c.group_id, func.sum(errors.c.count).label("count"))
    query = query.where(errors.c.received_at >= rfc3339(now - HOUR)).group_by(errors.c.group_id)
    added = 0
    for group_id, count in connection.execute(query.having(func.sum(errors.c.count) >= SPIKE_LEAST)).all():
        group = connection.execute(select(groups).where(groups.c.group_id == group_id)).mappings().one()
        if group["status"] == "ignored" or group["first_seen"] > rfc3339(now - DAY):
            continue  # a new group has been told of as such
        if group["error_name"] == TEST_ERROR and not group["sessions"]:
            continue  # somebody, or something, tests often
        usual = _usual_hour(connection, group_id, group["first_seen"], now)
        if count >= SPIKE_FACTOR * usual and not _told(connection, "spike", group_id, now - SPIKE_QUIET):
            details = {"count": int(count), "usual": round(usual, 2)}
            add_alert(connection, "spike", group["notebook"], group_id, rfc3339(now), details)
            added += 1
    return added


def add_share_alerts(connection: Connection, now: float) -> int:
    """Alert of the notebooks whose share of sessions without an error has fallen beyond chance; how many."""
    today, recent = _day(now), _day(now - (SHARE_DAYS - 1) * DAY)
    busy = select(notebook_days.c.notebook).where(notebook_days.c.day >= recent)
    busy = busy.group_by(notebook_days.c.notebook).having(func.sum(notebook_days.c.sessions) >= SHARE_LEAST)
    added = 0
    for notebook in connection.scalars(busy).all():
        new = _sessions_of(connection, notebook, recent, today)
        old = _sessions_of(
            connection, notebook, _day(now - (SHARE_DAYS + SHARE_USUAL_DAYS) * DAY), _day(now - SHARE_DAYS * DAY)
        )
        share, usual = error_free_share(*new), error_free_share(*old)
        if share is None or usual is None or old.sessions < SHARE_LEAST or share["high"] >= usual["low"]:
            continue
        if not _told(connection, "share", None, now - SHARE_QUIET, notebook):
            details = {"share": share["share"], "usual": usual["share"], "sessions": new.sessions}
            add_alert(connection, "share", notebook, None, rfc3339(now), details)
            added += 1
    return added


def _usual_hour(connection: Connection, group_id: str, first_seen: str, now: float) -> float:
    """How often a group happened in an hour of the last week, today aside; at least once a day."""
    since = max(first_seen[:10], _day(now - USUAL_DAYS * DAY))
    its = (group_days.c.group_id == group_id) & (group_days.c.day >= since) & (group_days.c.day < _day(now))
    count = connection.execute(select(func.coalesce(func.sum(group_days.c.count), 0)).where(its)).scalar_one()
    return max(1.0, float(count) / USUAL_DAYS) / 24


def _sessions_of(connection: Connection, notebook: str, first: str, last: str) -> _Sessions:
    """The sessions opened from the one day to the other."""
    sums = [
        func.coalesce(func.sum(column), 0) for column in (notebook_days.c.sessions, notebook_days.c.failed_sessions)
    ]
    query = select(*sums).where(notebook_days.c.notebook == notebook, notebook_days.c.day.between(first, last))
    sessions, failed = connection.execute(query).one()
    return _Sessions(int(sessions), int(failed))


def _told(connection: Connection, kind: Kind, group_id: str | None, since: float, notebook: str | None = None) -> bool:
    query = select(alerts.c.alert_id).where(alerts.c.kind == kind, alerts.c.alert_id >= new_event_id(since)[:13])
    query = query.where(alerts.c.group_id == group_id) if group_id else query.where(alerts.c.notebook == notebook)
    return connection.execute(query.limit(1)).first() is not None


def _day(moment: float) -> str:
    return rfc3339(moment)[:10]
