"""The templates that Python code can make: what its string expressions say, with a hole for what is formatted in.

Reads syntax trees and never runs anything: literals, f-strings, `%`, `.format`, concatenation, `join`, conditionals,
names that were assigned in the same function, and what a resolver finds for the other names (a module's constant, a
helper).
"""

import ast
import re
from typing import Callable, Dict, Generator, Iterable, Iterator, List, Optional, Tuple

from ..messages.template import TEMPLATE_LIMIT, Hole, Template
from .format_strings import NAME_LIMIT, Text, braces, conversions

Resolver = Callable[[str], List[ast.AST]]
"""The values that a name has outside the function: expressions, or functions whose results count."""
Texts = Generator[None, None, List[Text]]
"""What an expression may say, found with pauses."""

ALTERNATIVES = 12
DEPTH = 8
STEPS = 4_000
"""Expressions that are looked into for one function: a bound on time, whatever its code."""
PAUSE = 40
"""Expressions that are looked into, or nodes that are walked over, between two pauses."""

_UNWRAPPED_METHODS = frozenset(
    "strip rstrip lstrip lower upper capitalize title replace expandtabs encode decode".split()
)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_WRAPPERS = frozenset("str dedent fill cleandoc _ gettext ngettext lazy_gettext ugettext gettext_lazy N_".split())

_MADE = re.compile(r"(?:Error|Exception|Warning)\Z")
"""A call that makes an exception, which says what it is given."""

_CODE = re.compile(r"[A-Z]{1,6}\d{1,5}\Z")
"""A name that is the code of an error."""

_SPEAKS = re.compile(r"(?i:msg|message|err|text|templ|fmt|format|reason|desc|warn)|\A[A-Z_]{3,}\Z")
"""A name that is likely to hold words."""


def text_of(node: Optional[ast.AST]) -> Optional[str]:
    """The text of a string literal; None for anything else (Python 3.7 has a node type of its own for it)."""
    value = getattr(node, "value", None) if isinstance(node, ast.Constant) else getattr(node, "s", None)
    return value if type(value) is str else None


def names_in(node: ast.AST) -> str:
    """The names and attributes of an expression, as a hole is called: `self.name`, `len xs`."""
    return " ".join(_names(node))[:NAME_LIMIT].strip()


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        inner = list(_names(node.value))
        yield from inner[:-1]
        yield (inner[-1] + "." if inner else "") + node.attr
    elif not isinstance(node, (ast.Lambda, ast.FormattedValue)):
        for child in ast.iter_child_nodes(node):
            yield from _names(child)


class Expressions:
    """The string expressions of one function (or class, or statement). What takes long is a generator that pauses."""

    def __init__(self, tree: ast.AST, resolve: Resolver, steps: int = 0) -> None:
        """`steps` were taken already for the function that called this one."""
        self._tree = tree
        self._resolve = resolve
        self._resolved: Dict[str, List[ast.AST]] = {}
        self._assigned: Dict[str, List[ast.AST]] = {}
        self._added: Dict[str, List[ast.AST]] = {}
        self._said: Dict[str, List[Text]] = {}
        self._steps = steps
        self._unread = self._notes()

    def _notes(self) -> Iterator[None]:
        for count, node in enumerate(ast.walk(self._tree), 1):
            self._note(node)
            if count % PAUSE == 0:
                yield

    def _note(self, node: ast.AST) -> None:
        """Remember what is assigned to a name, added to it, or appended to the list that it names."""
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._assigned.setdefault(_target(target), []).append(node.value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self._assigned.setdefault(_target(node.target), []).append(node.value)
        elif type(node).__name__ == "NamedExpr":
            self._assigned.setdefault(_target(node.target), []).append(node.value)  # type: ignore[attr-defined]
        elif isinstance(node, ast.AugAssign):
            self._added.setdefault(_target(node.target), []).append(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            if node.func.attr in ("append", "extend", "insert", "write"):
                self._added.setdefault(_target(node.func.value), []).append(node.args[-1])
        elif isinstance(node, _FUNCTIONS):
            defaults = node.args.defaults
            for argument, default in zip(node.args.args[len(node.args.args) - len(defaults) :], defaults):
                self._assigned.setdefault(argument.arg, []).append(default)

    def templates(self, line: int = 0) -> Iterator[Optional[Template]]:
        """All templates of the tree, those of statements that reach over `line` first; None where one may pause."""
        yield from self._unread
        roots: List[Tuple[ast.AST, int, int]] = []
        for count, found in enumerate(self._roots(), 1):
            roots += found
            if count % PAUSE == 0:
                yield None
        roots.sort(key=lambda root: (not root[1] <= line <= root[2], root[1]))
        for node, _first, _last in roots:
            yield None
            for parts in (yield from self.evaluate(node)):
                template = Template.of(parts)
                if template.letters and sum(map(len, template.literals)) <= TEMPLATE_LIMIT:
                    yield template

    def _roots(self) -> Iterator[List[Tuple[ast.AST, int, int]]]:
        """The outermost expressions that may be text, each with its lines; a list for each node that may hold some."""
        waiting = [self._tree]
        while waiting:
            node = waiting.pop()
            found = []
            for child in ast.iter_child_nodes(node):
                is_text = self._may_be_text(child)
                # What a `raise` is given is text, however it is made.
                if is_text or isinstance(node, ast.Raise):
                    first = getattr(child, "lineno", 0)
                    found.append((child, first, getattr(child, "end_lineno", None) or first))
                if isinstance(child, ast.Call) or not is_text:
                    waiting.append(child)
            yield found

    def _may_be_text(self, node: ast.AST) -> bool:
        if text_of(node) is not None or isinstance(node, ast.JoinedStr):
            return True
        if isinstance(node, ast.BinOp):
            return isinstance(node.op, (ast.Add, ast.Mod)) and (
                self._may_be_text(node.left) or self._may_be_text(node.right)
            )
        if isinstance(node, ast.Call):
            return isinstance(node.func, ast.Attribute) and node.func.attr in ("format", "join", "format_map")
        if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(getattr(node, "ctx", None), ast.Load):
            name = _target(node)
            return name in self._assigned or name in self._added or _SPEAKS.search(name) is not None
        return False

    def evaluate(self, node: Optional[ast.AST], depth: int = 0) -> Texts:
        """What an expression may say: at most 12 alternatives; a hole where it can't be told."""
        yield from self._unread
        if node is None:
            return [[]]
        self._steps += 1
        if depth > DEPTH or self._steps > STEPS:
            return [[Hole(names_in(node))]]
        if self._steps % PAUSE == 0:
            yield
        alternatives = yield from self._alternatives(node, depth + 1)
        return alternatives[:ALTERNATIVES] if alternatives else [[Hole(names_in(node))]]

    def _each(self, nodes: Iterable[Optional[ast.AST]], depth: int) -> Generator[None, None, List[List[Text]]]:
        """What each of some expressions may say."""
        found = []
        for node in nodes:
            found.append((yield from self.evaluate(node, depth)))
        return found

    def _any(self, nodes: Iterable[Optional[ast.AST]], depth: int, telling: bool = False) -> Texts:
        """What any of some expressions may say; with `telling` only what has letters."""
        each = yield from self._each(nodes, depth)
        return [text for texts in each for text in texts if not telling or _says_something(text)]

    def _alternatives(self, node: ast.AST, depth: int) -> Texts:
        text = text_of(node)
        if text is not None:
            return [[text]]
        if isinstance(node, ast.JoinedStr):
            pieces = []
            for value in node.values:
                pieces.append((yield from self._formatted(value, depth)))
            return self._product(pieces)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._product((yield from self._each((node.left, node.right), depth)))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            left = yield from self.evaluate(node.left, depth)
            return [self._named_conversions(parts, node.right) for parts in left]
        if isinstance(node, ast.IfExp):
            return (yield from self._any((node.body, node.orelse), depth))
        if isinstance(node, ast.BoolOp):
            return (yield from self._any(node.values, depth))
        if isinstance(node, ast.Call):
            return (yield from self._called(node, depth))
        if isinstance(node, (ast.Name, ast.Attribute)):
            return [*(yield from self._looked_up(_target(node), depth)), [Hole(names_in(node))]]
        if isinstance(node, ast.Subscript):
            return (yield from self._entries(node, depth))
        if isinstance(node, _FUNCTIONS):
            inner = Expressions(node, self._resolve, self._steps + 1)
            returned = [child.value for child in ast.walk(node) if isinstance(child, ast.Return)]
            texts = yield from inner._any(returned, depth)
            self._steps = inner._steps
            return texts
        return []

    def _formatted(self, value: ast.AST, depth: int) -> Texts:
        """One piece of an f-string."""
        if not isinstance(value, ast.FormattedValue):
            return (yield from self.evaluate(value, depth))
        hole: List[Text] = [[Hole(names_in(value.value))]]
        if value.conversion not in (-1, 115):  # !r and !a put quotes around
            return hole
        return (yield from self._any((value.value,), depth, telling=True)) + hole

    def _named_conversions(self, left: Text, right: ast.AST) -> Text:
        """The parts of `left % right`, its holes named after what is formatted in."""
        given = list(right.elts) if isinstance(right, ast.Tuple) else [right]
        parts: Text = []
        for part in left:
            if isinstance(part, Hole):
                parts.append(part)
                continue
            for piece in conversions(part):
                if isinstance(piece, Hole) and given and not isinstance(right, ast.Dict):
                    name = names_in(given.pop(0)) or piece.name
                    parts.append(Hole(name))
                else:
                    parts.append(piece)
        return parts

    def _called(self, node: ast.Call, depth: int) -> Texts:
        function = node.func
        if isinstance(function, ast.Attribute):
            if function.attr in ("format", "format_map"):
                arguments = {str(index): names_in(argument) for index, argument in enumerate(node.args)}
                arguments.update({word.arg: names_in(word.value) or word.arg for word in node.keywords if word.arg})
                templates = yield from self.evaluate(function.value, depth)
                return [
                    [
                        piece
                        for part in parts
                        for piece in ([part] if isinstance(part, Hole) else braces(part, arguments))
                    ]
                    for parts in templates
                ]
            if function.attr == "join" and node.args:
                return (yield from self._joined(function.value, node.args[0], depth))
            if function.attr in _UNWRAPPED_METHODS:
                return (yield from self.evaluate(function.value, depth))
        name = _target(function)
        if node.args and (name in _WRAPPERS or _MADE.search(name)):
            return (yield from self._any(node.args[:2], depth))
        return (yield from self._any((yield from self._find(name)), depth, telling=True))

    def _joined(self, separator: ast.AST, given: ast.AST, depth: int) -> Texts:
        """The parts of `separator.join(given)`: of a list, of a list that a name was given, or of one element."""
        items: List[ast.AST] = []
        if isinstance(given, (ast.List, ast.Tuple)):
            items = list(given.elts)
        elif isinstance(given, ast.Name):
            for value in self._assigned.get(given.id, []):
                items += value.elts if isinstance(value, (ast.List, ast.Tuple)) else []
            items += self._added.get(given.id, [])
        if not items:
            return [[Hole(names_in(given))]]
        between = ((yield from self.evaluate(separator, depth)) or [[""]])[0]
        said = yield from self._each(items[:20], depth)
        pieces: List[List[Text]] = []
        for index, texts in enumerate(said):
            pieces += ([[between]] if index else []) + [texts]
        # The list may have been filled in a loop: each of its elements may also stand alone.
        return self._product(pieces) + [text for texts in said for text in texts]

    def _looked_up(self, name: str, depth: int) -> Texts:
        """What a name may say: each value it was given, and that followed by what was added to it."""
        if name in self._said:
            return self._said[name]
        self._said[name] = []  # what is made of itself, `message = message.strip()`, adds nothing
        values = (yield from self._find(name))[:ALTERNATIVES]
        values = [value for value in values if not isinstance(value, _FUNCTIONS)]
        texts = yield from self._any(values, depth, telling=True)
        if _CODE.match(name):  # a message that stands in a table under its code may be said with the code before it
            texts = [[f"[{name}] ", *text] for text in texts[: ALTERNATIVES // 2]] + texts
        for value in self._added.get(name, [])[:4]:
            more = yield from self.evaluate(value, depth)
            longer = self._product([texts[:4], more]) if texts else []
            texts += longer + more
        self._said[name] = texts[:ALTERNATIVES]
        return self._said[name]

    def _find(self, name: str) -> Generator[None, None, List[ast.AST]]:
        if not name:
            return []
        if name in self._assigned:
            return self._assigned[name]
        if name not in self._resolved:
            self._resolved[name] = []  # a name that stands for itself ends here
            yield
            self._resolved[name] = self._resolve(name)
            yield
        return self._resolved[name]

    def _entries(self, node: ast.Subscript, depth: int) -> Texts:
        """The texts of a table of messages: `MESSAGES[code]`."""
        values: List[ast.AST] = []
        for table in (yield from self._find(_target(node.value))):
            values += (table.values if isinstance(table, ast.Dict) else getattr(table, "elts", []))[:200]
        return (yield from self._any(values, depth, telling=True))

    @staticmethod
    def _product(pieces: List[List[Text]]) -> List[Text]:
        """Every way to say one piece after the other; at most 12."""
        ways: List[Text] = [[]]
        for piece in pieces:
            ways = [way + text for way in ways for text in (piece or [[]])][:ALTERNATIVES]
        return ways


def _target(node: ast.AST) -> str:
    """The name that an assignment or a call goes by: a variable, or an attribute of whatever object."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _says_something(text: Text) -> bool:
    return any(isinstance(part, str) and any(character.isalpha() for character in part) for part in text)
