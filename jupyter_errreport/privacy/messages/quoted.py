"""What stands in quotation marks in a message: what a call was given, whatever it says."""

import re
from typing import List, Tuple

_MARK = re.compile(r"['\"`]")
_OPENING = re.compile(r"(?P<brackets>(?:[\w.]{1,40}\()?[\[({]{0,4})[bBuUrR]{0,2}['\"]")
_CLOSING = re.compile(r"['\"][)\]}]{1,4}\Z|['\"], dtype=[\w'<]{1,20}\)\Z")


def is_repr(content: str) -> bool:
    """Whether this is the repr of a text, or of a container that begins and ends with one."""
    opening = _OPENING.match(content)
    if opening is None:
        return False
    if opening.group("brackets"):
        return _CLOSING.search(content[-40:]) is not None
    return quoted_spans(content)[:1] == [(opening.end(), len(content) - 1)]


def quoted_spans(text: str) -> List[Tuple[int, int]]:
    """Begin and end of what stands between quotation marks; an apostrophe within a word is none."""
    found: List[Tuple[int, int]] = []
    begin, opening = -1, ""
    for mark in _MARK.finditer(text):
        at, character = mark.start(), mark.group()
        if begin < 0:
            before = text[at - 1 : at]
            if not before.isalnum() or (before in "bBuUrR" and not text[max(at - 2, 0) : at - 1].isalnum()):
                begin, opening = at + 1, character
        elif character == opening and not text[at + 1 : at + 2].isalnum() and not _is_escaped(text, at):
            found.append((begin, at))
            begin = -1
    return found


def _is_escaped(text: str, at: int) -> bool:
    slashes = at - len(text[:at].rstrip("\\"))
    return slashes % 2 == 1
