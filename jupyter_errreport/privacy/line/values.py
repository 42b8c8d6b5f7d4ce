"""Values in reach: a net for text that a person wrote (a comment), which may repeat a value that the kernel holds.

A word is compared with the words of every value: as it is, in another case, with or without accents, inflected
(`Annas`), cut short; the letters of the whole text with every value: between other signs, over several lines,
backwards, with grouped digits, in URL, hex or base64 encoding. Instead of every value in every encoding, the text is
decoded in every way once. What everybody writes ("load", "the") is nobody's value (`common_words`).
"""

import base64
import binascii
import re
import unicodedata
from typing import Any, Dict, FrozenSet, Generator, Iterable, List, NamedTuple, Sequence, Set, Tuple

from .common_words import NAMES_TOO, is_common

SHORTEST_NUMBER = 4
"""Digits of a number that is a value."""
SHORTEST_RUN = 4
"""Letters of a value that are found between other signs or encoded; a shorter one only as a word."""
PROSE_WORDS = 8
"""A text of more words is prose: only its rare words are values."""
WORDS_AT_ONCE = 400
"""Words of values that are looked up between two pauses."""

_PLACEHOLDER = re.compile(r"<[a-z][a-z0-9_ -]{0,30}>")
_WORD = re.compile(r"[^\W_]{1,200}")
_HEX = re.compile(r"(?:\\x|%|0x)?(?:[0-9a-fA-F]{2}(?:\\x|[:, %-]|0x|, 0x)?){4,400}")
_PAIR = re.compile(r"(?:\\x|0x)?([0-9a-fA-F]{2})")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,2000}={0,2}")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2}|[\w.~+-]){3,2000}")
_CODES = re.compile(r"\d{2,3}(?:[, ]{1,3}\d{2,3}){3,400}")
_APOSTROPHE = re.compile(r"(?<=[^\W_])['\u2019\u02bc`](?=[^\W_])")
_NAME = re.compile(r"[^\W\d]\w{0,200}")
_NO_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
"""Thai, Lao, Burmese, Khmer, Japanese, Chinese and Korean."""
_SIDE_BY_SIDE = re.compile(r"(<(?:str|int|float)>)(?:[\s.,'\u2019&/_+-]{0,3}<(?:str|int|float)>){1,400}")

Places = List[Tuple[int, int]]


class View(NamedTuple):
    """A text read in one way: only its letters and digits, as `folded` has them, each with its place in the text."""

    text: str
    places: Places


class Word(NamedTuple):
    """A word of the text, folded, and where it stands."""

    text: str
    span: Tuple[int, int]


def folded(text: str) -> str:
    """A text as it is compared: without case, accents, widths, and apostrophes within a word."""
    text = _APOSTROPHE.sub("", text)
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).casefold()
    # Composed again for the sake of Korean, whose syllables were taken apart.
    return unicodedata.normalize("NFC", "".join(c for c in plain if unicodedata.category(c)[0] != "M"))


class Comment:
    """A text in which the values that it repeats are found and hidden."""

    def __init__(self, text: str, names: FrozenSet[str] = frozenset()) -> None:
        """`names` are words that are code, whatever values say."""
        self._text = unicodedata.normalize("NFC", text)
        self._names = [match.span() for match in _NAME.finditer(self._text) if match.group() in names]
        self._placeholders = [match.span() for match in _PLACEHOLDER.finditer(self._text)]
        self._hidden: Set[Tuple[int, int, str]] = set()
        self._plain, self._places = plain, places = self._folded()
        self._words = [
            Word(match.group(), (places[match.start()][0], places[match.end() - 1][1]))
            for match in _WORD.finditer(plain)
        ]
        self._by_head: Dict[str, List[Word]] = {}
        self._by_tail: Dict[str, List[Word]] = {}
        for word in self._words:
            self._by_head.setdefault(word.text[:2], []).append(word)
            if len(word.text) >= 6:
                self._by_tail.setdefault(word.text[-3:], []).append(word)
        self._views = list(self._decoded())
        self._compact = [view.text for view in self._views]

    def _folded(self) -> Tuple[str, Places]:
        """The text as it is compared, and the place that each of its characters has in the text."""
        plain = ""
        places: Places = []
        apostrophes = {match.start() for match in _APOSTROPHE.finditer(self._text)}
        for place, character in enumerate(self._text):
            if place in apostrophes:
                continue
            inside = any(start <= place < end for start, end in self._placeholders)
            lows = " " if inside else folded(character)
            if not lows and places:  # a vowel's sign belongs to the letter before it
                places[-1] = places[-1][0], place + 1
            plain += lows
            places += [(place, place + 1)] * len(lows)
        return plain, places

    @property
    def rare_words(self) -> List[str]:
        """The words, folded, that may be values: what a source is searched for before it is read."""
        return [word.text for word in self._words if len(word.text) > 1 and not is_common(word.text)]

    @property
    def is_everybodys(self) -> bool:
        """Whether it holds nothing but words that everybody writes, and so could tell of no value."""
        for word in self._words:
            written = self._text[slice(*word.span)]
            if word.text.isdigit():
                if len(word.text) >= SHORTEST_NUMBER:
                    return False
            elif len(word.text) == 1 and word.text.isascii():
                continue
            elif not is_common(word.text) or not (written.islower() or word.text not in NAMES_TOO):
                return False
        return True

    def compare(self, values: Iterable[Any]) -> Generator[None, None, None]:
        """Find what the text repeats of values, of type str, bytes, int or float; pauses between them."""
        count = 0
        for value in values:
            if type(value) is bytes:
                value = value.decode("utf-8", "replace") + " " + value.decode("latin-1")
            if type(value) is str:
                parts = _WORD.findall(folded(value))
                self._compare_words(parts, value)
                self._compare_letters("".join(parts), "<str>", parts)
                count += 1 + len(parts)
            elif value == value and abs(value) < 10**60:
                self._compare_letters(_digits(value), "<int>" if type(value) is int else "<float>", ())
                count += 1
            if count >= WORDS_AT_ONCE:
                count = 0
                yield

    def hidden(self) -> str:
        """The text with a placeholder for each value that it repeats."""
        told, position = "", 0
        for start, end, kind in sorted(self._hidden, key=lambda found: (found[0], -found[1])):
            if start >= position:
                told += self._text[position:start] + kind
            position = max(position, end)
        return _SIDE_BY_SIDE.sub(r"\1", told + self._text[position:])

    def _hide(self, span: Tuple[int, int], kind: str) -> None:
        if not any(start <= span[0] and span[1] <= end for start, end in self._names):
            self._hidden.add((*span, kind))

    # -- word by word -------------------------------------------------------------------------------------------------

    def _compare_words(self, parts: Sequence[str], value: str) -> None:
        is_prose = len(parts) > PROSE_WORDS
        for part in parts:
            if part.isascii() and (len(part) == 1 or (part.isdigit() and len(part) < SHORTEST_NUMBER)):
                continue  # `x`, `12`
            if _NO_SPACES.match(part):
                self._compare_run(part)
                continue
            for word in self._by_head.get(part[:2], ()):
                same = word.text == part
                if (same or _repeats(word.text, part)) and not self._is_common(word, part, value, is_prose):
                    self._hide(word.span, "<str>")
            if len(part) >= 6:
                for word in self._by_tail.get(part[-3:], ()):
                    if part.endswith(word.text) and not self._is_common(word, part, value, is_prose):
                        self._hide(word.span, "<str>")
            if len(part) >= (6 if part.isascii() else 3) and part in self._compact[0] and not is_common(part):
                self._find(part, "<str>", self._views[0])

    def _compare_run(self, part: str) -> None:
        """Compare a part in a script that puts no space between words, or ends words with particles."""
        pieces = [part] if len(part) not in (3, 4) else [part, part[1:], part[:-1]]  # a name of three: the given one
        for piece in pieces:
            if (len(piece) > 1 or len(self._compact[0]) == 1) and piece in self._compact[0]:
                self._find(piece, "<str>", self._views[0])

    def _is_common(self, word: Word, part: str, value: str, is_prose: bool = False) -> bool:
        """Whether a word is what everybody writes, and no name."""
        if not is_common(word.text):
            return word.text != part and is_common(part)
        if word.text != part or word.text not in NAMES_TOO:
            return True
        written = self._text[slice(*word.span)]
        if is_prose and not written.islower():
            return re.search(r"[a-z,] " + re.escape(written) + r"(?!\w)", value) is None
        return written.islower() or word.text in value

    # -- letter by letter ---------------------------------------------------------------------------------------------

    def _compare_letters(self, needle: str, kind: str, parts: Sequence[str]) -> None:
        if len(needle) < SHORTEST_RUN or (len(parts) == 1 and is_common(needle)):
            return
        for view, compact in zip(self._views, self._compact):
            if needle in compact:
                self._find(needle, kind, view)

    def _find(self, needle: str, kind: str, view: View) -> None:
        start = view.text.find(needle)
        while start >= 0:
            first, last = view.places[start], view.places[start + len(needle) - 1]
            span = min(first[0], last[0]), max(first[1], last[1])
            # A short word inside a longer one is chance: `ate` in `late`.
            if len(needle) >= 6 or not needle.isascii() or self._stands_alone(*span):
                self._hide(span, kind)
            start = view.text.find(needle, start + 1)

    def _stands_alone(self, start: int, end: int) -> bool:
        before = self._text[start - 1 : start].isalnum() if start else False
        return not before and not self._text[end : end + 1].isalnum()

    def _decoded(self) -> Iterable[View]:
        kept = [(low, place) for low, place in zip(self._plain, self._places) if low.isalnum()]
        letters = View("".join(low for low, _ in kept), [place for _, place in kept])
        yield letters
        yield View(letters.text[::-1], letters.places[::-1])
        text = self._text
        for match in _HEX.finditer(text):
            for first in (match.start(), match.start() + 1):
                pairs = list(_PAIR.finditer(text, first, match.end()))
                raw = bytes(int(pair.group(1), 16) for pair in pairs)
                for encoding in ("latin-1", "utf-8"):
                    yield _view(raw.decode(encoding, "replace"), [pair.span(1) for pair in pairs], match.span())
        for pattern, decode in ((_BASE64, _from_base64), (_PERCENT, _from_percent), (_CODES, _from_codes)):
            for match in pattern.finditer(text):
                for decoded in decode(match.group()):
                    yield _view(decoded, [], match.span())


def _view(decoded: str, places: Sequence[Tuple[int, int]], whole: Tuple[int, int]) -> View:
    """What was decoded, each letter where it stood if there is one place for each, else in the whole piece."""
    exact = len(places) == len(decoded)
    kept = [
        (low, places[index] if exact else whole)
        for index, character in enumerate(decoded)
        for low in folded(character)
        if low.isalnum()
    ]
    return View("".join(low for low, _ in kept), [place for _, place in kept])


def _repeats(word: str, part: str) -> bool:
    """Whether a word is a value's: equal, with the ending of a case, or the beginning of a longer one cut short."""
    if word == part:
        return True
    if len(word) >= 6 and part.startswith(word):
        return True
    if len(part) < 3 or abs(len(word) - len(part)) > 3:
        return False
    # `Annas`; of a longer name the last letter may change, as in `Anny`.
    stem = part if len(part) < 4 else part[: max(3, len(part) - 1)]
    rest = word[len(stem) :]
    return word.startswith(stem) and len(rest) <= 3 and rest.isalpha() and (len(part) > 3 or len(rest) <= 2)


def _digits(value: Any) -> str:
    digits = re.sub(r"\D", "", str(value))
    return digits if len(digits) >= SHORTEST_NUMBER else ""


def _from_base64(text: str) -> List[str]:
    found = []
    clean = text.rstrip("=").replace("-", "+").replace("_", "/")
    for start in range(4):
        piece = clean[start:]
        piece = piece[:-1] if len(piece) % 4 == 1 else piece
        piece += "=" * (-len(piece) % 4)
        try:
            raw = base64.b64decode(piece)
        except (binascii.Error, ValueError):
            continue
        found += [raw.decode("latin-1"), raw.decode("utf-8", "replace")]
    return found


def _from_percent(text: str) -> List[str]:
    if "%" not in text:
        return []
    raw = re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes([int(match.group(1), 16)]), text.encode("utf-8", "replace"))
    return [raw.decode("utf-8", "replace"), raw.decode("latin-1")]


def _from_codes(text: str) -> List[str]:
    return ["".join(chr(int(code)) for code in re.findall(r"\d{2,3}", text))]
