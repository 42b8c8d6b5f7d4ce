"""The first line of a cell that does not parse: a pasted text, an odd quote, a comment without its sign.

Nothing tells names from data there. What leaves are keywords, Python's own names, those that are known from elsewhere
to be names, common words that stand as a name does (`data.values(`), and signs; all else is a placeholder, several side
by side are one.
"""

import builtins
import keyword
import re
import unicodedata
from typing import Callable, Iterator

from ...stdlib_names import STDLIB_NAMES
from ..shapes.patterns import hide_patterns
from ..type_names import PACKAGES
from .common_words import NAMES_TOO, is_common

LINE_TAKEN = 600

_PIECE = re.compile(
    r"(?P<placeholder><[a-z]{1,20}>)|(?P<quote>['\"`\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a])"
    r"|(?P<name>[^\W\d]\w{0,200})|(?P<number>\d\w{0,200})|(?P<space>\s{1,200})|(?P<sign>.)",
    re.DOTALL,
)
_INT = re.compile(r"\d[\d_]{0,200}\Z")
_PARTS_OF_LETTERS = ("Mn", "Mc", "Me", "Cf")
_PREFIXES = frozenset("r b f u br rb fr rf".split())
_SIDE_BY_SIDE = re.compile(r"<(?:name|int|str)>(?:[^\w<>=()\[\]{}]{0,6}<(?:name|int|str)>){1,300}")
_ALIKE = re.compile(r"(<[a-z]{1,20}>)(?:[^\w<>=()\[\]{}]{0,6}\1){0,300}\Z")
_CODE_BEHIND = re.compile(r" ?[(\[]| ?[-+*/%|&]?=(?!=)|\.[^\W\d]")
_NAME_PARTS = re.compile(r"_{1,9}|\d{1,2}(?!\d)|(?<=[a-z])(?=[A-Z])")
_ALIASES = frozenset("cv2 df go gpd mpl np nx os pd pl plt px re sk sm sns sp st sys tf xr".split())
"""What everybody calls well-known packages, and a table."""
_KEYWORDS = frozenset(keyword.kwlist) | frozenset("print exec match case".split())
_BUILTINS = frozenset(name for name in vars(builtins) if not name.startswith("_"))
_MODULES = frozenset(PACKAGES) | frozenset(STDLIB_NAMES)
_CLOSING = {"\u2018": "\u2019", "\u201a": "\u2019", "\u201c": "\u201d", "\u201e": "\u201d", "\u00ab": "\u00bb"}


def public_broken_line(line: str, is_name: Callable[[str], bool]) -> str:
    """A line of a cell that does not parse, without a comment; `is_name` tells of a word whether a name is known."""
    told = "".join(_pieces(hide_patterns(line[:LINE_TAKEN]), is_name))
    return _SIDE_BY_SIDE.sub(_as_one, told).strip()


def _as_one(run: "re.Match[str]") -> str:
    """One placeholder for several side by side: how many words there were is part of the value."""
    alike = _ALIKE.match(run.group())
    return alike.group(1) if alike else "<name>"


def _pieces(line: str, is_name: Callable[[str], bool]) -> Iterator[str]:
    imports = False
    position = 0
    while position < len(line):
        found = _PIECE.match(line, position)
        if found is None:  # can't be: `sign` takes any character
            return
        kind, text = found.lastgroup, found.group()
        position = found.end()
        if kind == "quote":
            yield "<str>"
            position = _end_of_literal(line, found.start())
        elif kind == "number":
            yield "<int>" if _INT.match(text) else "<name>"
        elif kind == "sign" and text == "#":  # it may be a comment, or part of what was pasted
            yield "<comment>"
            return
        elif kind != "name":
            # A vowel's sign belongs to the letter before it, of which nothing is told.
            yield text if text.isascii() or unicodedata.category(text[0]) not in _PARTS_OF_LETTERS else ""
        elif text in _KEYWORDS:
            imports = imports or text in ("import", "from")
            yield text
        elif text.lower() in _PREFIXES and line[position : position + 1] in ("'", '"'):
            continue
        elif text in _BUILTINS or is_name(text) or (imports and (text in _MODULES or text in _ALIASES)):
            yield text
        else:
            yield text if _stands_as_name(line, *found.span()) and _is_everybodys(text) else "<name>"


def _stands_as_name(line: str, start: int, end: int) -> bool:
    """Whether the signs beside a word are those of code: `word(`, `word = `, `word[`, `word.other`, `other.word`."""
    return _CODE_BEHIND.match(line, end) is not None or (line[start - 1 : start] == "." and line[end : end + 1] != ".")


def _is_everybodys(name: str) -> bool:
    """Whether a name is made of words that everybody writes: `folder_name`, `readData`, `x2`."""
    parts = [part for part in _NAME_PARTS.split(name) if part]
    return name in _ALIASES or all(
        part.isascii()
        and (len(part) == 1 or (is_common(part.lower()) and (part.islower() or part.lower() not in NAMES_TOO)))
        for part in parts
    )


def _end_of_literal(line: str, start: int) -> int:
    """Where the literal ends that a quote opens: at its fellow, if nothing is odd about the two; else with the line."""
    quote = line[start]
    closing = _CLOSING.get(quote, quote)
    end = line.find(closing, start + 1)
    is_odd = closing == quote and line.count(quote) % 2 == 1
    if end < 0 or is_odd or line[end + 1 : end + 2].isalnum():
        return len(line)
    before = re.search(r"\w{0,3}\Z", line[max(0, start - 3) : start])
    if before and before.group() and before.group().lower() not in _PREFIXES:
        return len(line)
    return end + 1
