"""What the traceback of an error says about where its message came from."""

import dis
import os
import re
from types import CodeType
from typing import Callable, Dict, Generator, Iterable, Iterator, List, Optional, Sequence, Tuple

from ..event import ClassSnapshot, FrameSnapshot
from .code_names import CodeNames, is_loaded_type, is_special, names_of_code, names_of_source
from .installed import installed_path, is_cython, read
from .library.binaries import is_binary
from .library.exporters import is_exported
from .library.library_words import templates_of_library
from .line.parsing import is_python
from .messages.known import lowered
from .messages.matching import Belief, Match, best_match, every, likely
from .messages.message import HANDED_ON, OWN_TEMPLATES, TEXT_LIMIT, Evidence, believed_of
from .messages.template import Template
from .sources.definitions import definitions
from .sources.provenance import Sources, fragments, templates_of_code

CellSources = Callable[[], Sequence[str]]
"""The sources of the cells that ran, at most some hundred, the latest last."""

FRAMES = 4
"""Innermost frames whose code is read."""
LINES = 20
"""Of a message of many lines, how many are looked at one by one."""
PART_WORDS = 4
CELLS_SEARCHED = 20
CELL_LIMIT = 20_000
_GENERATED = re.compile(r"<(?!string>|stdin>|ipython-input)[^<>\n]{1,400}>\Z|<[\w.@ ]{1,60}\(")
"""What libraries call code that they make; `<string>` is what a user's `exec` is called, too."""
_RAISES = ("RAISE_VARARGS",)
_WAITS = ("YIELD_VALUE", "YIELD_FROM", "RESUME", "SEND")
_BUILD_TEXT = ("OSError", "UnicodeError")
_IN_WORD = re.compile(rb"\w")
_PROSE = re.compile(r"[^\W\d_]{2,}[\x20-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]{1,3}[^\W\d_]{2,}")


class CodeOfKernel:
    """Answers what is code and what was made from data, for one error."""

    def __init__(self, frames: Iterable[FrameSnapshot], source: str, cell_sources: CellSources) -> None:
        """`source` is the failing cell, or empty when it does not parse: its words are no names then."""
        self._cells = cell_sources
        self._source = source
        self._frames = list(frames)
        self._texts: Dict[str, bytes] = {}
        self._judged: Dict[CodeType, bool] = {}
        self._own = {frame.code for frame in self._frames if frame.cell is not None}

    def names(self) -> Generator[None, None, CodeNames]:
        """The identifiers of the failing code, found with pauses."""
        found = names_of_source(self._source[:CELL_LIMIT])
        for code in dict.fromkeys(frame.code for frame in self._frames):
            yield
            found |= names_of_code([code], self.is_code)
        return CodeNames(found, self.stands_in_cells, is_loaded_type, self._is_defined_in_cells)

    def is_code(self, code: CodeType) -> bool:
        """Whether a code object came from a cell, an installed file or a file of the user's that holds its function."""
        if code not in self._judged:
            self._judged[code] = self._is_code(code)
        return self._judged[code]

    def _is_code(self, code: CodeType) -> bool:
        if code in self._own:
            return self.has_true_name(code) or code.co_name.startswith("<")
        if installed_path(code.co_filename) is None:
            return self.is_file_of_code(code)
        return code.co_name != "<module>" and self.has_true_name(code)

    def _text(self, path: str) -> bytes:
        if path not in self._texts:
            self._texts[path] = read(path)
        return self._texts[path]

    def has_true_name(self, code: CodeType, in_cell: bool = False) -> bool:
        """Whether the function's name stands in its source, and was not put there from data."""
        name = code.co_name
        qualified = getattr(code, "co_qualname", name)  # new in Python 3.11
        if qualified.rsplit(".", 1)[-1] != name:
            return False
        if is_special(name):
            return True
        if in_cell or code in self._own:
            return self.stands_in_cells(name)
        if installed_path(code.co_filename) is None:
            return self.is_file_of_code(code)
        # `exec` can give its code the name of an installed file; Cython's files are not there to look into.
        text = self._text(code.co_filename)
        return not text or name.startswith("<") or _has_word(text, name)

    def is_file_of_code(self, code: CodeType) -> bool:
        """Whether a file of the user's holds the function of a code object."""
        path = code.co_filename
        if not os.path.isabs(path) or not path.endswith((".py", ".ipy", ".pyw")):
            return False
        if code.co_name.startswith("<"):
            return bool(self._text(path))
        return self._defines(path, "def", code.co_name) or self._defines(path, "class", code.co_name)

    def _defines(self, path: str, keyword: str, name: str) -> bool:
        """Whether a file of the user's defines a name behind `class` or `def`, and does not merely mention it."""
        text = self._text(path)
        return name.encode("utf-8", "replace") in text and (keyword, name) in definitions(
            text.decode("utf-8", "replace")
        )

    def is_known_file(self, filename: str) -> bool:
        """Whether the bare name of a user's file is a name in code: that of a module which some cell imports or runs.

        Of a script that is run by `%run` only one that is called in plain letters: `dock.py`, not `smith1980.py`.
        """
        stem = re.split(r"[/\\]", filename)[-1].rsplit(".", 1)[0]
        return stem.isidentifier() and (
            self.stands_in_cells(stem)
            or any(stem in _imported(frame.code) for frame in self._frames)
            or (stem.replace("_", "").isalpha() and self._is_run_by_cells(stem))
        )

    def _is_run_by_cells(self, stem: str) -> bool:
        run = re.compile(
            r"^[ \t]*%run[ \t][^\n]{0,1000}(?<!\w)" + re.escape(stem) + r"(?:\.\w{1,5})?(?!\w)", re.MULTILINE
        )
        return any(type(source) is str and run.search(source[:CELL_LIMIT]) for source in (self._source, *self._cells()))

    def stands_in_cells(self, name: str) -> bool:
        """Whether a name is an identifier of the failing cell or of one that ran before."""
        word = re.compile(r"(?<!\w)" + re.escape(name) + r"(?!\w)")
        searched = 0
        for source in (self._source, *reversed(list(self._cells()))):
            if type(source) is str and word.search(source[:CELL_LIMIT]) is not None:
                ran = source is self._source or is_python(source)
                if ran and name in names_of_source(source[:CELL_LIMIT]):
                    return True
                searched += 1
                if searched >= CELLS_SEARCHED:
                    return False
        return False

    def holds(self, text: str) -> bool:
        """Whether a text, or what it is the repr of, is a value of the frames or stands in the failing cell."""
        bare = text[1:-1] if len(text) > 1 and text[0] in "'\"" and text[-1] == text[0] else text
        held = any(bare == value for frame in self._frames for value in frame.values.values())
        return held or bare in self._source[:CELL_LIMIT]

    def has_true_class(self, cls: ClassSnapshot) -> Generator[None, None, bool]:
        """Whether the name of a class is code: no class that was made, or renamed, at run time."""
        if cls.is_fixed:
            return True
        if cls.module == "builtins":
            return cls.stands and cls.name == "ExceptionGroup"  # the one that Python itself makes as users make theirs
        if cls.module is None or cls.module == "__main__":
            return self._is_defined_in_cells(cls.name)
        if cls.file is not None and installed_path(cls.file) is None:
            return self._defines(cls.file, "class", cls.name)
        if (
            cls.stands
            and cls.file is not None
            and not is_binary(cls.file)
            and _has_word(self._text(cls.file), cls.name)
        ):
            return True
        return (yield from is_exported(cls.name, cls.module)) or (
            cls.file is None and self._is_defined_in_cells(cls.name)
        )

    def _is_defined_in_cells(self, name: str) -> bool:
        cells = (source[:CELL_LIMIT] for source in (self._source, *self._cells()) if type(source) is str)
        own = self._source[:CELL_LIMIT]
        return any(
            ("class", name) in definitions(cell) and (cell == own or is_python(cell)) for cell in cells if name in cell
        )


def _has_word(text: bytes, word: str) -> bool:
    wanted = word.encode("utf-8", "replace")
    at = text.find(wanted)  # a search for plain bytes takes a tenth of a regular expression's time
    while at >= 0:
        if not (at and _IN_WORD.match(text, at - 1)) and not _IN_WORD.match(text, at + len(wanted)):
            return True
        at = text.find(wanted, at + 1)
    return False


def _imported(code: CodeType) -> Tuple[str, ...]:
    return tuple(part for name in code.co_names for part in name.split("."))


def is_raised_by(frame: FrameSnapshot) -> bool:
    """Whether the frame's own code raised (`raise`, `assert`), and not something that it called."""
    code = frame.code.co_code
    return 0 <= frame.lasti < len(code) and dis.opname[code[frame.lasti]] in _RAISES


def evidence_of(
    message: Optional[str],
    frames: Sequence[FrameSnapshot],
    classes: Sequence[ClassSnapshot],
    names: CodeNames,
    sources: Sources,
    others: Sequence[Template] = (),
    is_held: Callable[[str], bool] = lambda text: False,
) -> Generator[None, None, Evidence]:
    """The evidence about one exception's message.

    `others` are templates of what it came from, which it may quote; `is_held` tells whether a text is a value in reach.
    Functions are read from the innermost one outwards, and no further than to the template that explains everything.
    """
    text = (message or "")[:TEXT_LIMIT]
    templates: List[Template] = []
    innermost: Optional[FrameSnapshot] = frames[-1] if frames else None
    in_users_code = innermost is not None and not _is_librarys(frames)
    is_own = innermost is not None and in_users_code and _is_written_by(innermost)
    believes = _believed(text, innermost, in_users_code, classes, is_held)
    is_own = is_own and not is_generated_by_library(frames, classes)
    if not is_own:
        seen: List[CodeType] = []
        for frame in reversed(frames):
            if frame.code in seen:
                continue
            seen.append(frame.code)
            if len(seen) > (FRAMES if _PROSE.search(text) else 1):  # what says nothing needs no long explanation
                break
            if (yield from _add(templates, text, frame.code, sources, frame.lineno)):
                return Evidence(templates, names, believes=believes)
    for cls in classes:
        for method in cls.codes:
            if not _PROSE.search(text) and installed_path(method.co_filename) is not None:
                continue
            if installed_path(method.co_filename) is not None:
                yield from _add(templates, text, method, sources, 0)
            else:  # a class of the user's own builds the text: every word of it is data
                is_own = is_own or method.co_name in ("__str__", "__init__")
        templates += _texts_of(cls, sources)
    library: List[Template] = []
    if not is_own and _PROSE.search(text):
        matches = yield from _explained(text, [*templates, *others], believes)
        if matches is not None:
            library = yield from templates_of_library(text, frames, classes, matches)
    return Evidence(
        templates=list(dict.fromkeys([*templates, *(() if is_own else others)]))[:OWN_TEMPLATES],
        names=names,
        is_own=is_own,
        is_builtin_text=any(cls.name in _BUILD_TEXT and cls.module == "builtins" for cls in classes),
        is_syntax=any(cls.name == "SyntaxError" for cls in classes),
        part_words=4 if in_users_code else 3,
        believes=believes,
        library=library,
    )


def _is_written_by(frame: FrameSnapshot) -> bool:
    """Whether a frame of the user's wrote what the message says: by `raise`, in Cython's code, or as it was thrown in.

    What `generator.throw(error)` throws is raised where the generator waits, by nobody.
    """
    code = frame.code.co_code
    waits = 0 <= frame.lasti < len(code) and dis.opname[code[frame.lasti]] in _WAITS
    return is_raised_by(frame) or waits or is_cython(frame.code.co_filename)


def _believed(
    text: str,
    innermost: Optional[FrameSnapshot],
    in_users_code: bool,
    classes: Sequence[ClassSnapshot],
    is_held: Callable[[str], bool],
) -> Belief:
    """Which known templates may explain a message: of what a lookup was given none, whatever it equals."""
    handed_on = next((cls.name for cls in classes if cls.name in HANDED_ON and cls.module != "__main__"), "")
    if handed_on:
        compiled = innermost is not None and not in_users_code and is_cython(innermost.code.co_filename)
        return believed_of(handed_on, compiled and not is_held(text))
    is_python = innermost is not None and innermost.code.co_filename.endswith(".py")
    # A library of Python's has its words in its code; what is there nowhere was given to it, or came from C.
    return likely if is_python and not in_users_code and innermost and is_raised_by(innermost) else every


def _explained(
    text: str, templates: Sequence[Template], believes: Belief
) -> Generator[None, None, Optional[List[Tuple[int, Match]]]]:
    """What explains parts of a message, each from an offset on; None where one template leaves nothing to explain."""
    whole = yield from best_match(text, templates, 0, False, believes)
    if whole is not None:
        explains = _explains(whole.template, text) or _explains(whole.template, lowered(text))
        return None if explains else [(0, whole)]
    found: List[Tuple[int, Match]] = []
    offset = 0
    for line in text.split("\n")[:LINES]:
        match = (yield from best_match(line, templates, PART_WORDS, True, believes)) if line.strip() else None
        found += [(offset, match)] if match is not None else []
        offset += len(line) + 1
    return found


def _texts_of(cls: ClassSnapshot, sources: Sources) -> Iterator[Template]:
    """Templates that are attributes of an installed class, if their words stand in the source of its module."""
    if cls.texts and cls.file is not None:
        source = sources.bytes_of(cls.file)
        for text in cls.texts:
            if source and all(word.encode() in source for word in re.findall(r"\w+", text)):
                yield from fragments(text)


def _is_librarys(frames: Sequence[FrameSnapshot]) -> bool:
    """Whether the innermost frame runs installed code, or code that installed code generated (a template engine)."""
    for frame in reversed(frames):
        filename = frame.code.co_filename
        if frame.cell is not None:
            return False
        if not filename.startswith("<") or filename.startswith("<frozen "):
            return installed_path(filename) is not None or filename.startswith("<frozen ")
    return False


def is_generated_by_library(frames: Sequence[FrameSnapshot], classes: Sequence[ClassSnapshot]) -> bool:
    """Whether the innermost frame runs code without a file, made by the library whose class it raises.

    Such code names objects of that library by names that the library gave it.
    """
    frame, file = frames[-1], classes[0].file if classes else None
    if frame.cell is not None or not _GENERATED.match(frame.code.co_filename) or file is None:
        return False
    return installed_path(file) is not None and _package(file) in map(_package, frame.origins.values())


def _package(file: str) -> str:
    """The package that an installed file belongs to; the file itself where it is not installed."""
    return (installed_path(file) or file).split("/", 1)[0]


def _add(
    templates: List[Template], text: str, code: CodeType, sources: Sources, line: int
) -> Generator[None, None, bool]:
    """Add the templates of one function, with pauses; stops with True behind the expression that explains the text."""
    explained = False
    for template in templates_of_code(code, sources, line):
        if template is None:
            if explained:
                return True
        elif len(templates) < OWN_TEMPLATES:
            templates.append(template)
            explained = explained or _explains(template, text)
        yield
    return explained


def _explains(template: Template, text: str) -> bool:
    """Whether a template leaves nothing of a text to explain: none of its holes holds prose."""
    spans = template.spans(text)
    if spans is None or template.words < 2:
        return False
    holes = (text[before[1] : after[0]] for before, after in zip(spans, spans[1:]))
    return not any(_PROSE.search(content) for content in holes)
