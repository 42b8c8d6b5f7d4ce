"""Values in reach: a net for text that a person wrote (a comment), which may repeat a value that the kernel holds.

A value is found as it is, in another case, between other signs, over several lines, backwards, with grouped digits, in
URL, hex or base64 encoding, and cut short. Instead of every value in every encoding, the text is decoded in every way
once, and each value is looked for in what comes out.
"""

import base64
import binascii
import re
from typing import Any, Generator, Iterable, List, NamedTuple, Set, Tuple

SHORTEST_TEXT, SHORTEST_NUMBER, SHORTEST_PIECE = 4, 4, 6
_WORD = re.compile(r"\w{1,200}")
_HEX = re.compile(r"(?:\\x|%|0x)?(?:[0-9a-fA-F]{2}(?:\\x|[:, %-]|0x|, 0x)?){4,400}")
_PAIR = re.compile(r"(?:\\x|0x)?([0-9a-fA-F]{2})")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,2000}={0,2}")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2}|[\w.~+-]){3,2000}")
_CODES = re.compile(r"\d{2,3}(?:[, ]{1,3}\d{2,3}){3,400}")


class View(NamedTuple):
    """A text read in one way: only its letters and digits, in lower case, each with its place in the text."""

    text: str
    places: List[Tuple[int, int]]


def hide_values(text: str, values: Iterable[Any]) -> Generator[None, None, str]:
    """`text` with a placeholder for each value that it repeats; a generator which pauses between values."""
    views = list(_views(text))
    words = [(match.group().casefold(), match.span()) for match in _WORD.finditer(text)]
    hidden: Set[Tuple[int, int, str]] = set()
    for count, value in enumerate(values):
        if count % 50 == 0:
            yield
        kind, needle = _needle(value)
        if not needle:
            continue
        for view in views:
            start = view.text.find(needle)
            while start >= 0:
                first, last = view.places[start], view.places[start + len(needle) - 1]
                span = min(first[0], last[0]), max(first[1], last[1])
                # A short word inside a longer one is chance: `ate` in `late`.
                if len(needle) >= 6 or _stands_alone(text, *span):
                    hidden.add((*span, kind))
                start = view.text.find(needle, start + 1)
        if kind == "<str>":
            hidden.update((*span, kind) for span in _pieces(words, value))
    return _replaced(text, hidden)


def _needle(value: Any) -> Tuple[str, str]:
    """The placeholder of a value, and its letters and digits; nothing for one too short to mean anything."""
    if type(value) is bytes:
        value = value.decode("latin-1")
    if type(value) is str:
        needle = "".join(character for character in value.casefold() if character.isalnum())
        return "<str>", needle if len(needle) >= SHORTEST_TEXT else ""
    if type(value) in (int, float) and value == value:
        needle = re.sub(r"\D", "", str(value) if abs(value) < 10**60 else "")
        return ("<int>" if type(value) is int else "<float>"), needle if len(needle) >= SHORTEST_NUMBER else ""
    return "", ""


def _views(text: str) -> Iterable[View]:
    plain = _view([(character, (place, place + 1)) for place, character in enumerate(text)])
    yield plain
    yield View(plain.text[::-1], plain.places[::-1])
    for match in _HEX.finditer(text):
        for first in (match.start(), match.start() + 1):
            yield _view(
                [(chr(int(pair.group(1), 16)), pair.span(1)) for pair in _PAIR.finditer(text, first, match.end())]
            )
    for pattern, decode in ((_BASE64, _from_base64), (_PERCENT, _from_percent), (_CODES, _from_codes)):
        for match in pattern.finditer(text):
            for decoded in decode(match.group()):
                yield _view([(character, match.span()) for character in decoded])


def _view(characters: List[Tuple[str, Tuple[int, int]]]) -> View:
    kept = [(low, place) for character, place in characters if character.isalnum() for low in character.casefold()]
    return View("".join(low for low, _ in kept), [place for _, place in kept])


def _from_base64(text: str) -> List[str]:
    found = []
    clean = text.rstrip("=").replace("-", "+").replace("_", "/")
    for start in range(4):
        piece = clean[start:]
        piece = piece[:-1] if len(piece) % 4 == 1 else piece
        piece += "=" * (-len(piece) % 4)
        try:
            found.append(base64.b64decode(piece).decode("latin-1"))
        except (binascii.Error, ValueError):
            continue
    return found


def _from_percent(text: str) -> List[str]:
    if "%" not in text:
        return []
    return [re.sub(r"%([0-9A-Fa-f]{2})", lambda match: chr(int(match.group(1), 16)), text)]


def _from_codes(text: str) -> List[str]:
    return ["".join(chr(int(code)) for code in re.findall(r"\d{2,3}", text))]


def _pieces(words: List[Tuple[str, Tuple[int, int]]], value: str) -> Iterable[Tuple[int, int]]:
    """Words of the text that are the beginning or the end of a word of a value: it was cut short.

    Of a long value, which may be prose, whole words do not count.
    """
    parts = [part.casefold() for part in _WORD.findall(value)]
    for word, span in words:
        if len(word) < SHORTEST_PIECE:
            continue
        for part in parts:
            if part == word and len(parts) > 4 and not any(character.isdigit() for character in word):
                continue
            if part.startswith(word) or part.endswith(word) or (len(part) >= SHORTEST_PIECE and part in word):
                yield span
                break


def _stands_alone(text: str, start: int, end: int) -> bool:
    return not (text[start - 1 : start].isalnum() if start else False) and not text[end : end + 1].isalnum()


def _replaced(text: str, hidden: Set[Tuple[int, int, str]]) -> str:
    told, position = "", 0
    for start, end, kind in sorted(hidden, key=lambda found: (found[0], -found[1])):
        if start >= position:
            told += text[position:start] + kind
        position = max(position, end)
    return told + text[position:]
