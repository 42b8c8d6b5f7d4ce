"""The templates that Python code can make: what its string expressions say, with a hole for what is formatted in.

Reads syntax trees and never runs anything: literals, f-strings, `%`, `.format`, concatenation, `join`, conditionals,
names that were assigned in the same function, and what a resolver finds for the other names (a module's constant, a
helper).
"""

import ast
import re
from string import Formatter
from typing import Callable, Dict, Iterator, List, Optional, Tuple

from .template import TEMPLATE_LIMIT, Hole, Part, Template

Text = List[Part]
Resolver = Callable[[str], List[ast.AST]]
"""The values that a name has outside the function: expressions, or functions whose results count."""

ALTERNATIVES = 12
DEPTH = 8
STEPS = 4_000
"""Expressions that are looked into for one function: a bound on time, whatever its code."""
NAME_LIMIT = 40

_CONVERSION = re.compile(
    r"%(?:\((?P<key>[^()]{0,60})\))?[-+ #0]*(?:\*|\d+)?(?:\.(?:\*|\d+))?[hlLzqj]*(?P<kind>[diouxXeEfFgGcrsabpRUSAVN%])"
)
_KINDS = {kind: name for kinds, name in (("diouxX", "int"), ("eEfFgG", "float")) for kind in kinds}
_UNWRAPPED_METHODS = frozenset(
    "strip rstrip lstrip lower upper capitalize title replace expandtabs encode decode".split()
)
_WRAPPERS = frozenset("str dedent fill cleandoc _ gettext ngettext lazy_gettext ugettext gettext_lazy N_".split())

_MADE = re.compile(r"(?:Error|Exception|Warning)\Z")
"""A call that makes an exception, which says what it is given."""

_SPEAKS = re.compile(r"(?i:msg|message|err|text|templ|fmt|format|reason|desc|warn)|\A[A-Z_]{3,}\Z")
"""A name that is likely to hold words."""


def conversions(text: str) -> Text:
    """The parts of a text for the `%` operator or C's printf."""
    parts: Text = []
    end = 0
    for match in _CONVERSION.finditer(text):
        parts.append(text[end : match.start()])
        kind = match.group("kind")
        parts.append("%" if kind == "%" else Hole(match.group("key") or _KINDS.get(kind, "")))
        end = match.end()
    parts.append(text[end:])
    return parts


def braces(text: str, arguments: Dict[str, str]) -> Text:
    """The parts of a text for `str.format`; `arguments` gives names to numbered fields."""
    parts: Text = []
    number = 0
    try:
        for literal, field, _format, _conversion in Formatter().parse(text):
            parts.append(literal)
            if field is None:
                continue
            name = re.split(r"[.\[]", field, maxsplit=1)[0]
            if not name:
                name, number = str(number), number + 1
            given = arguments.get(name, "" if name.isdigit() else name)
            parts.append(
                Hole((given + field[len(name) :] if not field[:1].isdigit() and field else given)[:NAME_LIMIT])
            )
    except ValueError:  # braces that are no format
        return [text]
    return parts


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
    """The string expressions of one function (or class, or statement)."""

    def __init__(self, tree: ast.AST, resolve: Resolver, steps: int = 0) -> None:
        """`steps` were taken already for the function that called this one."""
        self._tree = tree
        self._resolve = resolve
        self._resolved: Dict[str, List[ast.AST]] = {}
        self._assigned: Dict[str, List[ast.AST]] = {}
        self._added: Dict[str, List[ast.AST]] = {}
        self._said: Dict[str, List[Text]] = {}
        self._steps = steps
        for node in ast.walk(tree):
            self._note(node)

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
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            defaults = node.args.defaults
            for argument, default in zip(node.args.args[len(node.args.args) - len(defaults) :], defaults):
                self._assigned.setdefault(argument.arg, []).append(default)

    def templates(self, line: int = 0) -> Iterator[Optional[Template]]:
        """All templates of the tree, those of statements that reach over `line` first; None where one may pause."""
        roots = list(self._roots(self._tree))
        roots.sort(key=lambda root: not root[1] <= line <= root[2])
        for node, _first, _last in roots:
            yield None
            for parts in self.evaluate(node):
                template = Template.of(parts)
                if template.letters and sum(map(len, template.literals)) <= TEMPLATE_LIMIT:
                    yield template

    def _roots(self, node: ast.AST) -> Iterator[Tuple[ast.AST, int, int]]:
        """The outermost expressions that may be text, each with the lines of its statement."""
        for child in ast.iter_child_nodes(node):
            # What a `raise` is given is text, however it is made.
            if self._may_be_text(child) or isinstance(node, ast.Raise):
                first = getattr(child, "lineno", 0)
                yield child, first, getattr(child, "end_lineno", None) or first
            if isinstance(child, ast.Call) or not self._may_be_text(child):
                yield from self._roots(child)

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

    def evaluate(self, node: Optional[ast.AST], depth: int = 0) -> List[Text]:
        """What an expression may say: at most 12 alternatives; a hole where it can't be told."""
        if node is None:
            return [[]]
        self._steps += 1
        if depth > DEPTH or self._steps > STEPS:
            return [[Hole(names_in(node))]]
        alternatives = self._alternatives(node, depth + 1)
        return alternatives[:ALTERNATIVES] if alternatives else [[Hole(names_in(node))]]

    def _alternatives(self, node: ast.AST, depth: int) -> List[Text]:
        text = text_of(node)
        if text is not None:
            return [[text]]
        if isinstance(node, ast.JoinedStr):
            return self._product([self._formatted(value, depth) for value in node.values])
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._product([self.evaluate(node.left, depth), self.evaluate(node.right, depth)])
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            return [self._named_conversions(parts, node.right) for parts in self.evaluate(node.left, depth)]
        if isinstance(node, ast.IfExp):
            return self.evaluate(node.body, depth) + self.evaluate(node.orelse, depth)
        if isinstance(node, ast.BoolOp):
            return [text for value in node.values for text in self.evaluate(value, depth)]
        if isinstance(node, ast.Call):
            return self._called(node, depth)
        if isinstance(node, (ast.Name, ast.Attribute)):
            return [*self._looked_up(_target(node), depth), [Hole(names_in(node))]]
        if isinstance(node, ast.Subscript):
            return self._entries(node, depth)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            inner = Expressions(node, self._resolve, self._steps + 1)
            returned = [child.value for child in ast.walk(node) if isinstance(child, ast.Return)]
            texts = [text for value in returned for text in inner.evaluate(value, depth)]
            self._steps = inner._steps
            return texts
        return []

    def _formatted(self, value: ast.AST, depth: int) -> List[Text]:
        """One piece of an f-string."""
        if not isinstance(value, ast.FormattedValue):
            return self.evaluate(value, depth)
        hole: List[Text] = [[Hole(names_in(value.value))]]
        if value.conversion not in (-1, 115):  # !r and !a put quotes around
            return hole
        return [text for text in self.evaluate(value.value, depth) if _says_something(text)] + hole

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

    def _called(self, node: ast.Call, depth: int) -> List[Text]:
        function = node.func
        if isinstance(function, ast.Attribute):
            if function.attr in ("format", "format_map"):
                arguments = {str(index): names_in(argument) for index, argument in enumerate(node.args)}
                arguments.update({word.arg: names_in(word.value) or word.arg for word in node.keywords if word.arg})
                return [
                    [
                        piece
                        for part in parts
                        for piece in ([part] if isinstance(part, Hole) else braces(part, arguments))
                    ]
                    for parts in self.evaluate(function.value, depth)
                ]
            if function.attr == "join" and node.args:
                return self._joined(function.value, node.args[0], depth)
            if function.attr in _UNWRAPPED_METHODS:
                return self.evaluate(function.value, depth)
        name = _target(function)
        if node.args and (name in _WRAPPERS or _MADE.search(name)):
            return [text for argument in node.args[:2] for text in self.evaluate(argument, depth)]
        texts = [text for found in self._find(name) for text in self.evaluate(found, depth)]
        return [text for text in texts if _says_something(text)]

    def _joined(self, separator: ast.AST, given: ast.AST, depth: int) -> List[Text]:
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
        between = (self.evaluate(separator, depth) or [[""]])[0]
        pieces: List[List[Text]] = []
        for index, item in enumerate(items[:20]):
            pieces += ([[between]] if index else []) + [self.evaluate(item, depth)]
        # The list may have been filled in a loop: each of its elements may also stand alone.
        return self._product(pieces) + [text for item in items[:20] for text in self.evaluate(item, depth)]

    def _looked_up(self, name: str, depth: int) -> List[Text]:
        """What a name may say: each value it was given, and that followed by what was added to it."""
        if name in self._said:
            return self._said[name]
        self._said[name] = []  # what is made of itself, `message = message.strip()`, adds nothing
        texts: List[Text] = []
        for value in self._find(name)[:ALTERNATIVES]:
            if isinstance(value, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            texts += [text for text in self.evaluate(value, depth) if _says_something(text)]
        added = self._added.get(name, [])
        for value in added[:4]:
            more = self.evaluate(value, depth)
            longer = self._product([texts[:4], more]) if texts else []
            texts += longer + more
        self._said[name] = texts[:ALTERNATIVES]
        return self._said[name]

    def _find(self, name: str) -> List[ast.AST]:
        if not name:
            return []
        if name in self._assigned:
            return self._assigned[name]
        if name not in self._resolved:
            self._resolved[name] = []  # a name that stands for itself ends here
            self._resolved[name] = self._resolve(name)
        return self._resolved[name]

    def _entries(self, node: ast.Subscript, depth: int) -> List[Text]:
        """The texts of a table of messages: `MESSAGES[code]`."""
        texts: List[Text] = []
        for table in self._find(_target(node.value)):
            values = table.values if isinstance(table, ast.Dict) else getattr(table, "elts", [])
            for value in values[:200]:
                texts += [text for text in self.evaluate(value, depth) if _says_something(text)]
        return texts

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
