"""Splits what a query asks for into parts that a database takes, and what it found into pages."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from .cursor import Cursor

AT_ONCE = 400
"""Values in one query, in which each may stand twice: SQLite before 3.32 takes 999 parameters."""

Item = TypeVar("Item")


class Page(NamedTuple):
    """A part of a list, newest first, and the cursor of the next part (None at the end)."""

    items: list[dict[str, Any]]
    next: Cursor | None


def in_parts(values: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """The values, so many at once as one query may ask for."""
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]


def page_of(items: list[dict[str, Any]], limit: int, order: str, key: str) -> Page:
    """The first `limit` items; one more that was found says that a part follows, behind the fields of the last."""
    kept = items[:limit]
    return Page(kept, Cursor(kept[-1][order], kept[-1][key]) if len(items) > limit else None)
