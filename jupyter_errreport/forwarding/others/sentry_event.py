"""A stored event as Sentry's (https://develop.sentry.dev/sdk/foundations/transport/event-payloads/).

Never a user, an address or a machine's name: the store has none.
"""

import re
from typing import Any

from ... import __version__
from .stored import Frame, Stored, frames_of

SDK_NAME = "jupyter_errreport"
TAG_LIMIT = 200
"""Characters of a tag's value."""
CONTEXT_LINES = 5
"""Lines before and after the failing one."""
PLATFORMS = ("python", "javascript", "ruby", "php", "go", "java", "haskell", "perl", "groovy", "elixir")
"""Languages that Sentry has a word for; all others are `other`."""


def sentry_event(stored: Stored) -> dict[str, Any]:
    """The event. Its id is ours without hyphens: what is sent twice, or by two servers, is one there.

    Groups are ours, since Sentry knows nothing of cells and of placeholders.
    """
    event = stored.event
    language = event["language"].lower()
    told: dict[str, Any] = {
        "event_id": event["event_id"].replace("-", ""),
        "timestamp": event["timestamp"],
        "platform": language if language in PLATFORMS else "other",
        "level": "error",
        "logger": SDK_NAME,
        "transaction": _line(stored.notebook),
        "fingerprint": [event["group"]],
        "tags": _tags(stored),
        "exception": {"values": _exceptions(stored)},
        "contexts": {"notebook": _context(stored)},
        "sdk": {"name": SDK_NAME, "version": __version__},
    }
    if release := _release(event.get("release") or ""):
        told["release"] = release
    return told


def _tags(stored: Stored) -> dict[str, str]:
    event = stored.event
    tags = {
        "notebook": stored.notebook,
        "ename": event["error_name"],
        "kind": event["kind"],
        "language": event["language"],
        "front_end": event.get("front_end") or "",
        "cell": str(event["execution_count"]) if event["execution_count"] >= 0 else "",
    }
    lines = {name: _line(value)[:TAG_LIMIT] for name, value in tags.items()}
    return {name: value for name, value in lines.items() if value}


def _context(stored: Stored) -> dict[str, Any]:
    """What Sentry has no field for."""
    event = stored.event
    told = {
        "type": "notebook",
        "name": stored.notebook,
        "first_line": event["first_line"],
        "execution_count": event["execution_count"],
        "count": event["count"],
        "group": event["group"],
        "event_id": event["event_id"],
        "url": stored.url,
    }
    return {name: value for name, value in told.items() if value != ""}


def _exceptions(stored: Stored) -> list[dict[str, Any]]:
    """What it came from first, and itself last, as Sentry has them."""
    event = stored.event
    values = [
        {
            "type": event["error_name"],
            "value": event["error_message"],
            "stacktrace": {"frames": _frames(stored)},
            "mechanism": {"type": "jupyter", "handled": False, "exception_id": 0},
        }
    ]
    if not values[0]["stacktrace"]["frames"]:
        del values[0]["stacktrace"]
    last = 0
    for number, link in enumerate(event["chain"], 1):
        is_member = link["relation"] == "member"
        values.append(
            {
                "type": link["error_name"],
                "value": link["error_message"],
                "mechanism": {
                    "type": "chained",
                    "handled": False,
                    "exception_id": number,
                    "parent_id": 0 if is_member else last,
                    "source": "exceptions[]" if is_member else f"__{link['relation']}__",
                },
            }
        )
        last = last if is_member else number
    if any(link["relation"] == "member" for link in event["chain"]):
        values[0]["mechanism"]["is_exception_group"] = True
    return values[::-1]


def _frames(stored: Stored) -> list[dict[str, Any]]:
    frames = frames_of(stored)
    last_cell = max((number for number, frame in enumerate(frames) if frame.is_cell), default=-1)
    return [_frame(stored, frame, number == last_cell) for number, frame in enumerate(frames)]


def _frame(stored: Stored, frame: Frame, is_failing_cell: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "filename": frame.filename,
        "function": frame.function,
        "lineno": max(frame.lineno, 0),
        "in_app": frame.is_own,
    }
    if frame.module:
        told["module"] = frame.module
    if is_failing_cell:
        told |= _code(stored, frame.lineno)
    return told


def _code(stored: Stored, lineno: int) -> dict[str, Any]:
    """The lines around the failing one: the author's, where the cell is published; else its first line alone."""
    lines = stored.cell["lines"] if stored.cell is not None else []
    at = next((number for number, line in enumerate(lines) if line["failed"]), None)
    if at is not None:
        texts = [line["text"] for line in lines]
        return {
            "pre_context": texts[max(0, at - CONTEXT_LINES) : at],
            "context_line": texts[at],
            "post_context": texts[at + 1 : at + 1 + CONTEXT_LINES],
        }
    # A line that failed is neither blank nor a comment: if it is the cell's first, it is the one that we have.
    first_line = stored.event["first_line"]
    return {"context_line": first_line} if lineno == 1 and first_line else {}


def _release(text: str) -> str:
    """A release under a name that Sentry takes (https://docs.sentry.io/product/releases/#bind-to-a-project)."""
    name = re.sub(r"[\s/\\\x00-\x1f]", "-", text.strip())[:200]
    return "" if name in ("", ".", "..") else name


def _line(text: str) -> str:
    return " ".join(text.split())
