"""The templates that pieces of a message make: the pieces as literals, what lies between as holes."""

import re
from typing import Dict, Iterable, List, Sequence, Tuple

from ..messages.template import Hole, Part, Template

Piece = Tuple[int, int]
"""Where a piece of a message begins and ends."""

_BETWEEN = frozenset(" \t\r\n:;,")
_CLOSING = {"'": "'", '"': '"', "`": "`", "(": ")", "[": "]", "{": "}", "<": ">"}
COLLECTION = re.compile(r"[{\[].{0,4000}[}\]]\Z", re.DOTALL)
"""The repr of a dict or list."""
_ITEM = re.compile(r"(?P<quote>['\"`])(?:(?!(?P=quote))[^\n]){0,400}(?P=quote)(?!\w)|[^\W_][\w.+-]{0,400}")
"""A text, a number or a name in a dict or list."""


def disjoint(pieces: Iterable[Piece]) -> List[Piece]:
    """Of pieces from several files those that do not overlap, the longest first chosen, in order."""
    chosen: List[Piece] = []
    for begin, end in sorted(set(pieces), key=lambda piece: (piece[0] - piece[1], piece[0])):
        if all(end <= other_begin or begin >= other_end for other_begin, other_end in chosen):
            chosen.append((begin, end))
    return sorted(chosen)


def templates_of_pieces(text: str, pieces: Sequence[Piece], whole: bool, names: Dict[Piece, str]) -> List[Template]:
    """The template that the pieces make of a text, and of each of its lines; with `whole` the text's ends, too."""
    if not pieces:
        return []
    if whole:  # the repr of bytes
        pieces = [(0, 2), *pieces, (len(text) - 1, len(text))]
    made = [_template(text, 0, len(text), pieces, names)]
    begin = 0
    for line in text.split("\n") if "\n" in text else ():
        inside = [piece for piece in pieces if piece[0] >= begin and piece[1] <= begin + len(line) + 1]
        if inside:
            made.append(_template(text, begin, begin + len(line), inside, names))
        begin += len(line) + 1
    return made


def _template(text: str, begin: int, end: int, pieces: Iterable[Piece], names: Dict[Piece, str]) -> Template:
    parts: List[Part] = []
    inside = COLLECTION.match(text) is not None
    for start, stop in pieces:
        parts += _gap(text[begin:start], text[:begin], text[start:], names.get((begin, start), ""), inside)
        parts.append(text[start : min(stop, end)])
        begin = stop
    parts += _gap(text[begin:end], text[:begin], "", names.get((begin, end), ""), inside)
    return Template.of(parts)


def _gap(text: str, before: str, after: str, name: str, inside: bool) -> List[Part]:
    """What stands between two pieces: a hole, without the punctuation around it that opens or closes in the pieces.

    Of what stands `inside` of a dict or list each item is a hole.
    """
    if name:
        return [Hole(name)]
    if inside:
        parts: List[Part] = []
        end = 0
        for item in _ITEM.finditer(text):
            parts += [text[end : item.start()], Hole("")]
            end = item.end()
        return [*parts, text[end:]]
    for quote in "'\"`":
        if text.count(quote) % 2 and (before.endswith(quote) or after.startswith(quote)):
            at = text.find(quote) if before.endswith(quote) else text.rfind(quote)
            return [*_gap(text[:at], "", "", "", False), quote, *_gap(text[at + 1 :], "", "", "", False)]
    begin, end = 0, len(text)
    while begin < end and (text[begin] in _BETWEEN or (text[begin] in _CLOSING and not _closes(text, begin, end))):
        begin += 1
    while begin < end and (
        text[end - 1] in _BETWEEN or (text[end - 1] in _CLOSING.values() and not _opens(text, begin, end))
    ):
        end -= 1
    if begin + 1 < end and (text[begin], text[end - 1]) == ("(", ")") and "," not in text[begin:end]:
        begin, end = begin + 1, end - 1
    return [text[:begin], Hole(""), text[end:]] if begin < end else [text]


def _closes(text: str, begin: int, end: int) -> bool:
    """Whether what opens at the start of a text is closed in it."""
    return text.find(_CLOSING[text[begin]], begin + 1, end) >= 0


def _opens(text: str, begin: int, end: int) -> bool:
    """Whether what closes at the end of a text is opened in it."""
    openings = [opening for opening, closing in _CLOSING.items() if closing == text[end - 1]]
    return any(text.find(opening, begin, end - 1) >= 0 for opening in openings)
