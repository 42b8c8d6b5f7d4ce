"""Slack: an event as a message of plain text that nobody's text can turn into a mention, a link or markup.

Slack's rules: `&`, `<` and `>` are escaped as entities, a section's text has at most 3,000 characters
(https://api.slack.com/reference/surfaces/formatting).
"""

import json
from typing import Any, Dict, Sequence

from ..http.answer import Answer
from ..http.request import Request
from ..outcome import Outcome, judged
from .http_receiver import HttpReceiver

FIELD_LIMIT = 600


class Slack(HttpReceiver):
    """A Slack channel, by its incoming webhook: takes one message a request."""

    limit = 1
    pause = 1.0  # Slack takes one a second (https://api.slack.com/docs/rate-limits)

    def request(self, events: Sequence[bytes]) -> Request:
        """The first event as a message."""
        body = json.dumps(slack_message(json.loads(events[0].decode()))).encode()
        return Request("POST", self.destination.address, {}, body)

    def outcome(self, answer: Answer, count: int) -> Outcome:
        """Slack says yes or no."""
        if answer.status == 200:
            return judged("stored", 1)
        return self.refused(answer, 1, is_final=400 <= answer.status < 429)


def slack_message(event: Dict[str, Any]) -> Dict[str, Any]:
    """The body of a post to an incoming webhook; what Slack shows in a notification is its `text`.

    `more` in place of what happened says how many errors there were that are equal to one that was told of before.
    """
    title = f"{event.get('error_name', '')} in {event.get('notebook', '')}"
    lines = [f"*{_bold(event.get('error_name', ''))}* in *{_bold(event.get('notebook', ''))}*{_cell(event)}"]
    if event.get("more"):
        lines[0] += f": {event['more']} more"
        title += f": {event['more']} more"
    message = str(event.get("error_message", ""))
    if message:
        lines.append(f"Message: {escape(message)}")
    if event.get("first_line"):
        lines.append(f"First line: {escape(event['first_line'])}")
    frames = event.get("traceback") or []
    if frames:
        frame = frames[-1]
        place = f"{frame.get('filename', '')}, line {frame.get('lineno', '')}, in {frame.get('fun_name', '')}"
        lines.append(f"Where: {escape(place)}")
    count = event.get("count", 1)
    if isinstance(count, int) and count > 1:
        lines.append(f"{count} times")
    lines += [f"The reader says: {escape(text)}" for text in event.get("comments") or ()]
    # `verbatim` leaves addresses and names alone that Slack would otherwise make links of.
    section = {"type": "mrkdwn", "text": "\n".join(lines)[:3_000], "verbatim": True}
    return {"text": escape(title), "blocks": [{"type": "section", "text": section}]}


def _cell(event: Dict[str, Any]) -> str:
    count = event.get("execution_count")
    return f", cell [{count}]" if isinstance(count, int) and count >= 0 else ""


def escape(text: Any) -> str:
    """Text as text: entities for the three special characters, gaps for control characters and bidi overrides."""
    plain = "".join(c if c.isprintable() else " " for c in str(text)[:FIELD_LIMIT])
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _bold(text: Any) -> str:
    """Text between asterisks, which must hold none of its own."""
    return escape(text).replace("*", "\u2217").replace("`", "'").replace("_", "_\u200b") or "unknown"
