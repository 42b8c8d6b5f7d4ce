"""A message as Slack's blocks. A stranger's text is in `plain_text` alone, in which nothing is a mention or markup.

Sizes and rules: https://api.slack.com/reference/block-kit/blocks and https://api.slack.com/reference/surfaces/formatting
"""

from typing import Any

from jupyter_errreport.delivery.receivers.slack import escape

from .message import Line, Message

HEADER_LIMIT, SECTION_LIMIT = 150, 3_000


def blocks_of(message: Message) -> dict[str, Any]:
    """The body of a post to an incoming webhook; `text` is what a notification shows."""
    blocks: list[dict[str, Any]] = [{"type": "header", "text": _plain(message.title, HEADER_LIMIT)}]
    for line in message.lines:
        blocks += _blocks(line, with_headline=len(message.lines) > 1)
    if message.more:
        blocks.append({"type": "section", "text": _plain(f"and {message.more} more", SECTION_LIMIT)})
        blocks += _link(message.url)
    return {"text": escape(message.title), "blocks": blocks}


def _blocks(line: Line, with_headline: bool) -> list[dict[str, Any]]:
    words = "\n".join(part for part in (line.headline if with_headline else "", line.what, line.code) if part)
    section = [{"type": "section", "text": _plain(words, SECTION_LIMIT)}] if words else []
    return section + _link(line.url)


def _plain(text: str, limit: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": text[:limit], "emoji": False}


def _link(url: str) -> list[dict[str, Any]]:
    """A link to a page of ours; the address is made by us, and quoted."""
    link = {"type": "mrkdwn", "text": f"<{escape(url)}|Open it>", "verbatim": True}
    return [{"type": "context", "elements": [link]}] if url else []
