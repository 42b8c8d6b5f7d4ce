"""The messages of Python and Cython sources.

Python is read as syntax trees, with the same evaluation of string expressions that the scrubber uses on installed code.
Cython, and Python 2, which `ast` can't parse, are cut into statements; those that are also Python 3 are read like it.
"""

import ast
import re
import textwrap
from collections.abc import Iterable, Iterator

from jupyter_errreport.privacy.messages.template import Hole, Part
from jupyter_errreport.privacy.sources.expressions import Expressions, text_of
from jupyter_errreport.privacy.sources.format_strings import conversions
from jupyter_errreport.privacy.steps import finished

from .printf import braces
from .template_text import Found, found

ALTERNATIVES = 6
"""Ways to say one message that are kept."""

FUNCTIONS = 5
"""Functions that are looked into for the messages of one."""

_EXCEPTION = re.compile(r"(?:Error|Exception|Warning|Fault|Interrupt|Invalid|Failure|Exit)\w*\Z")
_SPEAKS = re.compile(
    r"(?i)(?:\A|_)(?:msg|message|err|error|warn|warning|deprecat|template|hint|reason)|[mM]essage|[eE]rr|\A[EW]\d{3}"
)
_SILENT = re.compile(
    r"(?i)log|debug|print|info|trace|verbose|add_argument|add_option|help|doc|compile|match|search|execute|write|getattr|setattr"
    r"|example|appender|substitution|versionadded|echo|progress|display"
)
_WORDS = re.compile(r"[^\W\d_]{2,}")
_WARNS = frozenset(("warn", "warn_explicit", "warn_deprecated", "_warn", "warn_once", "__init__"))
_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def of_python(source: str) -> list[Found]:
    """The messages of a Python file."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return of_cython(source)
    return list(_of_module(tree))


def _of_module(tree: ast.Module) -> Iterator[Found]:
    constants = _constants(tree)
    used: set[str] = set()
    for part in _outermost(tree):
        is_exception = isinstance(part, ast.ClassDef)
        reads = Expressions(part, _Resolver(constants))
        raises = [node for node in ast.walk(part) if isinstance(node, ast.Raise)]
        used.update(_name(node) for statement in raises for node in ast.walk(statement))
        for node in _raised(part):
            yield from _said(reads, node, raised=True)
        if raises or is_exception or _SPEAKS.search(getattr(part, "name", "")):
            for node in _texts(part):
                yield from _said(reads, node, raised=is_exception, is_format=True)
    for name, values in constants.items():
        if not (_SPEAKS.search(name) or name in used):
            continue
        for value in values:
            yield from _of_constant(value, name in used)


class _Resolver:
    """What names outside a function stand for; looks into few functions, which may call each other without end."""

    def __init__(self, constants: dict[str, list[ast.AST]]) -> None:
        self._constants = constants
        self._left = FUNCTIONS

    def __call__(self, name: str) -> list[ast.AST]:
        found = []
        for value in self._constants.get(name, []):
            if not isinstance(value, _FUNCTION):
                found.append(value)
            elif self._left > 0 and _returns_text(value):
                self._left -= 1
                found.append(value)
        return found


def _returns_text(function: ast.AST) -> bool:
    """Whether a function returns, at once, what has words in it."""
    returned = [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value is not None]
    return len(returned) <= 5 and any(
        _WORDS.search(text_of(node) or "") for value in returned for node in ast.walk(value)
    )


def _outermost(tree: ast.AST) -> Iterator[ast.AST]:
    """Exception classes, functions and methods that are in none of these, and statements of the module itself."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            if any(_EXCEPTION.search(_name(base)) for base in node.bases) or _EXCEPTION.search(node.name):
                yield node
            else:
                yield from _outermost(node)
        elif isinstance(node, _FUNCTION):
            yield node
        elif isinstance(node, (ast.If, ast.Try, ast.With, ast.For, ast.While)):
            if any(isinstance(child, (ast.ClassDef, *_FUNCTION)) for child in ast.walk(node)):
                yield from _outermost(node)
            else:
                yield node
        elif isinstance(node, ast.Raise):
            yield node
        elif isinstance(node, ast.ExceptHandler):
            yield from _outermost(node)


def _constants(tree: ast.Module) -> dict[str, list[ast.AST]]:
    """What names of the module and of its classes stand for, and the module's functions."""
    values: dict[str, list[ast.AST]] = {}
    bodies = [tree.body, *(node.body for node in ast.walk(tree) if isinstance(node, ast.ClassDef))]
    for body in bodies:
        for node in body:
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    values.setdefault(_name(target), []).append(node.value)
            elif isinstance(node, ast.AnnAssign) and node.value is not None:
                values.setdefault(_name(node.target), []).append(node.value)
            elif isinstance(node, _FUNCTION) and body is tree.body:
                values.setdefault(node.name, []).append(node)
    return values


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _raised(part: ast.AST) -> Iterator[ast.AST]:
    """The expressions that an exception or a warning is given."""
    for node in ast.walk(part):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            yield from node.exc.args
            yield from (word.value for word in node.exc.keywords)
        elif isinstance(node, ast.Call) and node.args:
            name = _name(node.func)
            if name in _WARNS or _EXCEPTION.search(name):
                yield from node.args
        elif isinstance(node, (ast.Assign, ast.AugAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Attribute) and target.attr == "args" for target in targets):
                yield from (child for child in ast.walk(node.value) if isinstance(child, ast.Tuple))


def _texts(part: ast.AST) -> Iterator[ast.AST]:
    """String expressions that are kept, returned or passed on: of these a message may be built."""
    for node in ast.walk(part):
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.Return, ast.AnnAssign)) and node.value is not None:
            yield node.value
        elif isinstance(node, ast.Call) and not _SILENT.search(_name(node.func)):
            yield from node.args
            yield from (word.value for word in node.keywords if word.arg in ("msg", "message", "reason", "error"))


def _said(reads: Expressions, node: ast.AST, raised: bool, is_format: bool = False) -> Iterator[Found]:
    """What an expression says; with `is_format` conversions and braces that it ends up with are formatted later."""
    if isinstance(node, ast.IfExp):
        yield from _said(reads, node.body, raised, is_format)
        yield from _said(reads, node.orelse, raised, is_format)
        return
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        for element in node.elts[:20]:
            yield from _said(reads, element, raised, is_format)
        return
    if not _may_speak(node):
        return
    dedented = isinstance(node, ast.Call) and _name(node.func) in ("dedent", "cleandoc")
    for parts in finished(reads.evaluate(node))[:ALTERNATIVES]:
        parts = _formatted(parts) if is_format else parts
        if len(_WORDS.findall(" ".join(part for part in parts if isinstance(part, str)))) >= (2 if raised else 3):
            yield found(_dedented(parts) if dedented else parts, raised)


def _may_speak(node: ast.AST) -> bool:
    if text_of(node) is not None or isinstance(node, (ast.JoinedStr, ast.BinOp)):
        return True
    if isinstance(node, ast.Call):
        return True
    return isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.BoolOp))


def _dedented(parts: Iterable[Part]) -> list[Part]:
    holes = [part for part in parts if isinstance(part, Hole)]
    text = textwrap.dedent("".join("\0" if isinstance(part, Hole) else part for part in parts))
    pieces: list[Part] = []
    for index, literal in enumerate(text.split("\0")):
        pieces += [literal, holes[index]] if index < len(holes) else [literal]
    return pieces


def _of_constant(value: ast.AST, raised: bool) -> Iterator[Found]:
    """The message or messages that a module's or class's constant holds; it is taken to be formatted later."""
    reads = Expressions(value, lambda name: [])
    nodes: list[ast.AST] = [value]
    if isinstance(value, ast.Dict):
        nodes = [*value.values]
    elif isinstance(value, (ast.List, ast.Tuple, ast.Set)):
        nodes = [*value.elts]
    for node in nodes[:2_000]:
        if text_of(node) is None and not isinstance(node, (ast.BinOp, ast.JoinedStr, ast.Call)):
            continue
        for parts in finished(reads.evaluate(node))[:2]:
            formatted = _formatted(parts)
            if len(_WORDS.findall(" ".join(part for part in formatted if isinstance(part, str)))) >= 3:
                yield found(formatted, raised)


def _formatted(parts: Iterable[Part]) -> list[Part]:
    """The parts of a text that is formatted elsewhere: `%` or braces that are still in it become holes."""
    formatted: list[Part] = []
    for part in parts:
        if isinstance(part, Hole):
            formatted.append(part)
        elif re.search(r"%[(srdif.]", part):
            formatted += conversions(part)
        else:
            formatted += braces(part)
    return formatted


# --- Cython, and what else does not parse ---

_TOKEN = re.compile(
    r"#[^\n]*|(?P<string>[bBuUrRfF]{0,2}(?:\"\"\".*?\"\"\"|'''.*?'''|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'))"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])|\\\n|(?P<line>\n)|[^\s\"'#()\[\]{}\\]+|[^\S\n]+|.",
    re.DOTALL,
)
_NEW_SCOPE = re.compile(
    r"\s*(?:async\s+)?(?:def|cdef|cpdef|class)\b[^=]*:\s*\Z|\s*(?:cdef|cpdef|def)\b.*\(.*\).*:\s*\Z", re.DOTALL
)
_WORTH = re.compile(r"\braise\b|\bwarn\(|=|\breturn\b|append\(")
_CAST = re.compile(r"<\s*[A-Za-z_][\w. ]{0,40}\**\s*[?]?\s*>(?=\s*[\w(&])")
_RAISE_OLD = re.compile(r"\braise\s+([\w.]+)\s*,\s*(.+)\Z", re.DOTALL)


def of_cython(source: str) -> list[Found]:
    """The messages of a Cython file, or of one in Python 2."""
    messages: list[Found] = []
    scope: list[ast.stmt] = []
    constants: list[ast.stmt] = []
    for line in _logical_lines(source):
        if _NEW_SCOPE.match(line):
            messages += _of_module(ast.Module([*constants, _function(scope)], []))
            scope = []
            continue
        if ('"' not in line and "'" not in line) or not _WORTH.search(line):
            continue
        statement = _parsed(line)
        if statement is not None:
            scope.append(statement)
            if isinstance(statement, ast.Assign) and not line[:1].isspace():
                constants.append(statement)
    messages += _of_module(ast.Module([*constants, _function(scope)], []))
    return messages


def _function(body: list[ast.stmt]) -> ast.stmt:
    function = ast.parse("def scope(): pass").body[0]
    assert isinstance(function, ast.FunctionDef)  # noqa: S101
    function.body = body or function.body
    return function


def _logical_lines(source: str) -> Iterator[str]:
    """Statements: lines joined inside brackets, without comments; docstrings are left out."""
    line: list[str] = []
    depth = 0
    for match in _TOKEN.finditer(source):
        text = match.group()
        if text.startswith("#") or text == "\\\n":
            continue
        depth += bool(match["open"]) - bool(match["close"])
        depth = max(depth, 0)
        if match["line"] and not depth:
            joined = "".join(line)
            if joined.strip() and not re.match(r"\s*[bBuUrR]?(['\"]).*\1\s*\Z", joined, re.DOTALL):
                yield joined
            line, depth = [], 0
        else:
            line.append(text)
    if line:
        yield "".join(line)


def _parsed(line: str) -> ast.stmt | None:
    text = line.strip()
    at = re.search(r"\braise\b", text)
    if at and not text.startswith("raise") and "=" not in text[: at.start()].split('"')[0].replace("==", ""):
        text = text[at.start() :]  # `if wrong: raise ...`
    old = _RAISE_OLD.match(text)
    choices = [text, _CAST.sub("", text), re.sub(r"^\s*(?:cdef|cpdef)\s+[\w.\[\] ]+?(\w+\s*=)", r"\1", text)]
    if old:
        choices.append(f"raise {old[1]}({old[2]})")
    for choice in choices:
        try:
            statements = ast.parse(re.sub(r"(['\"])\s*%\s*&(?=\w)", r"\1 % ", choice)).body
        except (SyntaxError, ValueError, RecursionError):
            continue
        if len(statements) == 1:
            return statements[0]
    return None
