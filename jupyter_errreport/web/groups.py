"""The list of groups as a page."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from .days import first_day, today
from .group_rows import group_rows

SINCE = ((1, "in 24 hours"), (7, "in 7 days"), (30, "in 30 days"))


def groups_page(connection: Connection, groups: list[dict[str, Any]], since: str) -> dict[str, Any]:
    """What the page shows of the groups of one part of the list, and the choices of its filter by time."""
    last = today()
    choices = [("", "any time"), *(((last - timedelta(days=days)).isoformat(), name) for days, name in SINCE)]
    if since and since not in dict(choices):
        choices.append((since, f"since {since[:10]}"))
    return {"groups": group_rows(connection, groups, first_day(last, 2)), "since_choices": choices}
