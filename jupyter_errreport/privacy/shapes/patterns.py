"""What looks private wherever it stands: addresses, paths, keys, account numbers, sequences, dates, long numbers.

The last net, for text that a person wrote for people (a comment, a notebook's name) and, on a receiver, for whatever
any client sends. Every quantifier is bounded: a pattern must cost microseconds on any text of 4,000 characters (field
notes: an unbounded e-mail pattern took a second). And a pattern is tried only on a text that has what it needs: most
have neither `@` nor many digits, and a receiver reads thousands.
"""

import re
from bisect import bisect_right
from functools import lru_cache
from typing import Callable, FrozenSet, List, Match, NamedTuple, Pattern, Tuple, Union

from .dotted_names import DOTTED, PUBLIC_HOST, hidden_name
from .keys import (
    AUTHORIZATION,
    BASE64,
    JSON_WEB_TOKEN,
    PREFIXED,
    PREFIXED_WORD,
    PRIVATE_KEY,
    RANDOM,
    SECRET,
    SECRET_WORDS,
    SPOKEN_SECRET,
    hidden_random,
    hidden_secret,
)
from .path_patterns import RELATIVE, ROOTED, UNQUOTED_PATH, WITH_BLANKS, hidden_relative

TEXT_LIMIT = 4_000

CODE, MESSAGES, TEXT = "code", "messages", "text"
"""Where a pattern is used: in code; where libraries speak, and readers of code; in text that nobody scrubbed."""
EVERYWHERE, SPOKEN, IN_MESSAGES, IN_TEXT = (CODE, MESSAGES, TEXT), (MESSAGES, TEXT), (MESSAGES,), (TEXT,)
"""What can't be code is hidden everywhere."""

_SMALL = r"(?:\d{1,2}|(?:19|20)\d\d)"
_WORD = r"[a-z]{1,16}\d{0,2}(?:[_-]{1,3}" + _SMALL + ")?"
_WORDS = r"(?:" + _SMALL + r"[_-]{1,3})?" + _WORD + r"(?:[_-]{1,3}" + _WORD + r"){2,30}(?![a-z0-9_-])"
"""Words and small numbers that are joined, as in week_03_docking_part2: somebody's name for something, and no token."""
_EMAIL = r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}"


class HiddenPattern(NamedTuple):
    """A pattern, what is written in place of what it finds, where it is used, and what each text has that it finds."""

    hidden: Union[str, Callable[[Match[str]], str]]
    pattern: Pattern[str]
    places: Tuple[str, ...]
    signs: FrozenSet[str]
    """At least `least` times one of these; empty for no such signs."""
    least: int
    digits: int
    """So many digits."""
    run: int
    """So many characters of names, numbers and paths side by side (`_RUN`)."""
    words: Tuple[str, ...]
    """One of these, in lower case; empty for no such words."""


def _hidden(
    hidden: Union[str, Callable[[Match[str]], str]],
    pattern: Union[str, Pattern[str]],
    places: Tuple[str, ...],
    signs: str = "",
    least: int = 1,
    digits: int = 0,
    run: int = 0,
    words: Tuple[str, ...] = (),
    flags: int = re.IGNORECASE,
) -> HiddenPattern:
    compiled = re.compile(pattern, flags) if isinstance(pattern, str) else pattern
    return HiddenPattern(hidden, compiled, places, frozenset(signs), least, digits, run, words)


PATTERNS: List[HiddenPattern] = [
    _hidden("<key>", PRIVATE_KEY, EVERYWHERE, "-", words=("-----begin ", "ssh-", "ecdsa-sha2-")),
    _hidden(
        "<url>",
        r"\b(?!https?://(?:www\.)?" + PUBLIC_HOST + r"(?:/[\w./\#-]{0,200})?(?:[\s.,;:)\"'`]|\Z))"
        r"(?:(?:[a-z][a-z0-9+.-]{0,20}:){1,4}//(?=[\w/\[%.~$@-])|jdbc:(?=\w))[^\s<>\"'`]{1,2000}",
        EVERYWHERE,
        ":",
        words=("://", "jdbc:"),
    ),
    _hidden(r"\g<before><token>", AUTHORIZATION, EVERYWHERE, words=("authorization", "bearer")),
    _hidden(r"\g<before><secret>", SPOKEN_SECRET, SPOKEN, words=SECRET_WORDS),
    _hidden(lambda match: hidden_secret(match, in_message=True), SECRET, IN_MESSAGES, ":=\uff1a", words=SECRET_WORDS),
    _hidden(lambda match: hidden_secret(match, in_message=False), SECRET, IN_TEXT, ":=\uff1a", words=SECRET_WORDS),
    _hidden(
        "<url>",
        r"(?<![\w.+-])[\w.+-]{1,64}:[^\s@/\\\"'<>(),]{1,100}@\w[\w.-]{0,253}(?:[:/][^\s<>\"'`]{1,500})?",
        SPOKEN,
        "@",
    ),
    _hidden("<url>", r"(?<![\w.+-])[\w.+-]{1,64}@\w[\w.-]{0,253}:(?=[\w/~])[^\s<>\"'`]{1,500}", SPOKEN, "@"),
    _hidden("<email>", _EMAIL, SPOKEN, "@"),
    _hidden("<email>", r"(?<![\w.@+-])[a-z][\w.-]{2,32}@[a-z][a-z0-9-]{2,63}(?![\w.(\[@-])", IN_TEXT, "@"),
    _hidden(
        "<email>",
        r"\b[\w.+-]{1,32} ?[\[({]at[\])}] ?[\w-]{1,63}(?: ?(?:\.|[\[({]dot[\])}]) ?[\w-]{1,63}){1,6}",
        IN_TEXT,
        "[({",
        words=("at]", "at)", "at}"),
    ),
    _hidden("<uuid>", r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", EVERYWHERE, "-", least=4, run=36),
    _hidden(
        "<mac>",
        r"(?<![\w:-])(?:[0-9a-f]{2}:){5}[0-9a-f]{2}(?![\w:-])|(?<![\w:-])(?:[0-9a-f]{2}-){5}[0-9a-f]{2}(?![\w:-])",
        EVERYWHERE,
        ":-",
        least=5,
    ),
    _hidden("<ip>", r"(?<![\w.])(?<![=<>!~]=)\d{1,3}(?:\.\d{1,3}){3}(?!\.?\w)", EVERYWHERE, ".", least=3, digits=4),
    _hidden("<ip>", r"(?<![\w:])(?:[0-9a-f]{1,4}:){3,7}(?::?[0-9a-f]{1,4}){1,2}(?![\w:])", SPOKEN, ":", least=3),
    _hidden(
        "<ip>",
        r"(?<![\w:])(?=[\d:]{0,40}[a-f]|[0-9a-f:]{0,40}[0-9a-f]{4})(?:[0-9a-f]{1,4}:){1,7}(?::[0-9a-f]{1,4}){1,7}"
        r"(?![\w:])",
        SPOKEN,
        words=("::",),
    ),
    _hidden("<token>", PREFIXED, EVERYWHERE, run=15),
    _hidden("<token>", JSON_WEB_TOKEN, EVERYWHERE, run=9, words=("eyj",)),
    _hidden("<token>", PREFIXED_WORD, SPOKEN, "-_", run=11),
    _hidden(hidden_random, BASE64, EVERYWHERE, digits=1, run=40),
    _hidden("<path>", WITH_BLANKS, SPOKEN, "/\\"),
    _hidden("<path>", ROOTED, SPOKEN, "/\\"),
    _hidden(hidden_relative, RELATIVE, IN_MESSAGES, "/", least=2),
    _hidden("<path>", RELATIVE, IN_TEXT, "/", least=2),
    _hidden("<path>", UNQUOTED_PATH, EVERYWHERE, "/\\"),
    _hidden(lambda match: hidden_name(match, in_message=True), DOTTED, IN_MESSAGES, "."),
    _hidden(lambda match: hidden_name(match, in_message=False), DOTTED, IN_TEXT, "."),
    _hidden(
        "<date>",
        r"(?<!\d[.-])(?<![=<>~!]=)(?<!\+)\b(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})"
        r"(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?\b(?![-./]\d)",
        SPOKEN,
        "-/.",
        least=2,
        digits=4,
    ),
    _hidden("<iban>", r"\b[A-Z]{2}\d{2}[ ]?(?:[A-Z0-9]{4}[ ]?){2,7}[A-Z0-9]{1,4}\b", EVERYWHERE, digits=2, flags=0),
    _hidden("<hex>", r"\b0x[0-9a-f]{3,64}\b", SPOKEN, run=5, words=("0x",)),
    _hidden(
        "<hex>",
        r"\b(?=[0-9a-f]{0,40}\d[0-9a-f]{0,40}\d)(?=\d{0,40}[a-f])[0-9a-f]{24,128}\b",
        EVERYWHERE,
        digits=2,
        run=24,
    ),
    _hidden("<hex>", r"\b(?=[0-9a-f]{0,40}\d)(?=\d{0,40}[a-f])[0-9a-f]{12,128}\b", IN_TEXT, digits=1, run=12),
    _hidden(
        "<sequence>",
        r"\b(?:[ACDEFGHIKLMNPQRSTVWY]{40,4000}|[ACGTUN]{24,4000}|[acgtun]{24,4000})\b",
        EVERYWHERE,
        run=24,
        flags=0,
    ),
    _hidden(
        "<sequence>",
        r"\b(?:[ACDEFGHIKLMNPQRSTVWY]{14,4000}|[ACGTUN]{10,4000}|[acgtun]{12,4000})\b",
        SPOKEN,
        run=10,
        flags=0,
    ),
    _hidden(
        "<mutation>",
        r"(?<![\w-])(?:p\.|c\.)?[ACDEFGHIKLMNPQRSTVWY]\d{2,5}[ACDEFGHIKLMNPQRSTVWY*](?![\w-])",
        SPOKEN,
        digits=2,
        run=3,
        flags=0,
    ),
    _hidden(hidden_random, RANDOM, EVERYWHERE, digits=1, run=20),
    _hidden("<token>", r"\b(?=[a-z_-]{0,63}\d)(?!" + _WORDS + r")[a-z0-9_-]{20,500}\b", IN_TEXT, digits=1, run=20),
    _hidden(
        "<number>",
        r"(?<![\w.])(?<![=<>~!]=)(?:\+|\(\+?(?=\d{1,6}\)))?\d[\d\s().-]{5,30}\d(?![\w.])",
        SPOKEN,
        digits=2,
        flags=0,
    ),
    _hidden("<number>", r"(?<![\w.])(?:\+|0)\d[\d /().-]{5,30}\d(?![\w.])", SPOKEN, digits=2, flags=0),
    _hidden("<number>", r"(?<![\w.])\d{5,40}(?:\.\d{1,40})?(?![\w.])", SPOKEN, digits=5, run=5, flags=0),
]
_SIGNS = frozenset().union(*(item.signs for item in PATTERNS))
_WORDS_NEEDED = sorted({word for item in PATTERNS for word in item.words})
_RUN = re.compile(r"[\w.+/-]+")
_RUNS = sorted({item.run for item in PATTERNS})
_MANY_DIGITS = max(item.digits for item in PATTERNS)
_WITHOUT_DIGITS = dict.fromkeys(map(ord, "0123456789"))
_NAME_AHEAD = r"(?<!attribute )(?<!name )(?<!named )(?<!argument )(?<!module )(?<!variable )(?<!from )"
_TYPE = r"(?!(?:NoneType|str|int|float|list|dict|tuple|set|bool|bytes|module|function|type|object|DataFrame|Series)\b)"
_QUOTED = (
    ("'<str>'", re.compile(_NAME_AHEAD + r"(?<!\w)[bru]?'(?!<)" + _TYPE + r"[^'\n]{1,1000}'(?!\w)")),
    ('"<str>"', re.compile(_NAME_AHEAD + r"(?<!\w)[bru]?\"(?!<)" + _TYPE + r"[^\"\n]{1,1000}\"(?!\w)")),
)
_PLACEHOLDER = re.compile(r"(<[A-Za-z_][\w.]{0,60}>)")
# In a notebook's name a day is when it was taught or written: no notebook is older than 2010.
_DAY = re.compile(
    r"(?<!\d)(?<!\d[-./])(20[1-9]\d([-_.]?)(?:0?[1-9]|1[0-2])\2(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])([-_.])(?:0?[1-9]|1[0-2])\3(?:20)?[1-9]\d)(?![-./]?\d)"
)
_registered: List[Tuple[str, Pattern[str]]] = []


def add_pattern(placeholder: str, pattern: Pattern[str]) -> None:
    """Hide one more pattern, before all others."""
    _registered.append((placeholder, pattern))


def hide_patterns(text: str, quoted: bool = False) -> str:
    """`text`, cut to 4,000 characters, with a placeholder for everything that looks private, which says what it was.

    With `quoted`, what stands in quotes goes too: in a message that nobody scrubbed it is a value more often than not.
    """
    text = hide_where(text[:TEXT_LIMIT], TEXT)
    for name, pattern in _QUOTED if quoted else ():
        text = pattern.sub(name, text)
    return text


def hide_in_message(text: str) -> str:
    """`text` of a library that was scrubbed already, or of a reader who speaks of code: what may be code stays.

    So do placeholders that are named after what stood there, as `<self.res>`.
    """
    pieces = _PLACEHOLDER.split(text[:TEXT_LIMIT])
    return "".join(piece if index % 2 else hide_where(piece, MESSAGES) for index, piece in enumerate(pieces))


def hide_in_notebook_name(name: str) -> str:
    """`name` without what looks private; the day of a lecture is not."""
    pieces = _DAY.split(name[:TEXT_LIMIT])
    # `split` gives each day's separators too.
    return "".join(
        hide_patterns(piece) if index % 4 == 0 else piece for index, piece in enumerate(pieces) if index % 4 < 2
    )


def hide_where(text: str, place: str) -> str:
    """`text` after all patterns that are used in a place: `CODE`, `MESSAGES` or `TEXT`."""
    for name, added in _registered:
        text = added.sub(name.replace("\\", r"\\"), text)
    whole = text
    for hidden, pattern, _, signs, least, _, _, _ in applicable(text, place):
        if least == 1 or sum(map(whole.count, signs)) >= least:
            text = pattern.sub(hidden, text)
    return text


def applicable(text: str, place: str) -> Tuple[HiddenPattern, ...]:
    """The patterns that may find something in a text, by its signs, words, digits and runs."""
    signs, low = _SIGNS.intersection(text), text.lower()
    words = tuple([word for word in _WORDS_NEEDED if word in low])
    if not text.isascii():  # other scripts have digits and letters too
        return _chosen(place, signs, words, _MANY_DIGITS, _RUNS[-1])
    digits = len(text) - len(text.translate(_WITHOUT_DIGITS))
    longest = max(map(len, _RUN.findall(text)), default=0)
    return _chosen(place, signs, words, min(digits, _MANY_DIGITS), _RUNS[bisect_right(_RUNS, longest) - 1])


@lru_cache(maxsize=2_000)
def _chosen(
    place: str, signs: FrozenSet[str], words: Tuple[str, ...], digits: int, run: int
) -> Tuple[HiddenPattern, ...]:
    return tuple(
        item
        for item in PATTERNS
        if place in item.places
        and item.digits <= digits
        and item.run <= run
        and (not item.signs or not item.signs.isdisjoint(signs))
        and (not item.words or any(word in words for word in item.words))
    )
