"""A comment as it may leave: as text, without what looks private and without values that the kernel holds.

What can't be compared with all values does not leave.
"""

import re
from typing import Any, FrozenSet, Generator, Iterable, Iterator, Sequence

from ...event import Held
from ...source import tokens
from ..shapes.patterns import hide_patterns
from .common_words import is_common
from .values import Comment

UNCHECKED = "<comment>"
"""What stands for a comment that could not be compared with everything that the kernel holds."""
COMMENT_TAKEN = 600
"""Characters of a comment that are looked at."""
CELL_LIMIT = 20_000
_LONG_NUMBER = re.compile(r"(?<![\w<])\d(?:[.,_' ]?\d){3,40}(?!\w)")
_WORDS_WITH_SLASHES = re.compile(r"(?<![\w./\\~-])[a-z]{2,20}(?:/[a-z]{2,20}){1,8}(?![\w./\\-])")
_SLASH = "\ue000"
_QUOTED = re.compile(
    r"(?P<sign>[=(\[{,:+%]\s{0,3})[bBuUrRfF]{0,2}(?P<quote>\"\"\"|\'\'\'|['\"])(?P<text>.{0,600}?)(?:(?P=quote)|\Z)",
    re.DOTALL,
)
_LITERAL = re.compile(r"[A-Za-z]{0,3}(?P<quote>\"\"\"|'''|[\"'`])(?P<text>.*?)(?:(?P=quote))?\Z", re.DOTALL)


def public_comment(
    text: str, held: Held, sources: Sequence[str], names: FrozenSet[str] = frozenset()
) -> Generator[None, None, str]:
    """A comment, its `#` first, as it may leave; a generator that pauses.

    `sources` are the cell and those that ran before: what they hold as literals are values too. A word that is one of
    the cell's own `names` is code.
    """
    # First what is private by its shape: a piece of it that is a value, too, must not spoil the shape.
    told = _WORDS_WITH_SLASHES.sub(_kept, text[:COMMENT_TAKEN])
    told = _QUOTED.sub(_unquoted, hide_patterns(told)).replace(_SLASH, "/")
    comment = Comment(told, names)
    if not held.is_whole:
        return told if comment.is_everybodys else UNCHECKED
    yield from comment.compare(held.texts)
    yield from comment.compare(held.numbers)
    yield
    yield from comment.compare(_literals(sources, comment.rare_words))
    told = comment.hidden()
    return told if held.has_all_numbers else _LONG_NUMBER.sub("<number>", told)


def _kept(words: "re.Match[str]") -> str:
    """`mean/median/mode`, which looks like a path and is none: everybody writes these words."""
    text = words.group()
    return text.replace("/", _SLASH) if all(map(is_common, text.split("/"))) else text


def _unquoted(literal: "re.Match[str]") -> str:
    """A literal of code that somebody turned into a comment, unless everybody writes its words: `{type: "string"}`."""
    return literal.group() if Comment(literal.group("text")).is_everybodys else literal.group("sign") + "<str>"


def _literals(sources: Sequence[str], words: Sequence[str]) -> Iterator[Any]:
    """The literals of the first cell, the failing one, and of others in which a word of the text stands."""
    for index, source in enumerate(sources):
        source = source[:CELL_LIMIT] if type(source) is str else ""
        low = source.casefold()
        if index == 0 or not low.isascii() or any(word in low for word in words):
            yield from literals_of(source)


def literals_of(source: str) -> Iterable[str]:
    """What the literals of a cell hold, as text."""
    for token in tokens(source):
        if token.kind in ("string", "bytes"):
            literal = _LITERAL.match(token.text)
            yield literal.group("text") if literal else token.text
        elif token.kind in ("number", "word"):
            yield token.text
