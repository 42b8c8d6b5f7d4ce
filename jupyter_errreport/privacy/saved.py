"""Errors as notebooks keep them: no frames and no values, but tracebacks that show lines of source.

What comes out is what *at most* a kernel would have sent for the same error.
"""

import ast
import re
from typing import Generator, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple

from ..event import Held, TracebackDetailsType, fingerprint
from ..source import cell_hash, tokens
from ..stdlib_names import STDLIB_NAMES
from .code_names import CodeNames, names_of_source
from .installed import is_cython
from .line.first_line import Around, public_first_line
from .line.parsing import is_python
from .messages.foreign import public_foreign_message
from .messages.message import ANSI, Evidence, believed_of, public_message
from .messages.template import Template
from .shapes.patterns import hide_patterns
from .sources.expressions import Expressions
from .sources.provenance import fragments, parsed, statement_at
from .type_names import is_public_type, looks_like_a_type

LINES_LIMIT = 2_000
FRAMES_READ = 4
CELLS = 300
CELL_LIMIT = 20_000
TOKEN_LIMIT = 4_000

_NUMBERED = re.compile(
    r"\s*(?P<arrow>-{1,6}>)?\s*(?:<a href='[^']{0,600}'>)?(?P<line>\d{1,6})(?:</a>)?(?: (?P<code>.*)|\Z)"
)
_HEADER = re.compile(
    r"(?:File )?(?P<file>[^\s].{0,400}?)(?::(?P<line>\d{1,6}))?,? in (?P<function>[\w.<>: ?-]{1,200}?)"
    r"(?P<signature>\(.*)?\Z"
)
_CELL_HEADER = re.compile(
    r"(?:File |Input )?(?:In ?\[|Cell In ?\[|<ipython-input-|.{0,300}[/\\]ipykernel_\d+[/\\]|.{0,300}\.ipynb Cell )"
)
_INSTALLED = re.compile(r".*(?:site|dist)-packages[/\\](?:[\w.+-]+\.egg[/\\])?", re.DOTALL)
_STANDARD = re.compile(r".*[/\\][Ll]ib(?:64)?[/\\](?:python\d(?:\.\d+)?t?[/\\])?(?=(\w+)(?:\.py|[/\\]))", re.DOTALL)
_SYNTAX_ERRORS = ("SyntaxError", "IndentationError", "TabError")
_REPR_OF_CLASS = re.compile(r"<class '(?:[\w.]{1,200}\.)?(\w{1,100})'>\Z")
_SPARK = re.compile(r".*[/\\]python[/\\](?=pyspark[/\\]|lib[/\\]py4j)", re.DOTALL)


NOTHING_HELD = Held()


class SavedError(NamedTuple):
    """One error output of a notebook."""

    name: str
    message: str
    source: str
    """The cell."""
    traceback: Sequence[str]
    """Its lines, or pieces of several lines as nbformat keeps them."""
    language: str = "python"
    cells: Sequence[str] = ()
    """Other cells of the notebook, as far as they are known: what they define is code."""


class PublicError(NamedTuple):
    """What at most leaves of a saved error."""

    error_name: str
    error_message: str
    first_line: str
    fingerprint: str


class SavedFrame(NamedTuple):
    """A frame of a saved traceback: its place, and the lines of source that are shown of it."""

    filename: str
    function: str
    signature: str
    lineno: int
    is_installed: bool
    is_cell: bool
    lines: List[str]
    arrow: int
    """Index in `lines` of the line that ran; -1 when none is marked."""


def scrub_saved(error: SavedError, held: Optional[Held] = NOTHING_HELD) -> Generator[None, None, PublicError]:
    """What at most leaves of a saved error; a generator that pauses like the worker's.

    `held` is what its comment is compared with, if anything; None for a kernel into which nobody could look.
    """
    frames = list(frames_of(error.traceback)) if error.language == "python" else []
    yield
    if error.language == "python":
        evidence = _evidence(error, frames)
        yield
        message = yield from public_message(error.message, evidence)
    else:
        names = _names(error, names_of_source(error.source, error.language))
        message = yield from public_foreign_message(error.message, error.language, Evidence((), names))
    ran = None if _public_name(error.name) in _SYNTAX_ERRORS else True  # what ran was Python, if an older one
    first_line = yield from public_first_line(error.source, error.language, around=Around(held=held, parses=ran))
    name = _public_name(error.name)
    traceback = [_public_line(frame) for frame in frames]
    is_code = bool(ran) or (error.language == "python" and is_python(error.source))
    identity = cell_hash(error.source, error.language) if is_code else None
    return PublicError(name, message, first_line, fingerprint(name, message, traceback, error.language, identity))


def _public_name(name: str) -> str:
    """The name of a class as an output has it; some front ends write the repr of the class there."""
    of_class = _REPR_OF_CLASS.match(name)
    name = of_class.group(1) if of_class else name
    return name if name.isidentifier() and hide_patterns(name) == name else "Exception"


def _names(error: SavedError, identifiers: Iterable[str]) -> CodeNames:
    """What is known to be code: identifiers, and those of the notebook's other cells."""
    others: Set[str] = set()

    def stands_in_cells(name: str) -> bool:
        if not others and error.cells:
            others.update(*(_identifiers(cell[:CELL_LIMIT], error.language) for cell in error.cells[:CELLS]))
        return name in others

    return CodeNames(frozenset(identifiers), stands_in_cells, is_public_type, looks_like_a_type)


def _identifiers(source: str, language: str = "python") -> Set[str]:
    """The identifiers of a cell, also those that stand in the braces of its f-strings."""
    found = set(names_of_source(source, language))
    for token in tokens(source, language) if language == "python" else ():
        if token.kind == "string" and "f" in token.text[:2].lower() and "{" in token.text:
            tree = parsed(["(" + token.text[:TOKEN_LIMIT] + ")"])
            for node in ast.walk(tree) if tree is not None else ():
                found.update(_identifier(node))
    return found


def _identifier(node: ast.AST) -> Iterator[str]:
    """The name that a node of a syntax tree says."""
    name = getattr(node, {ast.Name: "id", ast.Attribute: "attr", ast.keyword: "arg"}.get(type(node), ""), None)
    if type(name) is str:
        yield name


def frames_of(traceback: Sequence[str]) -> Iterator[SavedFrame]:
    """The frames of a saved traceback, outermost first."""
    lines = [line for piece in traceback for line in ANSI.sub("", piece).split("\n")][:LINES_LIMIT]
    header: Optional[Tuple[str, str, str, int, bool]] = None
    shown: List[str] = []
    arrow = -1
    for line in [*lines, "File <end> in <end>()"]:
        numbered = _NUMBERED.match(line)
        if numbered and header is not None:
            if numbered.group("arrow"):
                arrow = len(shown)
                header = (*header[:3], int(numbered.group("line")), header[4])
            shown.append(numbered.group("code") or "")
            continue
        found = _header(line)
        if found is not None:
            if header is not None:
                filename, function, signature, lineno, is_cell = header
                installed = not is_cell and public_saved_filename(filename) is not None
                yield SavedFrame(filename, function, signature, lineno, installed, is_cell, shown, arrow)
            header, shown, arrow = found, [], -1


def _header(line: str) -> Optional[Tuple[str, str, str, int, bool]]:
    """File, function, signature, line and whether it is a cell, of the line that opens a frame; None for another."""
    is_cell = _CELL_HEADER.match(line) is not None
    match = _HEADER.match(line)
    if match is None:
        return (line, "<module>", "", 0, True) if is_cell else None
    filename = match.group("file")
    if not (is_cell or filename.endswith((".py", ".pyc", ".pyx", ".pxi", ".ipynb", ".so")) or filename[:1] == "<"):
        return None
    number = int(match.group("line") or 0)
    return filename, match.group("function").strip(), match.group("signature") or "", number, is_cell


def public_saved_filename(filename: str) -> Optional[str]:
    """The path inside an installed package of a file on whatever machine, judged by its path; None for another file."""
    standard = _STANDARD.match(filename)
    match = _INSTALLED.match(filename) or _SPARK.match(filename)
    if match is None and standard is not None and standard.group(1) in STDLIB_NAMES:
        match = standard
    if match is not None:
        return filename[match.end() :].replace("\\", "/")
    if filename.endswith((".pyx", ".pxi")) and filename[:1] not in "/\\~":
        return filename.replace("\\", "/")
    return None


def _public_line(frame: SavedFrame) -> TracebackDetailsType:
    inside = public_saved_filename(frame.filename)
    filename = "<cell 0>" if frame.is_cell else inside if inside is not None else "<file>"
    function = frame.function.split(".")[-1]
    known = function.isidentifier() and (frame.is_installed or frame.is_cell)
    return {"filename": filename, "fun_name": function if known else "<module>", "lineno": frame.lineno}


def _evidence(error: SavedError, frames: Sequence[SavedFrame]) -> Evidence:
    """What the lines of source in a saved traceback say about the message."""
    templates: List[Template] = []
    for frame in [frame for frame in reversed(frames) if frame.is_installed and frame.lines][:FRAMES_READ]:
        templates += _templates_of_lines(frame.lines, max(frame.arrow, 0))
    innermost = frames[-1] if frames else None
    in_users_code = innermost is not None and not innermost.is_installed
    ran = innermost.lines[innermost.arrow] if innermost is not None and innermost.arrow >= 0 else ""
    identifiers = _identifiers(error.source)
    for frame in frames:
        identifiers.update(_identifiers("\n".join([*frame.lines, frame.signature])))
        identifiers.update(frame.function.split("."))
    return Evidence(
        templates=list(dict.fromkeys(templates)),
        names=_names(error, identifiers),
        is_own=in_users_code and ran.lstrip().startswith(("raise ", "assert ")),
        is_syntax=_public_name(error.name) in _SYNTAX_ERRORS,
        believes=believed_of(error.name, innermost is not None and is_cython(innermost.filename)),
    )


def _templates_of_lines(lines: List[str], arrow: int) -> Iterator[Template]:
    """Templates of the statement that ran, then of every literal in the lines around it."""
    for start in range(arrow, max(arrow - 6, -1), -1):
        tree = statement_at(lines[start:])
        if tree is not None:
            yield from (found for found in Expressions(tree, lambda name: []).templates() if found is not None)
    for token in tokens("\n".join(lines)):
        if token.kind == "string":
            literal = parsed(["(" + token.text + ")"])
            if literal is not None:
                for found in Expressions(literal, lambda name: []).templates():
                    if found is not None:
                        yield found
                        if len(found.literals) == 1:
                            yield from fragments(found.literals[0])
