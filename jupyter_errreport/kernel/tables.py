"""The columns of tables and arrays of NumPy, pandas, pyarrow and polars, read without running anything of the user's.

Only of libraries that are loaded, none is imported; by the slots in which their classes keep data and by their own
compiled methods, so that a subclass of the user's is not asked.
"""

import re
from functools import partial
from types import GetSetDescriptorType, MemberDescriptorType
from typing import Any, Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional, Tuple

from ..slots import (
    ON_THE_HEAP,
    exported,
    flags_of_class,
    is_one_of,
    module_of_class,
    mro_of,
    name_of_class,
    names_of_class,
)

PANDAS_OBJECTS = 300
"""Objects of pandas that one table is made of."""

_PANDAS_SLOTS = (
    "_mgr blocks axes values _data _ndarray _pa_array _dtype _categories _name _names _levels".split()
)  # fmt: skip
"""Where pandas keeps what a DataFrame, a Series, an Index or one of their arrays holds."""
_PANDAS_TABLES = ("DataFrame", "Series", "Index")
_NUMBERS = re.compile(r"u?int|float|double|half|bool|date|time|duration|decimal|null")
_ARROW_ARRAYS = ("Array", "ChunkedArray")
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
        self._packages: Dict[int, str] = {}
        """By the classes' ids."""
        self._readers: Dict[int, Tuple[Optional[Read], List[Read]]] = {}

    def columns_of(self, value: Any, kind: type) -> Optional[List[Column]]:
        """The columns of a table or array; None for anything else. Raises when it can't be read."""
        array = exported("numpy", "ndarray")
        if array is not None and issubclass(kind, array):
            return list(_of_array(array, value))
        package = self._package_of(kind)
        if package == "pandas":
            return list(self._of_pandas(value, kind))
        if package == "pyarrow":
            return list(_of_arrow(value, kind))
        if package == "polars":
            return list(_of_polars(value, kind))
        return None

    def _package_of(self, kind: type) -> str:
        package = self._packages.get(id(kind))
        if package is None:
            package = self._packages[id(kind)] = _package_of(kind)
        return package

    def _of_pandas(self, value: Any, kind: type) -> Iterator[Column]:
        """The arrays that a DataFrame, Series or Index is made of."""
        inside, seen = [(value, kind)], {id(value)}
        names: List[Any] = []
        if name_of_class(kind) in _PANDAS_TABLES and next(self._parts(value, kind), None) is None:
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
        if id(kind) not in self._readers:
            self._readers[id(kind)] = _pandas_readers(kind)
        attributes, slots = self._readers[id(kind)]
        held = [slot(thing) for slot in slots]
        if attributes is not None:
            named = attributes(thing)
            held += [dict.get(named, name) for name in _PANDAS_SLOTS]
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
            if is_one_of(type(namespace.get(name)), (GetSetDescriptorType, MemberDescriptorType)):
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


def _of_arrow(value: Any, kind: type) -> Iterator[Column]:
    """A table, column or array of pyarrow, whose methods are compiled."""
    columns: List[Any] = []
    if _is_compiled(kind, ("Table", "RecordBatch")):
        yield Column(value.num_columns, False, partial(list, value.column_names))
        columns = value.columns
    elif _is_compiled(kind, _ARROW_ARRAYS):
        columns = [value]
    for column in columns:
        if not (_is_compiled(type(column), _ARROW_ARRAYS) and _is_compiled(type(column.type), ("DataType",))):
            raise ValueError("an array of another making")
        yield Column(len(column), _NUMBERS.match(str(column.type)) is not None, column.to_pylist)


def _is_compiled(kind: type, names: Iterable[str]) -> bool:
    """Whether a class is one of these of pyarrow's. Raises for a subclass that Python code made: the user's, maybe."""
    found = any(base is not None and issubclass(kind, base) for base in (exported("pyarrow", name) for name in names))
    if found and flags_of_class(kind) & ON_THE_HEAP:
        raise ValueError("a subclass")
    return found


def _of_polars(value: Any, kind: type) -> Iterator[Column]:
    frame, series = exported("polars", "DataFrame"), exported("polars", "Series")
    columns: List[Any] = []
    if kind is not frame and kind is not series:
        if any(base is not None and issubclass(kind, base) for base in (frame, series)):
            raise ValueError("a subclass, whose attributes may be the user's code")
    elif kind is frame:
        columns = frame.get_columns(value)
        yield Column(len(columns), False, partial(list, frame.columns.__get__(value)))
    else:
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
