"""Runs of words of a message that stand in a text of a library, and what is asked of one to be believed."""

import re
from typing import Generator, Iterable, Iterator, List, NamedTuple, Optional, Set, Tuple

from .formats import edges

RUN_WORDS = 3
"""Words that must stand together to be believed."""
LONG_LETTERS = 5
"""Letters of each of two words that are believed together."""
RUNS = 200
OCCURRENCES = 20
WORDS = re.compile(r"[^\W\d_]+")
QUOTED = re.compile(r"(?<!\w)(['\"`])(?:(?!\1)[^\n]){0,400}\1(?!\w)")
_BRACKETED = re.compile(r"\[[^\[\]\n]{0,400}\]")
"""What stands in square brackets is a value as well: `key [%s] was not found`."""
_SPOKEN = re.compile(r"(?:[A-Z]\w{0,60}(?:Error|Exception)\(|\b(?:message|error)['\"]?: |\(error )\Z")
"""What stands before a quoted text that is a message: the repr of an error."""
_NO_WORD = re.compile(r"[\W_]{0,200}")


class Run(NamedTuple):
    """A run of words of the message, and where it stands in the prose of a file."""

    begin: int
    end: int
    at: int


class Given:
    """Texts that the failing code was given."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._long: Set[str] = set()
        self._words: Set[str] = set()
        for text in texts:
            if len(WORDS.findall(text[:400])) > 1:
                self._long.add(text[:400])
            else:
                self._words.add(text.strip())

    def has(self, run: str) -> bool:
        """Whether a run of words is part of a text that was given, or holds one."""
        return any(run in text or text in run for text in self._long)

    def has_words(self, piece: str) -> bool:
        """Whether a piece of three words or more is part of a text that was given, or holds one."""
        return len(WORDS.findall(piece)) >= RUN_WORDS and self.has(piece.strip())

    def has_word_of(self, text: str) -> bool:
        """Whether a word of a text, or all of it, is a text that was given."""
        return self.has(text) or any(word in self._words for word in WORDS.findall(text))

    def is_word(self, word: str) -> bool:
        """Whether a word is, as a whole, a text that was given."""
        return word in self._words


class Trust(NamedTuple):
    """What is asked of a run of words that stands in a file."""

    edges: int
    """At how many of its ends a literal, or a piece of a format, must begin or end."""
    words_anywhere: int
    """How many words need no such end."""


IN_BINARIES, IN_SOURCES = Trust(1, 4), Trust(2, 6)
"""Sources hold more prose, and all of their literals are seen to begin and end."""


def runs_of(message: str, prose: bytes, given: Given, least: int, trust: Trust) -> Generator[None, None, List[Run]]:
    """The runs of words of a message that stand in the prose, from left to right, each as long as may be.

    `least` is how many words must stand together.
    """
    words = [match.span() for match in WORDS.finditer(message)][:RUNS]
    bracketed = [match.span() for match in _BRACKETED.finditer(message)]
    quoted = bracketed + [
        match.span() for match in QUOTED.finditer(message) if not _SPOKEN.search(message, 0, match.start())
    ]
    found: List[Run] = []
    index = 0
    while index + 1 < len(words):
        yield
        run = _run_at(message, words[index:], quoted, prose, given, least, trust)
        if run is None:
            index += 1
            continue
        found.append(run)
        while index < len(words) and words[index][0] < run.end:
            index += 1
    return found


def _run_at(
    message: str,
    words: List[Tuple[int, int]],
    quoted: List[Tuple[int, int]],
    prose: bytes,
    given: Given,
    shortest: int,
    trust: Trust,
) -> Optional[Run]:
    """The longest run that begins with the first of the words; None when too few stand together."""
    start = words[0][0]
    limit = min([begin + 1 for begin, _ in quoted if begin >= start], default=len(message))
    if any(begin < start < end for begin, end in quoted):
        return None
    if shortest == RUN_WORDS and all(end - begin >= LONG_LETTERS for begin, end in words[:2]):
        shortest = 2
    if len(words) < shortest or words[shortest - 1][1] > limit:
        return None
    rest = message[start:limit]
    best: Optional[Run] = None
    for at in places(prose, message[start : words[shortest - 1][1]]):
        end = _end(message, start, start + _common(rest, prose, at), words, shortest, given)
        if end is None or (best is not None and end <= best.end) or given.has(message[start:end].strip()):
            continue
        inside = [stop for _, stop in words if stop <= end]
        if len(inside) >= trust.words_anywhere or edges(prose, at, at + inside[-1] - start) >= trust.edges:
            best = Run(_begin(message, start, prose, at), end, at)
    return best


def places(prose: bytes, text: str, most: int = OCCURRENCES) -> Iterator[int]:
    """Where a text stands in the prose; the first places."""
    wanted = text.encode("utf-8", "replace")
    at = prose.find(wanted)
    for _ in range(most):
        if at < 0:
            return
        yield at
        at = prose.find(wanted, at + 1)


def _common(rest: str, prose: bytes, at: int) -> int:
    """How many characters a text and the prose from `at` on have in common."""
    other = prose[at : at + len(rest)].decode("latin-1")
    return next((count for count, (ours, theirs) in enumerate(zip(rest, other)) if ours != theirs), len(other))


def _end(
    message: str, start: int, stop: int, words: List[Tuple[int, int]], shortest: int, given: Given
) -> Optional[int]:
    """Where a run ends that stands in the binary up to `stop`: behind a whole word that nobody gave."""
    whole = [
        (begin, end)
        for begin, end in words
        if end <= stop and not (end == stop and end < len(message) and message[end].isalnum())
    ]
    while whole and given.is_word(message[whole[-1][0] : whole[-1][1]]):
        whole.pop()
    if len(whole) < shortest or given.is_word(message[slice(*whole[0])]):
        return None
    after = _NO_WORD.match(message, whole[-1][1], stop)
    return after.end() if after else whole[-1][1]


def _begin(message: str, start: int, prose: bytes, place: int) -> int:
    """Where a run begins, with what is no word before it and stands in the binary, too."""
    while start > 0 and place > 0 and not message[start - 1].isalnum() and prose[place - 1] == ord(message[start - 1]):
        start, place = start - 1, place - 1
    return start
