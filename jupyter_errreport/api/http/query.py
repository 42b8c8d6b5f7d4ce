"""Reads the filters, the limit and the cursor of a list from a request's query."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import TypeVar

from tornado.web import RequestHandler

from ...contract import PAGE_LIMIT, PAGE_SIZE
from ...store.events.filters import Filters
from ...store.paging import Cursor, decode_cursor
from .fields import moment
from .problem import Problem

ERROR_FILTERS = tuple(field.name for field in fields(Filters) if field.name != "scope")
GROUP_FILTERS = tuple(name for name in ERROR_FILTERS if name not in ("group", "session"))
SESSION_FILTERS = ("notebook", "session", "since", "until")
PAGING = ("limit", "cursor", "format")
LOGIN = ("token",)
"""What a server's login takes from the query; never a filter, and never repeated in a link of ours."""
TEXT_LIMIT = 1_000


def read_filters(handler: RequestHandler, known: Collection[str], besides: Collection[str]) -> dict[str, str]:
    """The filters that are given. Raises `Problem` for a name that is neither `known` nor `besides`."""
    given: dict[str, str] = {}
    for name in handler.request.query_arguments:
        if name in LOGIN:
            continue
        if name not in known and name not in besides:
            raise Problem(
                400,
                "unknown_filter",
                f"`{name[:50]}` is not known here; known are {', '.join((*known, *besides))}.",
            )
        # An empty field of a form is no filter.
        value = handler.get_query_argument(name, strip=False)[:TEXT_LIMIT]
        if value and name in known:
            given[name] = moment(value, name) if name in ("since", "until") else value
    return given


Chosen = TypeVar("Chosen", bound=str)


def read_choice(handler: RequestHandler, name: str, choices: Sequence[Chosen]) -> Chosen | None:
    """One of a few words, or None when it is not given. Raises `Problem`."""
    text = handler.get_query_argument(name, "")
    for choice in choices:
        if text == choice:
            return choice
    if text:
        raise Problem(400, f"bad_{name}", f"`{name}` is one of {', '.join(choices)}.")
    return None


def read_paging(handler: RequestHandler, by_number: bool = False) -> tuple[int, Cursor | None]:
    """How many rows, and behind which one, in a list by moments or `by_number`. Raises `Problem`."""
    text = handler.get_query_argument("cursor", "")
    try:
        cursor = decode_cursor(text) if text else None
        if cursor is not None and isinstance(cursor.value, int) != by_number:
            raise ValueError("of a list in another order")
    except ValueError as error:
        raise Problem(
            400,
            "bad_cursor",
            "This cursor was not made here, or for another order. Begin without one, then follow the Link header.",
        ) from error
    return read_number(handler, "limit", PAGE_SIZE, 1, PAGE_LIMIT), cursor


def read_number(handler: RequestHandler, name: str, default: int, least: int, most: int) -> int:
    """A whole number of the query. Raises `Problem`."""
    text = handler.get_query_argument(name, "") or str(default)
    if not (text.isascii() and text.isdigit() and len(text) < 16 and least <= int(text) <= most):
        raise Problem(400, f"bad_{name}", f"`{name}` is a whole number from {least} to {most}.")
    return int(text)
