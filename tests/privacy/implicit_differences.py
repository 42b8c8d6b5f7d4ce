"""What two events of the same cell may differ in, when only the values in it were others.

Ids and times always do. All else that differs is a flow of information from a value, and each one that is let pass has
its line here, and in the section "Implicit differences" of docs/privacy.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from jupyter_errreport.event import fingerprint

OWN = ("event_id", "timestamp", "last_timestamp", "session")
"""Fields that no two events share."""

_KINDS = re.compile(
    r"<(?:str|bytes|int|float|number|path|file|url|email|host|ip|uuid|date|token|sequence|mutation|name)>"
)
_SUGGESTION = re.compile(r"[ .;]{0,2}\(?(?:Did you mean|Perhaps you meant|Maybe you meant)\b.{0,300}\Z", re.DOTALL)
_HIDDEN_NAME = re.compile("<(?:token|secret|key)>")
"""What a first line has for a name that is a key."""
_UNCHECKED = "<comment>"
_COMMENT = re.compile(r"(?:#|<comment>).{0,400}\Z", re.DOTALL)

Event = dict[str, Any]


class ImplicitDifference(NamedTuple):
    """One that is allowed."""

    name: str
    reason: str
    without: Callable[[Event, Event], tuple[Event, Event]]
    """Two events as they would be if they did not tell this."""


def _each(change: Callable[[Event], Event]) -> Callable[[Event, Event], tuple[Event, Event]]:
    return lambda one, other: (change(one), change(other))


def _said_otherwise(event: Event, change: Callable[[str], str]) -> Event:
    """The event with other words, and with the fingerprint that comes from these."""
    told = {**event, "error_message": change(event["error_message"]), "first_line": change(event["first_line"])}
    told["chain"] = [{**other, "error_message": change(other["error_message"])} for other in event["chain"]]
    if event.get("fingerprint") == _fingerprint(event):
        told["fingerprint"] = _fingerprint(told)
    return told


def _fingerprint(event: Event) -> str:
    return fingerprint(event["error_name"], event["error_message"], event["traceback"])


def _without_kinds(event: Event) -> Event:
    return _said_otherwise(event, lambda text: _KINDS.sub("<str>", text))


def _without_suggestion(event: Event) -> Event:
    return _said_otherwise(event, lambda text: _SUGGESTION.sub("", text).rstrip(" ."))


def _without_comment(one: Event, other: Event) -> tuple[Event, Event]:
    if (_UNCHECKED in one["first_line"]) == (_UNCHECKED in other["first_line"]):
        return one, other
    lines = (_COMMENT.sub(_UNCHECKED, event["first_line"]) for event in (one, other))
    return {**one, "first_line": next(lines)}, {**other, "first_line": next(lines)}


def _without_rule_of_syntax(event: Event) -> Event:
    if event.get("kind") != "syntax" or event["error_name"] not in ("SyntaxError", "IndentationError", "TabError"):
        return event
    first_line = event["first_line"]
    alike = _said_otherwise({**event, "error_name": "SyntaxError"}, lambda text: text and "invalid syntax")
    alike["fingerprint"] = _fingerprint(alike)
    return {**alike, "first_line": first_line}


def _without_hash_of_key(one: Event, other: Event) -> tuple[Event, Event]:
    if not all("cell_hash" in event and _HIDDEN_NAME.search(event["first_line"]) for event in (one, other)):
        return one, other
    return {**one, "cell_hash": ""}, {**other, "cell_hash": ""}


ALLOWED: tuple[ImplicitDifference, ...] = (
    # First: the next one leaves no placeholder of a key.
    ImplicitDifference(
        "the hash of a cell with a key in place of a name",
        "names are code, so a cell's hash is made of them; nobody gets a key back from it that stands there unquoted",
        _without_hash_of_key,
    ),
    ImplicitDifference(
        "the kind of a placeholder",
        "`<path>` or `<date>` instead of `<str>` tells what a value looks like: that is what an author needs to know",
        _each(_without_kinds),
    ),
    ImplicitDifference(
        "whether there is a suggestion",
        "a library says `Did you mean` only where a value is near to one that it knows; which one is a placeholder",
        _each(_without_suggestion),
    ),
    ImplicitDifference(
        "which rule a text breaks",
        "of a cell that is no Python the parser's message tells the first rule that it broke: a date that was pasted"
        " gives `leading zeros in decimal integer literals`, a name `invalid syntax`",
        _each(_without_rule_of_syntax),
    ),
    ImplicitDifference(
        "a comment that could not be checked",
        "where the kernel holds more than can be looked through in time, a comment is `<comment>`: whether it is hangs"
        " on how busy the machine is, and on how much is held, not on what",
        _without_comment,
    ),
)


def told_by(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event without what no two events share."""
    return {name: value for name, value in event.items() if name not in OWN}


def difference(one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]) -> str:
    """What is different in two lists of events though no line above allows it; empty for nothing."""
    return "" if needed(one, other) is not None else _first_difference(one, other)


def needed(one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]) -> list[str] | None:
    """The names of the allowed differences between two lists of events; None when these do not explain it."""
    if not _equal(one, other, ALLOWED):
        return None
    return [
        allowed.name
        for allowed in ALLOWED
        if not _equal(one, other, [another for another in ALLOWED if another is not allowed])
    ]


def _equal(
    one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]], allowed: Sequence[ImplicitDifference]
) -> bool:
    return len(one) == len(other) and all(
        _are_alike(told_by(left), told_by(right), allowed) for left, right in zip(one, other, strict=True)
    )


def _are_alike(one: Event, other: Event, allowed: Sequence[ImplicitDifference]) -> bool:
    for line in allowed:
        one, other = line.without(one, other)
    return _bytes(one) == _bytes(other)


def _bytes(event: Event) -> bytes:
    return json.dumps(event, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _first_difference(one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]) -> str:
    if len(one) != len(other):
        return f"{len(one)} and {len(other)} events"
    for left, right in zip(one, other, strict=True):
        for name in [*left, *(name for name in right if name not in left)]:
            if name not in OWN and left.get(name) != right.get(name):
                return f"{name}: {left.get(name)!r} and {right.get(name)!r}"
    return "the order of the fields"
