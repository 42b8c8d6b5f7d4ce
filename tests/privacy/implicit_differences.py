"""What two events of the same cell may differ in, when only the values in it were others.

Ids and times always do. All else that differs is a flow of information from a value, and each one that is let pass has
its line here, and in the section "Implicit differences" of docs/privacy.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

OWN = ("event_id", "timestamp", "last_timestamp", "session")
"""Fields that no two events share."""

_KINDS = re.compile(r"<(?:str|bytes|int|float|number|path|file|url|email|host|ip|uuid|date|token|sequence|mutation)>")


class ImplicitDifference(NamedTuple):
    """One that is allowed."""

    name: str
    reason: str
    without: Callable[[dict[str, Any]], dict[str, Any]]
    """The event as it would be if it did not tell this."""


def _with_messages(change: Callable[[str], str]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def changed(event: dict[str, Any]) -> dict[str, Any]:
        told = dict(event)
        told["error_message"] = change(event["error_message"])
        told["chain"] = [{**other, "error_message": change(other["error_message"])} for other in event["chain"]]
        told["first_line"] = change(event["first_line"])
        return told

    return changed


ALLOWED: tuple[ImplicitDifference, ...] = (
    ImplicitDifference(
        "the kind of a placeholder",
        "`<path>` or `<date>` instead of `<str>` tells what a value looks like: that is what an author needs to know",
        _with_messages(lambda text: _KINDS.sub("<str>", text)),
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
    return _bytes(one, allowed) == _bytes(other, allowed)


def _bytes(events: Sequence[Mapping[str, Any]], allowed: Sequence[ImplicitDifference]) -> bytes:
    told = []
    for event in map(told_by, events):
        for one in allowed:
            event = one.without(event)
        told.append(event)
    return json.dumps(told, ensure_ascii=False).encode()


def _first_difference(one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]) -> str:
    if len(one) != len(other):
        return f"{len(one)} and {len(other)} events"
    for left, right in zip(one, other, strict=True):
        for name in [*left, *(name for name in right if name not in left)]:
            if name not in OWN and left.get(name) != right.get(name):
                return f"{name}: {left.get(name)!r} and {right.get(name)!r}"
    return "the order of the fields"
