"""The columns of tables and arrays of NumPy, pandas, pyarrow and polars, read without running anything of the user's.

Only of libraries that are loaded, none is imported; by the slots in which their classes keep data and by their own
compiled methods, so that a subclass of the user's is not asked.
"""

import re
import sys
from functools import partial
from types import GetSetDescriptorType, MemberDescriptorType, ModuleType
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Tuple

from ..slots import module_of_class, mro_of, names_of_class, names_of_module

PANDAS_OBJECTS = 300
"""Objects of pandas that one table is made of."""

_PANDAS_SLOTS = (
    "_mgr blocks axes values _data _ndarray _pa_array _dtype _categories _name _names _levels".split()
)  # fmt: skip
"""Where pandas keeps what a DataFrame, a Series, an Index or one of their arrays holds."""
_PANDAS_TABLES = ("DataFrame", "Series", "Index")
_NUMBERS = re.compile(r"u?int|float|double|half|bool|date|time|duration|decimal|null")
_ARRAY_TEXTS, _ARRAY_NUMBERS = "OUS", "iuf"

Read = Callable[[Any], Any]


class Column(NamedTuple):
    """Some values of one table."""

    size: int
    is_numbers: bool
    read: Callable[[], List[Any]]


class Tables:
    """Reads tables; remembers, for as long as it lives, how their classes are read."""

    def __init__(self) -> None:
        self._packages: Dict[type, str] = {}
        self._readers: Dict[type, Tuple[Optional[Read], List[Read]]] = {}

    def columns_of(self, value: Any, kind: type) -> Optional[List[Column]]:
        """The columns of a table or array; None for anything else. Raises when it can't be read."""
        array = class_of("numpy", "ndarray")
        if array is not None and issubclass(kind, array):
            return list(_of_array(array, value))
        package = self._package_of(kind)
        if package == "pandas":
            return list(self._of_pandas(value, kind))
        if package == "pyarrow":
            return list(_of_arrow(value))
        if package == "polars":
            return list(_of_polars(value, kind))
        return None

    def _package_of(self, kind: type) -> str:
        if kind not in self._packages:
            self._packages[kind] = _package_of(kind)
        return self._packages[kind]

    def _of_pandas(self, value: Any, kind: type) -> Iterator[Column]:
        """The arrays that a DataFrame, Series or Index is made of."""
        inside, seen = [(value, kind)], {id(value)}
        names: List[Any] = []
        if kind.__name__ in _PANDAS_TABLES and next(self._parts(value, kind), None) is None:
            raise ValueError("a pandas that keeps its data elsewhere")
        while inside:
            thing, its = inside.pop()
            for part in self._parts(thing, its):
                part_kind = type(part)
                if self._package_of(part_kind) == "pandas":
                    if id(part) not in seen:
                        seen.add(id(part))
                        inside.append((part, part_kind))
                elif part_kind is str:
                    names.append(part)
                else:
                    yield from self.columns_of(part, part_kind) or ()
            if len(seen) > PANDAS_OBJECTS:
                raise ValueError("a table of too many parts")
        yield Column(len(names), False, names.copy)

    def _parts(self, thing: Any, kind: type) -> Iterator[Any]:
        """What an object of pandas holds, each part once."""
        if kind not in self._readers:
            self._readers[kind] = _pandas_readers(kind)
        attributes, slots = self._readers[kind]
        held = [slot(thing) for slot in slots]
        if attributes is not None:
            named = attributes(thing)
            held += [named[name] for name in _PANDAS_SLOTS if name in named]
        for found in held:
            if issubclass(type(found), (tuple, list)):  # pandas has a list of its own for names
                yield from (tuple if issubclass(type(found), tuple) else list).__iter__(found)
            elif found is not None:
                yield found


def _pandas_readers(kind: type) -> Tuple[Optional[Read], List[Read]]:
    """What reads the `__dict__` of a class of pandas, and what reads each slot, of C's, in which it keeps data."""
    attributes: Optional[Read] = None
    slots: List[Read] = []
    for cls in mro_of(kind):
        namespace = names_of_class(cls)
        found = namespace.get("__dict__")
        attributes = attributes or (found.__get__ if type(found) is GetSetDescriptorType else None)
        for name in _PANDAS_SLOTS:
            if type(namespace.get(name)) in (GetSetDescriptorType, MemberDescriptorType):
                slots.append(namespace[name].__get__)
    return attributes, slots


def _of_array(array: Any, value: Any) -> Iterator[Column]:
    dtype, size = array.dtype.__get__(value), array.size.__get__(value)
    if dtype.names is not None:
        yield Column(size * len(dtype.names), False, partial(array.tolist, value))
    elif dtype.kind in _ARRAY_TEXTS:
        yield Column(size, False, partial(list, array.flat.__get__(value)))
    elif dtype.kind in _ARRAY_NUMBERS:
        yield Column(size, True, partial(_numbers, array, value))


def _numbers(array: Any, value: Any) -> List[Any]:
    """The elements of an array as Python's numbers; a subclass of the user's is not asked to make another array."""
    if type(value) is array:
        return list(array.tolist(array.ravel(value)))
    return [number.item() for number in array.flat.__get__(value)]


def _of_arrow(value: Any) -> Iterator[Column]:
    """A table, column or array of pyarrow, whose methods are compiled."""
    if hasattr(type(value), "column_names"):
        yield Column(value.num_columns, False, partial(list, value.column_names))
    for column in value.columns if hasattr(type(value), "columns") else [value]:
        if hasattr(type(column), "to_pylist") and hasattr(type(column), "type"):
            yield Column(len(column), _NUMBERS.match(str(column.type)) is not None, column.to_pylist)


def _of_polars(value: Any, kind: type) -> Iterator[Column]:
    frame, series = class_of("polars", "DataFrame"), class_of("polars", "Series")
    columns: List[Any] = []
    if frame is not None and issubclass(kind, frame):
        columns = frame.get_columns(value)
        yield Column(len(columns), False, partial(list, frame.columns.__get__(value)))
    elif series is not None and issubclass(kind, series):
        columns = [value]
    for column in columns:
        is_numbers = _NUMBERS.match(str(series.dtype.__get__(column)).lower()) is not None
        yield Column(len(column), is_numbers, partial(series.to_list, column))


def _package_of(kind: type) -> str:
    """The library for tables that the nearest class in a type's ancestry comes from; empty for any other."""
    for cls in mro_of(kind):
        module = module_of_class(cls)
        package = module.split(".", 1)[0] if type(module) is str else ""
        if package in ("pandas", "pyarrow", "polars"):
            return str(package)
    return ""


def class_of(package: str, name: str) -> Any:
    """A class that a loaded package exports; None when it is not there."""
    module = sys.modules.get(package)
    found = names_of_module(module).get(name) if issubclass(type(module), ModuleType) else None
    return found if issubclass(type(found), type) else None
