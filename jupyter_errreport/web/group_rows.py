"""Groups as rows of a list: each with its month as a sparkline, and with the marks that it has."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from ..store.groups.groups import days_of_groups
from .charts.sparkline import sparkline
from .days import filled, first_day, today


def group_rows(connection: Connection, groups: Sequence[dict[str, Any]], new_since: str) -> list[dict[str, Any]]:
    """The groups, as they are listed, with `spark` and `marks`; those first seen from `new_since` on are new."""
    last = today()
    days = days_of_groups(connection, [group["group"] for group in groups], first_day(last))
    return [
        {
            **group,
            "spark": sparkline(filled(days[group["group"]], ("count",), last)),
            "marks": list(marks(group, new_since)),
        }
        for group in groups
    ]


def marks(group: dict[str, Any], new_since: str) -> Iterable[str]:
    """What is to be said of a group in a word: `new`, `back`, `resolved`, `ignored`, `hint`."""
    if group["first_seen"] >= new_since:
        yield "new"
    if group["status"] != "open":
        yield group["status"]
    elif group["regressed_at"] is not None:
        yield "back"
    if group["hint"]:
        yield "hint"
