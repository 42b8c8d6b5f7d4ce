"""What the library that failed can have said: the pieces of a message that stand in its files.

For messages that neither the failing code nor a list explains. The message's own runs of words are looked up among the
texts of the library's extension modules and sources. What is found is the library's; what lies between is a hole. A
single word is never believed, nor what stands in quotes, nor what the failing code was given.
"""

import dis
import os
import re
from types import CodeType
from typing import Dict, Generator, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple

from ..event import ClassSnapshot, FrameSnapshot
from .binaries import READ_LIMIT, is_binary
from .distributions import files_near
from .formats import edges, formats_around
from .installed import installed_path, read
from .matching import Match
from .message import unquoted_text
from .prose import Prose
from .provenance import constants
from .template import Hole, Part, Template

Piece = Tuple[int, int]
"""Where a piece of a message begins and ends."""

RUN_WORDS = 3
"""Words that must stand together in a binary to be believed."""
KEY_WORDS = 5
"""Words of the repr of a key, which may be what was looked for, that must stand together."""
LONG_LETTERS = 5
"""Letters of each of two words that are believed together."""
FILES = 48
BYTES = 200_000_000
"""Of all the files that are read for one error."""
SOURCES = 150
SOURCE_BYTES = 2_000_000
RUNS = 200
OCCURRENCES = 20
OPENINGS = 200
ENTRIES = 100
CODE_NEAR = 200
INSTRUCTIONS = 20_000
_WORDS = re.compile(r"[^\W\d_]+")
_QUOTED = re.compile(r"(?<!\w)(['\"`])(?:(?!\1)[^\n]){0,400}\1(?!\w)")
_TEXT_OF_BYTES = re.compile(r"b(['\"])(.{0,4000})\1\Z", re.DOTALL)
_SPOKEN = re.compile(r"(?:[A-Z]\w{0,60}(?:Error|Exception)\(|\b(?:message|error)['\"]?: |\(error )\Z")
"""What stands before a quoted text that is a message: the repr of an error."""
_BETWEEN = frozenset(" \t\r\n:;,")
_PAIRS = {
    **{quote: quote for quote in "'\"`"},
    "(": ")",
    "[": "]",
    "{": "}",
    "<": ">",
    ")": "(",
    "]": "[",
    "}": "{",
    ">": "<",
}
_CODE = re.compile(r"\[([A-Z]{1,6}\d{1,5})\] ")
_COLLECTION = re.compile(r"[{\[].*[}\]]\Z", re.DOTALL)
_ITEM = re.compile(r"(?P<quote>['\"`])(?:(?!(?P=quote))[^\n]){0,400}(?P=quote)(?!\w)|[^\W_][\w.+-]{0,400}")
"""A text, a number or a name in a dict or list."""
_NO_WORD = re.compile(r"[\W_]*")


_PROSE = Prose()


def templates_of_library(
    text: str,
    frames: Sequence[FrameSnapshot],
    classes: Sequence[ClassSnapshot],
    values: Iterable[str] = (),
    matches: Sequence[Tuple[int, Match]] = (),
) -> Generator[None, None, List[Template]]:
    """The templates that explain a message by the texts of the files which can have made it.

    `values` are texts that the kernel holds: what equals one is not the library's. `matches` are how parts of the
    message, each from an offset on, are explained without: their words stay between those that are found.
    """
    files = yield from _files(frames, classes)
    if not files:
        return []
    unquoted = unquoted_text(text)
    text = text if unquoted is None else unquoted
    in_bytes = _TEXT_OF_BYTES.match(text)
    begin, end = in_bytes.span(2) if in_bytes else (0, len(text))
    message = text[begin:end]
    given = _Given([*values, *_given_by(frames)])
    found: List[Template] = []
    pieces: List[Piece] = []
    coded: Optional[Piece] = None
    for path in files:
        prose = yield from _PROSE.of(path)
        trust = IN_BINARIES if is_binary(path) else IN_SOURCES
        pieces += yield from _entries(message, prose, given)
        runs = yield from _runs(message, prose, given, KEY_WORDS if unquoted is not None else RUN_WORDS, trust)
        opened = (yield from _opened(message, prose)) if unquoted is None else None
        runs += [opened] if opened is not None else []
        for run in runs:
            pieces.append((run.begin, run.end))
            for template in formats_around(prose, run.at):
                if template.literals == (message,) and not given.has_word_of(message):
                    found.append(template)  # quoted names and all
                pieces += _around(template, message, run)
            yield
        if runs and coded is None and path.endswith(".py"):
            coded = _code_before(message, min(runs), path)
    pieces += [coded] if coded is not None else []
    if not pieces or in_bytes:
        found = []
    names: Dict[Piece, str] = {}
    if pieces and not in_bytes and unquoted is None:
        for offset, match in matches:
            spans = [(index, (start + offset, stop + offset)) for index, (start, stop) in match.spans]
            pieces += [span for _, span in spans]
            for (index, left), (_, right) in zip(spans, spans[1:]):
                names[left[1], right[0]] = match.template.holes[index]
    pieces = [(start + begin, stop + begin) for start, stop in _disjoint(pieces)]
    return [*found, *_templates(text, pieces, in_bytes is not None, names)]


class _Run(NamedTuple):
    """A run of words of the message, and where it stands in the prose of a file."""

    begin: int
    end: int
    at: int


class _Given:
    """Texts that the failing code was given."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._long: Set[str] = set()
        self._words: Set[str] = set()
        for text in texts:
            if len(_WORDS.findall(text[:400])) > 1:
                self._long.add(text[:400])
            else:
                self._words.add(text.strip())

    def has(self, run: str) -> bool:
        """Whether a run of words is part of a text that was given, or holds one."""
        return any(run in text or text in run for text in self._long)

    def has_word_of(self, text: str) -> bool:
        """Whether a word of a text, or all of it, is a text that was given."""
        return self.has(text) or any(word in self._words for word in _WORDS.findall(text))

    def is_word(self, word: str) -> bool:
        """Whether a word is, as a whole, a text that was given."""
        return word in self._words


def _given_by(frames: Sequence[FrameSnapshot]) -> Iterable[str]:
    """The texts of the failing code that a user wrote: its constants, and what its variables hold."""
    for frame in frames:
        filename = frame.code.co_filename
        if frame.cell is not None or (installed_path(filename) is None and not filename.startswith("<")):
            yield from (value for value in frame.values.values() if type(value) is str)
            yield from constants(frame.code)


class _Trust(NamedTuple):
    """What is asked of a run of words that stands in a file."""

    edges: int
    """At how many of its ends a literal, or a piece of a format, must begin or end."""
    words_anywhere: int
    """How many words need no such end."""


IN_BINARIES, IN_SOURCES = _Trust(1, 4), _Trust(2, 6)
"""Sources hold more prose, and all of their literals are seen to begin and end."""


def _runs(message: str, prose: bytes, given: _Given, least: int, trust: _Trust) -> Generator[None, None, List[_Run]]:
    """The runs of words of a message that stand in the prose, from left to right, each as long as may be.

    `least` is how many words must stand together.
    """
    words = [match.span() for match in _WORDS.finditer(message)][:RUNS]
    quoted = [match.span() for match in _QUOTED.finditer(message) if not _SPOKEN.search(message, 0, match.start())]
    found: List[_Run] = []
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
    given: _Given,
    shortest: int,
    trust: "_Trust",
) -> Optional[_Run]:
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
    best: Optional[_Run] = None
    for at in _places(prose, message[start : words[shortest - 1][1]]):
        end = _end(message, start, start + _common(rest, prose, at), words, shortest, given)
        if end is None or (best is not None and end <= best.end) or given.has(message[start:end].strip()):
            continue
        inside = [stop for _, stop in words if stop <= end]
        if len(inside) >= trust.words_anywhere or edges(prose, at, at + inside[-1] - start) >= trust.edges:
            best = _Run(_begin(message, start, prose, at), end, at)
    return best


def _places(prose: bytes, text: str, most: int = OCCURRENCES) -> Iterator[int]:
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
    message: str, start: int, stop: int, words: List[Tuple[int, int]], shortest: int, given: _Given
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


def _code_before(message: str, run: _Run, path: str) -> Optional[Piece]:
    """Where a message says an error's code in brackets which is the name of the text behind it in a source."""
    code = _CODE.match(message)
    if code is None or run.begin > code.end() + CODE_NEAR:
        return None
    source = read(path)
    at = source.find(message[run.begin : run.end].strip().encode("utf-8", "replace"))
    given = re.compile(rb"\b" + code.group(1).encode() + rb"[ \t]{0,4}=[^=]")
    return (0, code.end()) if at >= 0 and given.search(source, max(at - CODE_NEAR, 0), at) else None


def _opened(message: str, prose: bytes) -> Generator[None, None, Optional[_Run]]:
    """Where a format stands that begins with the first word of a message and explains all of it."""
    code = _CODE.match(message)
    begin = code.end() if code else 0
    word = _WORDS.match(message, begin)
    if word is None:
        return None
    for count, at in enumerate(_places(prose, message[begin : word.end() + 1], OPENINGS)):
        if count % OCCURRENCES == 0:
            yield
        for template in formats_around(prose, at):
            if template.holes and template.words >= RUN_WORDS and template.spans(message[begin:]) is not None:
                return _Run(begin, begin + len(template.literals[0]), at)
    return None


def _entries(message: str, prose: bytes, given: _Given) -> Generator[None, None, List[Piece]]:
    """Of a dict or list of errors the pieces of those texts in it that one format of the prose explains as a whole."""
    found: List[Piece] = []
    if not _COLLECTION.match(message):
        return found
    for count, entry in enumerate(_QUOTED.finditer(message)):
        yield
        begin, end = entry.start() + 1, entry.end() - 1
        words = list(_WORDS.finditer(message, begin, end))[:2]
        if count == ENTRIES or len(words) < 2 or given.has(message[begin:end]):
            continue
        for at in _places(prose, message[words[0].start() : words[1].end()]):
            formats = [template for template in formats_around(prose, at) if template.words > 1]
            spans = next(filter(None, (template.spans(message[begin:end]) for template in formats)), None)
            if spans is not None:
                found += [(begin + start, begin + stop) for start, stop in spans if start < stop]
                break
    return found


def _around(template: Template, message: str, run: _Run) -> List[Piece]:
    """Where the literals of a format stand in the message, of which one holds the run; none if it has no holes."""
    for core, literal in enumerate(template.literals):
        inside = literal.find(message[run.begin : run.end])
        if inside >= 0 and template.holes and message.startswith(literal, run.begin - inside):
            spans = template.spans_within(message, core, run.begin - inside)
            return [span for index, span in spans if template.literals[index].strip()]
    return []


def _disjoint(pieces: Iterable[Piece]) -> List[Piece]:
    """Of pieces from several files those that do not overlap, the longest first chosen, in order."""
    chosen: List[Piece] = []
    for begin, end in sorted(set(pieces), key=lambda piece: (piece[0] - piece[1], piece[0])):
        if all(end <= other_begin or begin >= other_end for other_begin, other_end in chosen):
            chosen.append((begin, end))
    return sorted(chosen)


def _templates(text: str, pieces: Sequence[Piece], whole: bool, names: Dict[Piece, str]) -> List[Template]:
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
    inside = _COLLECTION.match(text) is not None
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
    while begin < end and (text[begin] in _BETWEEN or (text[begin] in _PAIRS and not _closes(text, begin, end))):
        begin += 1
    while begin < end and (text[end - 1] in _BETWEEN or (text[end - 1] in _PAIRS and not _opens(text, begin, end))):
        end -= 1
    if begin + 1 < end and (text[begin], text[end - 1]) == ("(", ")") and "," not in text[begin:end]:
        begin, end = begin + 1, end - 1
    return [text[:begin], Hole(""), text[end:]] if begin < end else [text]


def _closes(text: str, begin: int, end: int) -> bool:
    """Whether what opens at the start of a text is closed in it."""
    return text.find(_PAIRS[text[begin]], begin + 1, end) >= 0


def _opens(text: str, begin: int, end: int) -> bool:
    """Whether what closes at the end of a text is opened in it."""
    openings = [opening for opening, closing in _PAIRS.items() if closing == text[end - 1]]
    return any(text.find(opening, begin, end - 1) >= 0 for opening in openings)


def _files(frames: Sequence[FrameSnapshot], classes: Sequence[ClassSnapshot]) -> Generator[None, None, List[str]]:
    """The files that may hold the words of a message: of what the failing statement names, and of its own package."""
    origins: List[str] = []
    innermost = next((frame for frame in reversed(frames) if frame.origins), None)
    if innermost is not None:
        used = yield from _names_of_statement(innermost.code, innermost.lasti)
        by_name = innermost.origins
        origins += [by_name[name] for name in used if name in by_name] or list(by_name.values())
        origins += [by_name[""]] if "" in by_name else []
    origins += [frame.code.co_filename for frame in reversed(frames)]
    origins += [cls.file for cls in classes if cls.file is not None]
    origins = [origin for origin in dict.fromkeys(origins) if installed_path(origin) is not None]
    budget = {True: _Budget(FILES, BYTES), False: _Budget(SOURCES, SOURCE_BYTES)}
    found = [path for path in origins if budget[is_binary(path)].has_room(path)]
    for origin in origins:
        for path in (yield from files_near(origin)):
            if path not in found and budget[is_binary(path)].has_room(path):
                found.append(path)
            yield
    return found


class _Budget:
    """How many files of a kind, and bytes of them, are read for one error."""

    def __init__(self, files: int, size: int) -> None:
        self._files = files
        self._bytes = size

    def has_room(self, path: str) -> bool:
        """Whether a file may be read, too."""
        try:
            size = min(os.path.getsize(path), READ_LIMIT) if self._files else 0
        except OSError:
            return False
        if not self._files or size > self._bytes:
            return False
        self._files -= 1
        self._bytes -= size
        return True


def _names_of_statement(code: CodeType, lasti: int) -> Generator[None, None, List[str]]:
    """The names that stand on the line which ran last."""
    starts: List[Tuple[int, Optional[int]]] = list(dis.findlinestarts(code))  # None as a line since Python 3.13
    line = next((line for offset, line in reversed(starts) if offset <= lasti), None)
    lines = dict(starts)
    names: List[str] = []
    here: Optional[int] = None
    for count, instruction in enumerate(dis.get_instructions(code)):
        if count % 100 == 0:
            yield
        if count > INSTRUCTIONS:
            break
        here = lines.get(instruction.offset, here)
        if here == line and type(instruction.argval) is str:
            names.append(instruction.argval)
    return list(dict.fromkeys(names))
