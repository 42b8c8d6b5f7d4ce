"""The page of one group: what fails, for whom and where, why this is one group, and what was decided about it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from ..event import fingerprint_parts
from ..event import group_id as natural_id
from ..store.errors.errors import list_errors
from ..store.events.comments import comments_of_group
from ..store.events.filters import Filters
from ..store.groups.groups import GroupFilters, find_group, list_groups
from ..store.groups.published_releases import newest_published
from ..store.published.author_cells import author_cell_of_group
from .charts.chart import chart
from .days import filled, first_day, today
from .group_rows import marks
from .numbers import grouped, plural

ERRORS = 10
"""Newest errors that are shown; all are a click away."""
COMMENTS = 20
"""What readers said, the newest."""
CANDIDATES = 15
"""Groups of the notebook, and among them of the same error, that are offered for a merge."""


def group_page(connection: Connection, group_id: str, scope: str | None) -> dict[str, Any] | None:
    """What the page shows; None when there is no such group, or the reader's token does not open it."""
    group = find_group(connection, group_id, scope)
    if group is None:
        return None
    last = today()
    errors = list_errors(connection, Filters(group=group["group"], scope=scope), ERRORS)
    days = filled(group["days"], ("count",), last)
    label = f"Errors by day: {grouped(sum(day['count'] for day in days))}"
    return {
        "group": group,
        "cell": author_cell_of_group(connection, group),
        "why": _why(group["notebook"], errors.items),
        "marks": list(marks(group, first_day(last, 2))),
        "state": state(group),
        "published": newest_published(connection, group["notebook"], group["group"]),
        "picture": chart(days, "count", None, label, ("errors", "")),
        "days": [day for day in days if day["count"]],
        "comments": comments_of_group(connection, group["group"], COMMENTS),
        "errors": errors.items,
        "more_errors": errors.next is not None,
        "merged": [row for row in group["fingerprints"] if not _is_own(group, row["fingerprint"])],
        "candidates": _candidates(connection, group, scope),
    }


def _why(notebook: str, errors: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """In what all errors of the group are equal, as the newest one tells it."""
    if not errors:
        return []
    error = errors[0]
    parts = fingerprint_parts(
        error["error_name"], error["error_message"], error["traceback"], error["language"], error["cell_hash"]
    )
    told = [
        ("notebook", notebook),
        ("language", parts.language),
        ("error", parts.error_name),
        ("words of the message", parts.message),
        ("what failed", parts.place),
        ("where it began", parts.outermost if parts.outermost != parts.place else ""),
        ("cell", "its code, apart from comments and values" if parts.cell else ""),
    ]
    return [(name, text) for name, text in told if text]


def _is_own(group: Mapping[str, Any], fingerprint: str) -> bool:
    """Whether a group has its id from this fingerprint: what it can't be split from."""
    return bool(natural_id(group["notebook"], fingerprint) == group["group"])


def state(group: Mapping[str, Any]) -> str:
    """What was decided about the group, in words; the moment of it is said beside."""
    if group["status"] == "resolved":
        release = group["resolved_release"]
        return f"Resolved after {release}" if release else "Resolved"
    if group["status"] == "ignored":
        until = group["ignored_until"]
        if until == "again":
            return "Ignored until it happens again"
        return f"Ignored for {plural(until['sessions'], 'more session')}" if until else "Ignored"
    return "Came back" if group["regressed_at"] else "Open"


def _candidates(connection: Connection, group: Mapping[str, Any], scope: str | None) -> Sequence[dict[str, Any]]:
    """Groups of the same notebook that may be the same thing: those of the same error first."""
    same_error = GroupFilters(error_name=group["error_name"], notebook=group["notebook"], scope=scope)
    same_notebook = GroupFilters(notebook=group["notebook"], scope=scope)
    found: dict[str, dict[str, Any]] = {}
    for filters in (same_error, same_notebook):
        for item in list_groups(connection, filters, "last_seen", CANDIDATES).items:
            found.setdefault(item["group"], item)
    found.pop(group["group"], None)
    return list(found.values())
