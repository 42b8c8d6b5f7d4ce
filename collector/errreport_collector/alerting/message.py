"""The words for what happened: one alert, or a digest of many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from jupyter_errreport.web.visible import visible

DIGEST_LINES = 20
"""Alerts that a digest tells one by one."""
TEXT_LIMIT = 500
"""Characters of a message or a first line that are repeated."""


@dataclass(frozen=True)
class Line:
    """One thing that happened. All texts are plain: whoever sends them escapes them."""

    headline: str
    what: str = ""
    """The error's name and message; empty when it is about a notebook."""
    code: str = ""
    """The cell's first line."""
    url: str = ""
    """Where to read more; empty when nobody told the collector its own address."""


@dataclass(frozen=True)
class Message:
    """What is sent at once."""

    title: str
    lines: tuple[Line, ...]
    more: int = 0
    """How many further alerts a digest is about."""
    url: str = ""

    @property
    def text(self) -> str:
        """All of it as plain text."""
        parts = []
        for line in self.lines:
            parts.append("\n".join(part for part in (line.headline, line.what, line.code, line.url) if part))
        if self.more:
            parts.append(f"and {self.more} more" + (f": {self.url}" if self.url else ""))
        return "\n\n".join(parts)


def message_of(alerts: Sequence[Mapping[str, Any]], public_url: str) -> Message:
    """The message about one alert, or about several. An alert is a row of `alerts` with its group's row as `group`."""
    url = f"{public_url.rstrip('/')}/" if public_url else ""
    lines = tuple(_line(alert, url) for alert in alerts[:DIGEST_LINES])
    if len(alerts) == 1:
        return Message(lines[0].headline, lines, url=url)
    return Message(f"{len(alerts)} alerts from your notebooks", lines, len(alerts) - len(lines), url)


def test_message(public_url: str) -> Message:
    """What the test button sends."""
    line = Line("This is a test: alerts of jupyter_errreport arrive here.", url=public_url)
    return Message("A test of jupyter_errreport", (line,), url=public_url)


def _line(alert: Mapping[str, Any], url: str) -> Line:
    notebook, details, group = _plain(alert["notebook"]), alert["details"], alert["group"]
    if alert["kind"] == "share":
        headline = (
            f"{notebook}: only {details['share']:.0%} of {details['sessions']} sessions had no error"
            f" (before: {details['usual']:.0%})"
        )
        return Line(headline, url=url and f"{url}notebooks/{quote(alert['notebook'], safe='')}")
    if alert["kind"] == "storm":
        where = notebook or "notebooks of which nothing was heard before"
        return Line(
            f"{where}: {details['groups']} more new groups of errors", url=url and f"{url}groups?order=first_seen"
        )
    if group is None:
        return Line(f"{notebook}: errors that were deleted since")
    name = _plain(group["error_name"])
    headline = {
        "new": f"New in {notebook}: {name}",
        "regression": f"Back in {notebook}{_release(details)}: {name}, which was resolved",
        "reopened": f"Again in {notebook}: {name}, which was ignored until now",
        "spike": f"Many in {notebook}: {details.get('count', 0)} times {name} within an hour",
    }[alert["kind"]]
    message = _plain(group["error_message"])
    return Line(
        headline,
        what=f"{name}: {message}" if message else "",
        code=_plain(group["first_line"]),
        url=url and f"{url}groups/{alert['group_id']}",
    )


def _release(details: Mapping[str, Any]) -> str:
    return f" {_plain(details['release'])}" if details.get("release") else ""


def _plain(text: str) -> str:
    """A stranger's text on one line, with what would hide or turn it made visible."""
    return visible(" ".join(text[:TEXT_LIMIT].split()))
