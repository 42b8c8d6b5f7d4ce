"""Makes visible what a stranger's text could hide: control characters and those that turn the direction of text."""

import re

_HIDDEN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, but for tab and line feed
    "\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # invisible, or turning the text
    "\U000e0000-\U000e007f"  # tags: invisible text
    "]"
)


def visible(text: object) -> str:
    """`text` with a sign in place of each character that would hide, or reorder what stands beside it."""
    return _HIDDEN.sub(_sign, str(text))


def _sign(match: "re.Match[str]") -> str:
    # Unicode has pictures of control characters (U+241B shows ESC), but few fonts do.
    return f"\u27e8U+{ord(match.group()):04X}\u27e9"
