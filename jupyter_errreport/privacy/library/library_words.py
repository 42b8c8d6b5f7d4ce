"""What the library that failed can have said: the pieces of a message that stand in its files.

For messages that neither the failing code nor a list explains. The message's own runs of words are looked up among the
texts of the library's extension modules and sources. What is found is the library's; what lies between is a hole. A
single word is never believed, nor what stands in quotes, nor what the failing code was given.
"""

import re
from typing import Dict, Generator, Iterable, List, Optional, Sequence, Tuple

from ...event import ClassSnapshot, FrameSnapshot
from ..installed import installed_path, read
from ..messages.matching import Match
from ..messages.message import unquoted_text
from ..messages.template import Template
from ..sources.provenance import constants
from .binaries import is_binary
from .formats import formats_around
from .library_files import files_behind
from .pieces import COLLECTION, Piece, disjoint, templates_of_pieces
from .prose import Prose
from .runs import IN_BINARIES, IN_SOURCES, OCCURRENCES, QUOTED, RUN_WORDS, WORDS, Given, Run, places, runs_of

KEY_WORDS = 5
"""Words of the repr of a key, which may be what was looked for, that must stand together."""
OPENINGS = 200
ENTRIES = 100
CODE_NEAR = 200
_TEXT_OF_BYTES = re.compile(r"b(['\"])(.{0,4000})\1\Z", re.DOTALL)
_CODE = re.compile(r"\[([A-Z]{1,6}\d{1,5})\] ")

_PROSE = Prose()


def templates_of_library(
    text: str,
    frames: Sequence[FrameSnapshot],
    classes: Sequence[ClassSnapshot],
    matches: Sequence[Tuple[int, Match]] = (),
) -> Generator[None, None, List[Template]]:
    """The templates that explain a message by the texts of the files which can have made it.

    What the failing code was given is not the library's. `matches` are how parts of the
    message, each from an offset on, are explained without: their words stay between those that are found.
    """
    files = yield from files_behind(frames, classes)
    if not files:
        return []
    unquoted = unquoted_text(text)
    text = text if unquoted is None else unquoted
    in_bytes = _TEXT_OF_BYTES.match(text)
    begin, end = in_bytes.span(2) if in_bytes else (0, len(text))
    message = text[begin:end]
    given = Given(_given_by(frames))
    found: List[Template] = []
    pieces: List[Piece] = []
    coded: Optional[Piece] = None
    for path in files:
        prose = yield from _PROSE.of(path)
        trust = IN_BINARIES if is_binary(path) else IN_SOURCES
        pieces += yield from _entries(message, prose, given)
        runs = yield from runs_of(message, prose, given, KEY_WORDS if unquoted is not None else RUN_WORDS, trust)
        opened = (yield from _opened(message, prose)) if unquoted is None else None
        runs += [opened] if opened is not None else []
        for run in runs:
            said = [(run.begin, run.end)]
            for template in formats_around(prose, run.at):
                if template.literals == (message,) and not given.has_word_of(message):
                    found.append(template)  # quoted names and all
                said += _around(template, message, run)
            pieces += [piece for piece in said if not given.has_words(message[slice(*piece)])]
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
    pieces = [(start + begin, stop + begin) for start, stop in disjoint(pieces)]
    return [*found, *templates_of_pieces(text, pieces, in_bytes is not None, names)]


def _given_by(frames: Sequence[FrameSnapshot]) -> Iterable[str]:
    """The texts of the failing code that a user wrote: its constants, and what its variables hold."""
    for frame in frames:
        filename = frame.code.co_filename
        if frame.cell is not None or (installed_path(filename) is None and not filename.startswith("<")):
            yield from (value for value in frame.values.values() if type(value) is str)
            yield from constants(frame.code)


def _code_before(message: str, run: Run, path: str) -> Optional[Piece]:
    """Where a message says an error's code in brackets which is the name of the text behind it in a source."""
    code = _CODE.match(message)
    if code is None or run.begin > code.end() + CODE_NEAR:
        return None
    source = read(path)
    at = source.find(message[run.begin : run.end].strip().encode("utf-8", "replace"))
    given = re.compile(rb"\b" + code.group(1).encode() + rb"[ \t]{0,4}=[^=]")
    return (0, code.end()) if at >= 0 and given.search(source, max(at - CODE_NEAR, 0), at) else None


def _opened(message: str, prose: bytes) -> Generator[None, None, Optional[Run]]:
    """Where a format stands that begins with the first word of a message and explains all of it."""
    code = _CODE.match(message)
    begin = code.end() if code else 0
    word = WORDS.match(message, begin)
    if word is None:
        return None
    for count, at in enumerate(places(prose, message[begin : word.end() + 1], OPENINGS)):
        if count % OCCURRENCES == 0:
            yield
        for template in formats_around(prose, at):
            if template.holes and template.words >= RUN_WORDS and template.spans(message[begin:]) is not None:
                return Run(begin, begin + len(template.literals[0]), at)
    return None


def _entries(message: str, prose: bytes, given: Given) -> Generator[None, None, List[Piece]]:
    """Of a dict or list of errors the pieces of those texts in it that one format of the prose explains as a whole."""
    found: List[Piece] = []
    if not COLLECTION.match(message):
        return found
    for count, entry in enumerate(QUOTED.finditer(message)):
        yield
        begin, end = entry.start() + 1, entry.end() - 1
        words = list(WORDS.finditer(message, begin, end))[:2]
        if count == ENTRIES or len(words) < 2 or given.has(message[begin:end]):
            continue
        for at in places(prose, message[words[0].start() : words[1].end()]):
            formats = [template for template in formats_around(prose, at) if template.words > 1]
            spans = next(filter(None, (template.spans(message[begin:end]) for template in formats)), None)
            if spans is not None:
                found += [(begin + start, begin + stop) for start, stop in spans if start < stop]
                break
    return found


def _around(template: Template, message: str, run: Run) -> List[Piece]:
    """Where the literals of a format stand in the message, of which one holds the run; none if it has no holes."""
    for core, literal in enumerate(template.literals):
        inside = literal.find(message[run.begin : run.end])
        if inside >= 0 and template.holes and message.startswith(literal, run.begin - inside):
            spans = template.spans_within(message, core, run.begin - inside)
            return [span for index, span in spans if template.literals[index].strip()]
    return []
