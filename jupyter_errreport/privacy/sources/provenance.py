"""Provenance: the templates that the installed code of a traceback can have made its message from.

A source is cut to the function that ran (at most 300 lines) before it is parsed, and believed only when the words of
a template stand in the compiled code too: a file that was edited after its import explains nothing.
"""

import ast
import os
import re
import textwrap
from types import CodeType
from typing import Dict, Iterator, List, Optional, Set

from ..installed import installed_path, read
from ..messages.template import TEMPLATE_LIMIT, Hole, Part, Template
from .expressions import Expressions
from .format_strings import braces, conversions

FUNCTION_LINES = 300
STATEMENT_LINES = 30
LOOKUPS = 8
"""Names outside the function that are looked up in its module."""
CONSTANTS = 2_000
OCCURRENCES = 300
SOURCES = 8
CATALOGUES = 3
_DEFINES = re.compile(rb"[ \t]{0,24}(?:async )?(?:def )?\Z")
_GIVEN = re.compile(rb"\(|[ \t]{0,8}(?::[^=\n]{1,80})?=[^=]")
_CATALOGUE = re.compile(
    rb"^[ \t]{0,8}from[ \t]{1,4}"
    rb"([\w.]{0,100}(?:error|exception|message|msg|warning|string|text|constant)\w{0,10})[ \t]{1,4}import\b",
    re.MULTILINE,
)
"""Where a module gets the texts from that it says, if not from itself: `from ..errors import Errors`."""
_WORD = re.compile(r"\w+")
_CLAUSE = re.compile(r"\s*(?:elif|else|except|finally|case)\b")
"""What begins a part of a statement, and never one of its own."""


class Sources:
    """Lines of installed files, each read once; for one error."""

    def __init__(self) -> None:
        self._files: Dict[str, bytes] = {}
        self._catalogues: Dict[str, List[str]] = {}

    def bytes_of(self, filename: str) -> bytes:
        """The file as it is on disk; nothing for one that is not installed."""
        if filename not in self._files:
            if len(self._files) >= SOURCES:
                self._files.clear()
            known = installed_path(filename) is not None or installed_path(filename[:-1]) is not None
            self._files[filename] = read(filename) if known else b""
        return self._files[filename]

    def lines_at(self, filename: str, line: int, limit: int = FUNCTION_LINES) -> List[str]:
        """At most `limit` lines of a file from `line` (1 is the first) on."""
        source = self.bytes_of(filename)
        start = 0
        for _ in range(line - 1):
            start = source.find(b"\n", start) + 1
            if not start:
                return []
        return _decoded_lines(source, start, limit)

    def catalogues(self, filename: str) -> List[str]:
        """The files of the same package, at most three, from which a module takes its messages by their names."""
        if filename not in self._catalogues:
            modules = dict.fromkeys(match.group(1).decode() for match in _CATALOGUE.finditer(self.bytes_of(filename)))
            paths = [_file_of(module, filename) for module in list(modules)[:CATALOGUES]]
            files = [path + suffix for path in paths if path for suffix in (".py", os.sep + "__init__.py")]
            self._catalogues[filename] = [file for file in files if self.bytes_of(file)]
        return self._catalogues[filename]

    def definitions(self, filename: str, name: str) -> Iterator[List[str]]:
        """The lines from where a module or a class of it gives `name` a value, or defines a function of that name."""
        source = self.bytes_of(filename)
        wanted = name.encode("utf-8", "replace")
        given = 0
        at = source.find(wanted)  # a search for plain bytes takes a tenth of a regular expression's time
        for _ in range(OCCURRENCES):
            if at < 0 or given == 3:
                return
            start = source.rfind(b"\n", 0, at) + 1
            if at - start <= 40 and _DEFINES.match(source[start:at]) and _GIVEN.match(source, at + len(wanted)):
                given += 1
                yield _decoded_lines(source, start, FUNCTION_LINES if source.startswith(b"(", at + len(wanted)) else 40)
            at = source.find(wanted, at + 1)


def _file_of(module: str, importer: str) -> str:
    """The path, without a suffix, of a module that `importer` imports; empty for one of another package."""
    name = module.lstrip(".")
    folder = os.path.dirname(importer)
    for _ in range(len(module) - len(name) - 1):
        folder = os.path.dirname(folder)
    if name == module:
        top, _, name = module.partition(".")
        parts = folder.split(os.sep)
        if top not in parts or not name:
            return ""
        folder = os.sep.join(parts[: len(parts) - parts[::-1].index(top)])
    return os.path.join(folder, *name.split("."))


def _decoded_lines(source: bytes, start: int, limit: int) -> List[str]:
    lines: List[str] = []
    for _ in range(limit):
        end = source.find(b"\n", start)
        lines.append(source[start : end if end >= 0 else len(source)].decode("utf-8", "replace").rstrip("\r"))
        if end < 0:
            break
        start = end + 1
    return lines


def function_block(lines: List[str]) -> List[str]:
    """Of lines that begin with a `def`, those that belong to it: up to the first that is indented no deeper."""
    if not lines:
        return []
    margin = len(lines[0]) - len(lines[0].lstrip())
    in_body = False
    for index, line in enumerate(lines):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        indent = len(line) - len(line.lstrip())
        if in_body and indent <= margin and not line.lstrip().startswith(")"):
            return lines[:index]
        in_body = in_body or indent > margin
    return lines


def parsed(lines: List[str]) -> Optional[ast.AST]:
    """The syntax tree of lines, whatever they are indented by; None when they do not parse."""
    try:
        return ast.parse(textwrap.dedent("\n".join(lines)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def statement_at(lines: List[str]) -> Optional[ast.AST]:
    """The statement that begins on the first line, as short as it parses."""
    if lines and _CLAUSE.match(lines[0]):
        return None
    for end in range(1, min(len(lines), STATEMENT_LINES) + 1):
        tree = parsed(lines[:end])
        if tree is not None:
            return tree
    return None


def constants(code: CodeType) -> Set[str]:
    """The text constants of a code object and of what is defined in it; at most 2,000."""
    found: Set[str] = set()
    waiting: List[object] = [code]
    while waiting and len(found) < CONSTANTS:
        item = waiting.pop()
        if isinstance(item, CodeType):
            waiting += item.co_consts
        elif isinstance(item, (tuple, frozenset)):
            waiting += list(item)[:CONSTANTS]
        elif type(item) is str:
            found.add(item)
    return found


def templates_of_code(code: CodeType, sources: Sources, line: int = 0) -> Iterator[Optional[Template]]:
    """What the function of a code object can say, the statement at `line` (of the file) first; None to pause.

    Nothing when it is not installed code or its file is no longer what was imported.
    """
    if installed_path(code.co_filename) is None:
        return
    compiled = constants(code)
    yield None
    lines = sources.lines_at(code.co_filename, code.co_firstlineno) if compiled else []
    yield None
    block = lines if code.co_name == "<module>" else function_block(lines)
    trees = [parsed(block)] if not line or 0 <= line - code.co_firstlineno < len(block) else []
    yield None
    if not trees or trees[0] is None:  # a function of more lines than are parsed, or one that begins within a line
        near = sources.lines_at(code.co_filename, max(line - 3, 1), STATEMENT_LINES + 3) if line else []
        trees = []
        for start in range(min(4, len(near))):
            trees.append(statement_at(near[start:]))
            yield None
    resolver = _Resolver(code.co_filename, sources)
    everything = "\0".join(compiled)
    for tree in trees:
        if tree is None:
            continue
        for template in Expressions(tree, resolver).templates(line - code.co_firstlineno + 1):
            # What was found outside the function can't stand in the function's own code.
            if template is None or resolver.used or _stands_in(template, everything):
                yield template
    source = sources.bytes_of(code.co_filename) or sources.bytes_of(code.co_filename + "c")
    for constant in sorted(compiled, key=len, reverse=True)[:200]:
        yield None
        # Code that `exec` made can bear the name of an installed file, whose source then does not have its words.
        if len(constant) <= TEMPLATE_LIMIT and _is_written_in(source, constant):
            yield from fragments(constant)


def _is_written_in(source: bytes, text: str) -> bool:
    """Whether a text stands in a source, or, as its escapes may be written otherwise, all words of it do."""
    return text.encode("utf-8", "replace") in source or all(
        word.encode("utf-8", "replace") in source for word in _WORD.findall(text)
    )


def _stands_in(template: Template, constants_text: str) -> bool:
    """Whether the words of a template stand in the constants; literals may be joined only when the code runs."""
    return all(word in constants_text for literal in template.literals for word in _WORD.findall(literal))


class _Resolver:
    """Finds what a module gives a name; at most eight names of a function."""

    def __init__(self, filename: str, sources: Sources) -> None:
        self.used = False
        """Whether anything was found outside the function: then literals need not stand in its own code."""
        self._filename = filename
        self._sources = sources
        self._left = LOOKUPS

    def __call__(self, name: str) -> List[ast.AST]:
        found: List[ast.AST] = []
        if self._left <= 0 or not name.isidentifier() or name in ("self", "cls", "len", "type", "str", "repr"):
            return found
        self._left -= 1
        found = list(self._defined(self._filename, name))
        if not found:  # a catalogue of messages: `raise ValueError(Errors.E002.format(...))`
            for filename in self._sources.catalogues(self._filename):
                found += self._defined(filename, name)
        self.used = self.used or bool(found)
        return found

    def _defined(self, filename: str, name: str) -> Iterator[ast.AST]:
        for lines in self._sources.definitions(filename, name):
            if re.match(r"\s*(?:async )?def ", lines[0]):
                tree = parsed(function_block(lines))
                yield from (node for node in getattr(tree, "body", []) if isinstance(node, (ast.FunctionDef,)))
            else:
                tree = statement_at(lines)
                for node in getattr(tree, "body", []):
                    if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                        yield node.value


def fragments(constant: str) -> Iterator[Template]:
    """A constant of compiled code as the templates that it may be: as it stands, for `%`, for `.format`."""
    yield Template.of([constant])
    for parts in (conversions(constant) if "%" in constant else [], braces(constant, {}) if "{" in constant else []):
        if any(isinstance(part, Hole) for part in parts):
            whole: List[Part] = list(parts)
            yield Template.of(whole)
