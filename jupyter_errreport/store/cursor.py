"""Cursors: where a page of a list ended, as text that means nothing to others."""

import base64
import binascii
import json
import re
from typing import NamedTuple

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
