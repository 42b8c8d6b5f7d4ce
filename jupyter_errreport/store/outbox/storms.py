"""Alerts of new groups: one each, until there are so many that they are a storm, which is one alert."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from ...event import new_event_id, rfc3339
from ..group_schema import alerts, groups, notebooks
from ..paging import in_parts
from ..rates import DAY
from .alerts import add_alert, read_details

CALM = 3_600.0
"""Seconds without a new group after which a storm is over; and in which new groups are counted towards one."""
STORM_LEAST = 20
"""New groups of a notebook that are told one by one within that time."""
NEWCOMERS = ""
"""Under this name the notebooks of which nothing was heard before that time are taken together: names can be made up,
and what is made up must not drown what an author wants to hear."""


def storms_without_groups(connection: Connection, now: float) -> list[str]:
    """The storms of the last day of whose groups none is left, by their ids."""
    query = select(alerts).where(alerts.c.kind == "storm", alerts.c.alert_id >= new_event_id(now - DAY)[:13])
    gone = []
    for storm in connection.execute(query).mappings().all():
        left = select(groups.c.group_id).where(groups.c.first_seen >= storm["created_at"])
        if storm["notebook"] != NEWCOMERS:
            left = left.where(groups.c.notebook == storm["notebook"])
        if connection.execute(left.limit(1)).first() is None:
            gone.append(storm["alert_id"])
    return gone


def tell_of_groups(connection: Connection, first: Mapping[str, Mapping[str, Any]]) -> None:
    """Write down that there are new groups: for each the row of its first error, already counted."""
    rows: dict[str, list[tuple[str, Mapping[str, Any]]]] = defaultdict(list)
    heard = _first_heard(connection, {row["identity"] for row in first.values()})
    for group_id, row in sorted(first.items(), key=lambda item: item[1]["received_at"]):
        notebook = row["identity"]
        is_new = heard.get(notebook, "") > _before(row["received_at"], CALM)
        rows[NEWCOMERS if is_new else notebook].append((group_id, row))
    for source, found in sorted(rows.items()):
        _tell(connection, source, found)


def _tell(connection: Connection, source: str, found: list[tuple[str, Mapping[str, Any]]]) -> None:
    moment = found[-1][1]["received_at"]
    storm = _storm(connection, source, moment)
    left = 0 if storm else max(0, STORM_LEAST - _told(connection, source, moment))
    for group_id, row in found[:left]:
        add_alert(connection, "new", row["identity"], group_id, row["received_at"])
    more = len(found) - left
    if more <= 0:
        return
    if storm is None:
        began = found[left][1]["received_at"]
        add_alert(connection, "storm", source, None, began, {"groups": more, "last": moment})
        return
    details = {"groups": storm["details"]["groups"] + more, "last": moment}
    its = alerts.c.alert_id == storm["alert_id"]
    connection.execute(update(alerts).where(its).values(details=json.dumps(details)))


def _storm(connection: Connection, source: str, moment: str) -> dict[str, Any] | None:
    """The storm that is not over yet."""
    query = select(alerts).where(alerts.c.kind == "storm", alerts.c.notebook == source, _since(moment, DAY))
    row = connection.execute(query.order_by(alerts.c.alert_id.desc()).limit(1)).mappings().first()
    storm = read_details(row) if row else None
    return storm if storm and storm["details"]["last"] > _before(moment, CALM) else None


def _told(connection: Connection, source: str, moment: str) -> int:
    """How many new groups were told one by one."""
    query = select(alerts.c.notebook, func.count()).where(alerts.c.kind == "new", _since(moment, CALM))
    if source != NEWCOMERS:
        query = query.where(alerts.c.notebook == source)
    told: dict[str, int] = {name: int(count) for name, count in connection.execute(query.group_by(alerts.c.notebook))}
    if source != NEWCOMERS:
        return sum(told.values())
    heard = _first_heard(connection, told)
    return sum(count for name, count in told.items() if heard.get(name, moment) > _before(moment, CALM))


def _first_heard(connection: Connection, names: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in in_parts(sorted(names)):
        query = select(notebooks.c.notebook, notebooks.c.first_seen).where(notebooks.c.notebook.in_(part))
        found.update((name, moment) for name, moment in connection.execute(query))
    return found


def _since(moment: str, seconds: float) -> Any:
    """That an alert is not older."""
    return alerts.c.alert_id >= new_event_id(_seconds(moment) - seconds)[:13]


def _before(moment: str, seconds: float) -> str:
    return rfc3339(_seconds(moment) - seconds)


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()
