"""Cursors: where a page of a list ended, as text that means nothing to others."""

import base64
import binascii
import re
from typing import NamedTuple

_INSIDE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) ([A-Za-z0-9_-]{1,64})\Z")


class Cursor(NamedTuple):
    """The last row that was seen: its moment and its id."""

    moment: str
    key: str


def encode_cursor(cursor: Cursor) -> str:
    """`cursor` as URL-safe text."""
    return base64.urlsafe_b64encode(f"{cursor.moment} {cursor.key}".encode()).decode().rstrip("=")


def decode_cursor(text: str) -> Cursor:
    """The cursor in `text`. Raises `ValueError` when `encode_cursor` did not make it."""
    try:
        inside = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, UnicodeError) as error:
        raise ValueError("not a cursor") from error
    match = _INSIDE.match(inside)
    if match is None:
        raise ValueError("not a cursor")
    return Cursor(match.group(1), match.group(2))
