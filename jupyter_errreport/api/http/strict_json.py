"""Strict JSON, of which nothing is left that a database can't hold."""

import contextlib
import json
import math
import re
from typing import Any

import msgspec

from ...store.storable import storable
from .problem import Problem

DEPTH = 32
"""Levels of lists and objects in a body."""


def parse(text: str) -> Any:
    """The value of strict JSON: no NaN, no infinity, no endless nesting. Raises `Problem`.

    `null` stands for a field that is not there. Lone surrogates and NUL, which a database can't hold, become U+FFFD.
    """
    if not _is_odd(text):
        with contextlib.suppress(msgspec.DecodeError, RecursionError):
            value = _PLAIN.decode(text)
            if not _is_deep(value, 0):
                return value
    try:
        return _clean(json.loads(text, parse_constant=_refuse, parse_float=_finite), 0)
    except RecursionError as error:
        raise Problem(400, "too_deep", "The body is nested too deeply; nothing was stored.") from error
    except ValueError as error:
        raise Problem(400, "not_json", f"The body is not JSON; nothing was stored. {_where(error)}") from error


def plain_events(text: str) -> list[Any] | None:
    """The event, or the list of events, that JSON holds, each as bytes; None when it takes `parse` to read it."""
    if _is_odd(text):
        return None
    try:
        events = [text.encode()] if text.lstrip()[:1] == "{" else [bytes(raw) for raw in _LIST.decode(text)]
    except (msgspec.MsgspecError, RecursionError):
        return None
    # Deeply nested is only what has many brackets.
    return events if all(event.count(b"[") + event.count(b"{") <= DEPTH for event in events) else None


def _is_odd(text: str) -> bool:
    """Whether JSON may hold a lone surrogate, a NUL, or a field that is not there: what has none of these is plain."""
    return "null" in text or ("\\u" in text and _LOST.search(text) is not None)


_LOST = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_PLAIN = msgspec.json.Decoder()
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


def _is_deep(value: Any, depth: int) -> bool:
    """Whether lists and objects are nested more deeply than may be."""
    if depth > DEPTH:
        return True
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_is_deep(item, depth + 1) for item in inside if isinstance(item, (dict, list)))


def _clean(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return storable(value)
    if depth > DEPTH:
        raise RecursionError
    if isinstance(value, list):
        return [_clean(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {storable(name): _clean(item, depth + 1) for name, item in value.items() if item is not None}
    return value


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON number.")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("A number is too large.")
    return number


def _where(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"See line {error.lineno}, column {error.colno}: {error.msg}."
    return "A number is too large or not a JSON number."
