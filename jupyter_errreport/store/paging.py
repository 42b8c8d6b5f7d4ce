"""Parts of lists: what one query may ask for, pages of what it found, and cursors, which say where a page ended."""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

AT_ONCE = 400
"""Values in one query, in which each may stand twice: SQLite before 3.32 takes 999 parameters."""

Item = TypeVar("Item")

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_KEY_LIMIT = 200


class Cursor(NamedTuple):
    """The last row that was seen: what the list is ordered by (a moment or a number), and its id."""

    value: str | int
    key: str


def encode_cursor(cursor: Cursor) -> str:
    """`cursor` as URL-safe text."""
    return base64.urlsafe_b64encode(json.dumps(cursor).encode()).decode().rstrip("=")


def decode_cursor(text: str) -> Cursor:
    """The cursor in `text`. Raises `ValueError` when `encode_cursor` did not make it."""
    try:
        inside = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        value, key = inside
    except (binascii.Error, UnicodeError, TypeError, RecursionError, ValueError) as error:
        raise ValueError("not a cursor") from error
    is_number = type(value) is int and 0 <= value < 2**63
    is_moment = isinstance(value, str) and _MOMENT.fullmatch(value)
    if not (is_number or is_moment) or not isinstance(key, str) or len(key) > _KEY_LIMIT or "\0" in key:
        raise ValueError("not a cursor")
    return Cursor(value, key)


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
