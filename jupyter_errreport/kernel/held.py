"""The values that a kernel holds when a cell fails: what a comment in its first line must not repeat.

Runs on the cell's thread, and so only where that line may hold a comment, over a bounded number of values (counted,
never by the clock: a busy machine must not decide what leaves), and it runs nothing of the user's: containers are read
by the methods of Python's own types, objects by the slots in which CPython keeps their attributes. What was not looked
at is said: then the comment stays in the kernel.
"""

import os
import re
import sys
from collections import deque
from functools import partial
from itertools import chain, islice, repeat
from operator import is_
from types import (
    BuiltinFunctionType,
    CodeType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
    SimpleNamespace,
)
from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence, Set, Tuple

from ..event import Held
from ..slots import exported, file_of_module, is_one_of, module_of_class, mro_of, names_of_class, names_of_module
from .tables import Column, Tables

VALUES_LOOKED_AT = 4_000
"""Values, those in containers too, of one error: some 0.3 ms."""
CONTAINER_COST = 10
"""Values for which an object counts besides those that it holds."""
ENVIRONMENT_VALUES = 300
SAMPLE = 300
"""Values of a container that is too large to be read by which it is judged whether it holds texts at all."""
LIBRARY_VALUES = 200
"""Values that an object of a library's class may hold: what lies deeper is the library's own."""
TEXT_TAKEN, TEXTS_TAKEN = 20_000, 400_000
"""Characters of one text, and of all together."""
DEPTH = 5
NUMBER_DIGITS = 4
"""Digits of a number in a comment that may be a value."""

_OWN_NAME = re.compile(r"_{1,3}\Z|_i{1,3}\Z|_i?\d{1,9}\Z|_[iod]h\Z|__\w{1,40}__\Z")
"""What IPython keeps in the namespace: inputs, which are code, and outputs, which are looked at in `_oh`."""
_BLANK = re.compile(r"\s*")
_FURTHER_OWN_NAMES = frozenset(("In", "Out", "exit", "quit", "get_ipython", "open", "_exit_code"))
_PLAIN, _NUMBER, _SKIPPED, _OWN_TEXT, _OWN_NUMBER, _DICTS, _ROWS, _DICT, _SEQUENCE, _SET, _OBJECT, _FUNCTION = range(12)
_CODE_TYPES = (bool, type(None), BuiltinFunctionType, MethodType, complex, range, slice, type(Ellipsis), CodeType)
_SORTS: Tuple[Tuple[Any, int], ...] = (
    (str, _OWN_TEXT),
    ((bytes, bytearray), _PLAIN),
    ((int, float), _OWN_NUMBER),
    (dict, _DICT),
    ((list, tuple), _SEQUENCE),
    ((set, frozenset, deque), _SET),
)
_Batch = Tuple[Sequence[Any], int, bool]
"""Values, how deep they lie, and whether they belong to an object of a library's class."""
_PATHS = ("PurePath", "PurePosixPath", "PureWindowsPath", "Path", "PosixPath", "WindowsPath")
_ENVIRONMENT = os.environ  # the user may put something else there
_LIBRARIES = ("site-packages", "dist-packages", os.path.dirname(os.__file__))  # noqa: PTH120 - at a kernel's start


def may_hold_comment(source: str) -> bool:
    """Whether the first line of a cell can hold a comment: searches, no copies, since a cell may be of megabytes."""
    start, end = _first_line(source)
    found = source.find("#", start)
    if found < 0:
        return False
    return found < end or source.find('"""', start, end) >= 0 or source.find("'''", start, end) >= 0


def beginning_of(source: str, size: int) -> str:
    """The first line of a cell that is not blank, cut to `size` characters."""
    start, end = _first_line(source)
    return source[start : min(end, start + size)]


def _first_line(source: str) -> Tuple[int, int]:
    blank = _BLANK.match(source)
    start = blank.end() if blank is not None else 0
    end = source.find("\n", start)
    return start, end if end >= 0 else len(source)


def environment_values() -> Iterator[str]:
    """What the process's environment holds: the name of a user, of a host, keys."""
    return islice(_ENVIRONMENT.values(), ENVIRONMENT_VALUES)


def held_by(
    source: str, namespace: Optional[Dict[str, Any]], users_locals: Iterable[Any], further: Iterable[Any], is_all: bool
) -> Optional[Held]:
    """What the user's names and the failing frames hold; None for a cell without a comment to be compared with it.

    `users_locals` are the variables of functions of the user's, `further` are plain values of other frames; `is_all`
    tells that no frame was left out.
    """
    if not may_hold_comment(source):
        return None
    line = beginning_of(source, 2_000)
    look = _Look(sum(character.isdigit() for character in line) >= NUMBER_DIGITS)
    look.is_whole = is_all
    if namespace is not None:
        look.at(_users_values(namespace, look))
        outputs: Any = namespace.get("_oh")
        look.at(look.some_of(dict.values(outputs), dict.__len__(outputs)) if issubclass(type(outputs), dict) else [])
    for variables in users_locals:
        look.at(list(islice(variables.values(), VALUES_LOOKED_AT)))
    look.at(list(further))
    return look.held()


def _users_values(namespace: Dict[str, Any], look: "_Look") -> List[Any]:
    """The values of the user's names, the newest first."""
    size = len(namespace)
    if size > VALUES_LOOKED_AT:
        look.is_whole = False
    try:
        if sys.version_info >= (3, 8):
            newest = list(islice(reversed(namespace.items()), VALUES_LOOKED_AT))
        else:
            newest = list(islice(namespace.items(), max(0, size - VALUES_LOOKED_AT), None))[::-1]
    except RuntimeError:  # another thread adds names meanwhile
        look.is_whole = False
        return []
    return [
        value
        for name, value in newest
        if type(name) is not str
        or not (name in _FURTHER_OWN_NAMES or (name[:1] == "_" and _OWN_NAME.match(name) is not None))
    ]


def is_users_file(filename: str) -> bool:
    """Whether code of this file is a cell's or the user's own, and not Python's or a package's."""
    return not filename.startswith("<frozen") and not any(folder in filename for folder in _LIBRARIES)


class _Look:
    """One look at values: what was found, and how many more may be looked at."""

    def __init__(self, wants_numbers: bool) -> None:
        self.is_whole = True
        self._wants_numbers = wants_numbers
        self._has_all_numbers = True
        self._texts: List[Any] = []
        self._numbers: List[Any] = []
        self._left = VALUES_LOOKED_AT
        self._characters = TEXTS_TAKEN
        self._seen: Set[int] = set()
        self._sorts: Dict[int, int] = {}
        """How values of a class are looked at, by its id."""
        self._is_library: Dict[str, bool] = {}
        self._tables = Tables()

    def held(self) -> Held:
        """What was found."""
        return Held(tuple(self._texts), tuple(self._numbers), self.is_whole, self._has_all_numbers)

    def at(self, values: Sequence[Any]) -> None:
        """Look at values and at what they hold."""
        waiting: List[_Batch] = [(values, 0, False)]
        while waiting:
            values, depth, is_librarys = waiting.pop()
            kind = _kind_of_all(values)
            self._left -= len(values) if kind is None else len(values) // 4
            if self._left < 0:
                self.is_whole = False
                return
            try:
                if not self._column_taken(values, kind):
                    self._each(values, depth, is_librarys, waiting)
            except Exception:  # another thread changes it, or an array of another build: it was not looked at
                self.is_whole = False

    def _column_taken(self, values: Sequence[Any], kind: Optional[type]) -> bool:
        """Take values of one kind, such as a column's, without a step for each; False for others."""
        if kind is str and max(map(len, values)) <= TEXT_TAKEN:
            self._characters -= sum(map(len, values))
            if self._characters < 0:
                self.is_whole = False
            else:
                self._texts += values
            return True
        if kind is int or kind is float:
            self._numbers += values if self._wants_numbers else ()
            return True
        return False

    def _each(self, values: Sequence[Any], depth: int, is_librarys: bool, waiting: List["_Batch"]) -> None:
        """Take the texts and numbers of values, and let wait what the others hold. The loop that costs the time."""
        sorts, wants_numbers = self._sorts, self._wants_numbers
        rows: List[Any] = []
        for value, sort in zip(values, map(sorts.get, map(id, map(type, values)))):
            if sort is None:
                sort = sorts[id(type(value))] = _sort_of(type(value))
            if sort == _PLAIN:
                self._text(value)
            elif sort == _SKIPPED:
                continue
            elif sort == _FUNCTION:
                if (value.__closure__ or value.__defaults__) and depth < DEPTH:
                    self._function(value, depth, waiting)
            elif sort == _NUMBER:
                if wants_numbers:
                    self._numbers.append(value)
            elif sort == _OWN_TEXT:
                self._text(str.__str__(value))
            elif sort == _OWN_NUMBER:
                if wants_numbers:
                    own: Any = int.__int__ if issubclass(type(value), int) else float.__float__
                    self._numbers.append(own(value))
            elif depth >= DEPTH:
                self.is_whole = False
            elif sort == _ROWS:
                rows.append(value)
            elif sort == _DICTS:
                rows.append(value.keys())
                rows.append(value.values())
            elif id(value) not in self._seen:
                self._seen.add(id(value))
                self._left -= CONTAINER_COST
                if self._left < 0:
                    break
                if sort == _OBJECT:
                    if not is_librarys:
                        self._object(value, type(value), depth, waiting)
                else:
                    self._container(value, type(value), sort, depth, is_librarys, waiting)

        if rows:
            self._rows(rows, depth + 1, is_librarys, waiting)

    def _rows(self, rows: List[Any], depth: int, is_librarys: bool, waiting: List["_Batch"]) -> None:
        """Let wait what several lists, tuples and dictionaries hold, all together: a table's rows cost a step each."""
        self._left -= len(rows)
        if is_librarys:
            waiting.append((list(islice(chain.from_iterable(rows), LIBRARY_VALUES)), depth, True))
        elif sum(map(len, rows)) <= self._left:
            waiting.append((list(chain.from_iterable(rows)), depth, False))
        else:
            for row in rows:
                if len(row) <= self._left:
                    waiting.append((list(row), depth, False))
                    self._left -= len(row)
                elif self._left > 0:
                    step = max(1, len(row) // SAMPLE)
                    self._judged(row[::step] if type(row) in (list, tuple) else list(islice(row, SAMPLE)))
                else:
                    self.is_whole = False

    def _text(self, value: Any) -> None:
        if type(value) not in (str, bytes):
            value = bytes(memoryview(value)[:TEXT_TAKEN])
        self._characters -= len(value)
        if len(value) > TEXT_TAKEN or self._characters < 0:
            self.is_whole = False
        self._texts.append(value if len(value) <= TEXT_TAKEN else value[:TEXT_TAKEN])

    def _function(self, value: FunctionType, depth: int, waiting: List["_Batch"]) -> None:
        """Let wait what a function of the user's encloses, and what its parameters are without a value."""
        if is_users_file(value.__code__.co_filename):
            cells = [cell.cell_contents for cell in value.__closure__ or () if not _is_empty(cell)]
            defaults = value.__defaults__ or ()
            waiting.append(([*cells, *tuple.__iter__(defaults)], depth + 1, False))

    def _container(
        self, value: Any, kind: type, sort: int, depth: int, is_librarys: bool, waiting: List["_Batch"]
    ) -> None:
        """Let wait what one of Python's own containers holds."""
        if sort == _DICT:
            size = dict.__len__(value)
            for view in (dict.keys(value), dict.values(value)):
                waiting.append((self.some_of(view, size, is_librarys), depth + 1, is_librarys))
        elif sort == _SEQUENCE:
            base: Any = list if issubclass(kind, list) else tuple
            size = base.__len__(value)
            room = LIBRARY_VALUES if is_librarys else self._left
            if size <= room:
                waiting.append((base.__getitem__(value, slice(0, size)), depth + 1, is_librarys))
            elif is_librarys:
                waiting.append((base.__getitem__(value, slice(0, room)), depth + 1, True))
            else:
                self._judged(base.__getitem__(value, slice(0, size, max(1, size // SAMPLE))))
        else:
            base = next(base for base in (set, frozenset, deque) if issubclass(kind, base))
            waiting.append((self.some_of(base.__iter__(value), base.__len__(value), is_librarys), depth + 1, False))

    def some_of(self, values: Iterable[Any], size: int, is_librarys: bool = False) -> List[Any]:
        """The values of a container, if there is room for all; of a library's the first; else none."""
        if is_librarys:
            return list(islice(values, LIBRARY_VALUES))
        if size <= self._left:
            return list(values)
        self._judged(list(islice(values, SAMPLE)))
        return []

    def _judged(self, sample: Sequence[Any]) -> None:
        """Judge by some values of a container whether it holds texts, or only numbers, that were not looked at."""
        self._left -= len(sample)
        if all(issubclass(type(value), (int, float)) or value is None for value in sample):
            self._has_all_numbers = False
        else:
            self.is_whole = False

    def _object(self, value: Any, kind: type, depth: int, waiting: List["_Batch"]) -> None:
        """Look at an array or a table; at the attributes of an object, class or module of the user's own."""
        columns = self._tables.columns_of(value, kind)
        if columns is not None:
            for column in columns:
                self._column(column, waiting)
        elif issubclass(kind, ModuleType):
            names = names_of_module(value)
            if not self._is_librarys(names.get("__name__")):
                held = [held for name, held in list(names.items()) if type(name) is str and name[:2] != "__"]
                waiting.append((held[:LIBRARY_VALUES], depth + 1, True))
        elif issubclass(kind, type):
            if not self._is_librarys(module_of_class(value)):
                names = names_of_class(value)
                held = [held for name, held in names.items() if type(name) is str and name[:2] != "__"]
                waiting.append((held, depth + 1, True))
        else:
            path = exported("pathlib", "PurePath")
            if path is not None and issubclass(kind, path):
                if is_one_of(kind, (exported("pathlib", name) for name in _PATHS)):
                    self._text(path.__str__(value))
                else:
                    self.is_whole = False  # pathlib would ask the user's class for its parts
            if issubclass(kind, BaseException):
                waiting.append((_args(value), depth + 1, False))
            elif issubclass(kind, partial):
                waiting.append((_slot(value, kind, "args") + _slot(value, kind, "keywords"), depth + 1, False))
            users = kind is SimpleNamespace or not self._is_librarys(module_of_class(kind))
            for attributes in _slot(value, kind, "__dict__"):
                if type(attributes) is dict:
                    waiting.append(
                        (self.some_of(attributes.values(), len(attributes), not users), depth + 1, not users)
                    )
            if users:
                waiting.append((_slots(value, kind), depth + 1, False))

    def _column(self, column: Column, waiting: List["_Batch"]) -> None:
        """Let wait what a column holds, if that is wanted and there is room for it."""
        if column.is_numbers and not self._wants_numbers:
            return
        if column.size <= self._left:
            waiting.append((column.read(), DEPTH - 2, False))
        elif column.is_numbers:
            self._has_all_numbers = False
        else:
            self.is_whole = False

    def _is_librarys(self, module: Any) -> bool:
        """Whether a module is one of Python's or of a package's, and not of the user's own."""
        if type(module) is not str or module == "__main__":
            return False
        if module not in self._is_library:
            file = file_of_module(sys.modules.get(module))
            self._is_library[module] = file is None or not is_users_file(file)
        return self._is_library[module]


def _kind_of_all(values: Sequence[Any]) -> Optional[type]:
    """`str`, `int` or `float` where all values are exactly that: taken as a whole, and so counted for a quarter."""
    kind = type(values[0]) if values else None
    if (kind is str or kind is int or kind is float) and all(map(is_, map(type, values), repeat(kind))):
        return kind
    return None


def _sort_of(kind: type) -> int:
    """How a value of a type is looked at."""
    if kind is str or kind is bytes:
        return _PLAIN
    if kind is int or kind is float:
        return _NUMBER
    if is_one_of(kind, _CODE_TYPES):
        return _SKIPPED
    if kind is FunctionType:
        return _FUNCTION
    if kind is dict:
        return _DICTS
    if kind is list or kind is tuple:
        return _ROWS
    for base, sort in _SORTS:
        if issubclass(kind, base):
            return sort
    return _OBJECT


def _is_empty(cell: Any) -> bool:
    """Whether the variable that a function encloses has no value (yet)."""
    try:
        return cell.cell_contents is cell
    except ValueError:
        return True


def _args(error: BaseException) -> Tuple[Any, ...]:
    """What an exception was made with."""
    found: Tuple[Any, ...] = BaseException.__dict__["args"].__get__(error)
    return found


def _slot(value: Any, kind: type, name: str) -> List[Any]:
    """What CPython keeps under a name: no property of the user's is asked; at most one."""
    for cls in mro_of(kind):
        descriptor = names_of_class(cls).get(name)
        its = type(descriptor)
        if its is GetSetDescriptorType or its is MemberDescriptorType:
            try:
                return [descriptor.__get__(value)]
            except AttributeError:  # a slot that was not filled
                return []
    return []


def _slots(value: Any, kind: type) -> List[Any]:
    """What an object keeps in `__slots__`."""
    found: List[Any] = []
    for cls in mro_of(kind):
        for descriptor in list(names_of_class(cls).values()):
            if type(descriptor) is MemberDescriptorType and descriptor.__name__ not in ("__dict__", "__weakref__"):
                found += _slot(value, kind, descriptor.__name__)
    return found
