"""An author's hint as a reader sees it: plain text, with links as links, whatever the collector sent.

It is a stranger's text: no markup, no control characters, no letters that turn the direction of what follows.
"""

import html
import re

_LINK = re.compile(r"https?://[^\s<>\"'`]{1,500}")
_BEHIND = ".,;:!?)]}"
"""What ends a sentence rather than an address."""
LEAD = "The author of this notebook knows this error:"
WITHDRAWN = "What the author said of this error was taken back."
"""In place of a hint that is no more."""


def plain(text: str) -> str:
    """The text without what could act on a terminal or a page."""
    lines = "".join(c if c.isprintable() or c == "\n" else " " for c in text.replace("\r\n", "\n")).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def as_text(hint: str, host: str) -> str:
    """For terminals, and for front ends that render no HTML."""
    return f"{LEAD} {plain(hint)}\n(from {plain(host)})"


def as_html(hint: str, host: str) -> str:
    """Of our own markup alone; colours are the front end's own."""
    return (
        '<div style="border-left: 3px solid #e08a00; padding: 2px 10px; margin: 4px 0; white-space: pre-wrap">'
        f"<b>{LEAD}</b> {_linked(plain(hint))}"
        f'<div style="opacity: 0.7; font-size: 90%">from {html.escape(plain(host))}</div></div>'
    )


def _linked(text: str) -> str:
    """Escaped, with each address a link to just what it shows."""
    parts = []
    end = 0
    for found in _LINK.finditer(text):
        address = found.group().rstrip(_BEHIND)
        escaped = html.escape(address, quote=True)
        parts.append(html.escape(text[end : found.start()]))
        parts.append(f'<a href="{escaped}" target="_blank" rel="noopener noreferrer nofollow">{escaped}</a>')
        end = found.start() + len(address)
    return "".join(parts) + html.escape(text[end:])
