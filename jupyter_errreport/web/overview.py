"""The page that an author opens in the morning: what is new since yesterday, what trips most people, and the trend."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from ..store.figures.share import error_free_share
from ..store.groups.groups import GroupFilters, groups_by_id, list_groups
from ..store.notebooks import days_of_all, list_notebooks
from ..store.outbox.alerts import list_alerts
from .alert_rows import alert_row
from .charts.interval import interval
from .charts.trend import FIGURES, trend
from .days import filled, first_day, today
from .group_rows import group_rows
from .notebook_rows import notebook_row
from .numbers import plural

ROWS = 6
"""Rows of each part of the page; the whole lists are a click away."""
MOST_NEW = 20
"""New groups that are counted; more are `20+`."""
ALERTS = 40
"""Alerts that are read, for the groups that came back; `ROWS` of them are shown."""


def overview(connection: Connection, scope: str | None) -> dict[str, Any]:
    """What the page shows of the notebooks that the reader's token opens."""
    last = today()
    days = filled(days_of_all(connection, first_day(last), scope), FIGURES, last)
    yesterday = first_day(last, 2)
    alerts = list_alerts(connection, ALERTS, scope=scope)
    newest = list_groups(connection, GroupFilters(scope=scope), "first_seen", MOST_NEW + 1).items
    worst = list_groups(connection, GroupFilters(status="open", scope=scope), "sessions", ROWS).items
    notebooks = list_notebooks(connection, None, ROWS, scope=scope)

    new = [group for group in newest if group["first_seen"] >= yesterday and group["status"] == "open"]
    heard_of = groups_by_id(connection, [alert["group_id"] for alert in alerts if alert["group_id"]], scope)
    back = _back(alerts, heard_of, yesterday, {group["group"] for group in new})
    fresh = [*back, *new][:ROWS]
    shown = {group["group"]: group for group in [*fresh, *worst]}
    rows = {row["group"]: row for row in group_rows(connection, list(shown.values()), yesterday)}
    return {
        "headline": headline(len(new), len(back)),
        "since": {name: sum(day[name] for day in days if day["day"] >= yesterday) for name in FIGURES},
        "week": _week(days),
        "fresh": [rows[group["group"]] for group in fresh],
        "worst": [rows[group["group"]] for group in worst],
        "notebooks": [notebook_row(item) for item in notebooks.items],
        "more_notebooks": notebooks.next is not None,
        "trend": trend(days),
        "alerts": [alert_row(alert, heard_of.get(alert["group_id"])) for alert in alerts[:ROWS]],
    }


def headline(new: int, back: int) -> str:
    """What happened since yesterday, in a few words."""
    parts = []
    if new:
        parts.append(f"{MOST_NEW}+ new errors" if new > MOST_NEW else plural(new, "new error"))
    if back:
        parts.append(f"{back} came back")
    return ", ".join(parts) or "Nothing new"


def _back(
    alerts: Sequence[Mapping[str, Any]], groups: Mapping[str, Any], since: str, besides: set[str]
) -> list[dict[str, Any]]:
    """Open groups that were seen again after somebody had resolved or ignored them, the last first."""
    found = {
        alert["group_id"]: groups[alert["group_id"]]
        for alert in alerts
        if alert["kind"] in ("regression", "reopened") and alert["created_at"] >= since and alert["group_id"] in groups
    }
    return [group for group in found.values() if group["status"] == "open" and group["group"] not in besides]


def _week(days: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The share of error-free sessions in the last seven days, and in the seven before; None without sessions."""
    now, before = (error_free_share(*_sessions(part)) for part in (days[-7:], days[-14:-7]))
    if now is None:
        return None
    return {**now, "picture": interval(now), "before": before and before["share"]}


def _sessions(days: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    return sum(day["sessions"] for day in days), sum(day["failed_sessions"] for day in days)
