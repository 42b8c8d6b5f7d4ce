"""Names that are known to be code: identifiers that stand in the failing code, and types that are loaded.

Not what merely looks like a name: `df.query("a == smith")` says "name 'smith' is not defined", and smith is a person.
"""

import builtins
import re
import sys
from types import CodeType, ModuleType
from typing import Any, Callable, Dict, FrozenSet, Iterable, Iterator, NamedTuple, Set

from ..slots import name_of_class
from ..source import tokens
from ..stdlib_names import STDLIB_NAMES
from .installed import installed_path
from .special_names import SPECIAL_NAMES

_BUILTIN_TYPES = frozenset(
    [name for name, value in vars(builtins).items() if isinstance(value, type)]
    + "NoneType function method module generator coroutine builtin_function_or_method method_descriptor code frame "
    "cell ellipsis NotImplementedType dict_keys dict_values dict_items list_iterator tuple_iterator dict_keyiterator "
    "generator_object async_generator wrapper_descriptor getset_descriptor PyCapsule mappingproxy SimpleNamespace "
    "iterator bytes-like buffer scalar ndarray dtype ufunc DataFrame Series Index Tensor".split()
)
_DTYPE = re.compile(
    r"(?:(?:torch|np|numpy|tf|jnp)\.)?(?:(?:u?int|float|complex|bfloat)\d{1,3}(?:_\w{1,8})?|bool_|object_|str_"
    r"|(?:datetime|timedelta)64(?:\[\w{1,3}\])?)\Z"
    r"|(?:torch\.)?(?:cuda\.)?(?:Float|Double|Half|Long|Int|Short|Byte|Char|Bool|BFloat16)(?:Tensor|Type|Storage)\Z"
    r"|(?:torch|np|numpy|tf|jnp)\.(?:bool|string|half|double|long|short|int|float)\Z"
)
"""Names that nothing but a dtype has."""
_DTYPE_WORD = re.compile(
    r"(?:category|string|half|double|long|short|i32|i64|f32|f64|u8|[SUV]\d{1,4}"
    r"|(?:torch\.)?(?:cuda\.)?(?:Float|Double|Half|Long|Int|Short|Byte|Char|Bool|BFloat16))\Z"
)
"""Names of dtypes that are other words, surnames or ids of samples as well."""
_DOTTED = re.compile(r"[^\W\d]\w*(?:\.(?:[^\W\d]\w*|<locals>))*\Z")
_WORDS = frozenset(["self", "cls", "args", "kwargs", "None", "True", "False"])
"""Names that tell nothing, and no other keyword: `or` is nobody's name, so where a name stands it is a value."""
_MODULES = 8_000


class CodeNames(NamedTuple):
    """What is known to be code where one error happened."""

    identifiers: FrozenSet[str]
    """That stand in the code objects of the traceback and in the cell."""
    stands_in_cells: Callable[[str], bool]
    """Whether a name is an identifier of a cell that ran; asked only where a name is a matter of code."""
    is_loaded_type: Callable[[str], bool]
    may_be_type: Callable[[str], bool]
    """Whether a name may be a type's in a place where nothing but a type's name is formatted in."""

    def has(self, name: str) -> bool:
        """Whether a name, or each part of a dotted one, is an identifier of the failing code or of another cell."""
        if not _DOTTED.match(name):
            return False
        parts = [part for part in name.split(".") if part not in _WORDS and part != "<locals>" and not is_special(part)]
        return all(part in self.identifiers or self.stands_in_cells(part) for part in parts)

    def is_pythons_type(self, name: str) -> bool:
        """Whether this names a type of Python's, or a dtype by a name that nothing else has."""
        return name in _BUILTIN_TYPES or _DTYPE.match(name) is not None

    def is_dtype(self, name: str) -> bool:
        """Whether this may name a dtype, where one stands: `U12` and `category` are many other things as well."""
        return _DTYPE.match(name) is not None or _DTYPE_WORD.match(name) is not None

    def is_type(self, name: str) -> bool:
        """Whether this names a type: one of Python's, of an installed package, or one that a cell defines."""
        if self.is_pythons_type(name):
            return True
        return _DOTTED.match(name) is not None and (
            self.is_loaded_type(name) or ((name[:1].isupper() or "_" in name) and self.has(name))
        )


def is_special(name: str) -> bool:
    """Whether this is a name that Python, or a protocol of libraries, gives a meaning: `__init__`."""
    return name in SPECIAL_NAMES


def names_of_code(codes: Iterable[CodeType], is_code: Callable[[CodeType], bool]) -> FrozenSet[str]:
    """The identifiers in code objects, without those of code that was made from data (`exec`, `eval`)."""
    found: Set[str] = set()
    for code in codes:
        if is_code(code):
            for name in (*code.co_names, *code.co_varnames, *code.co_freevars, *code.co_cellvars, code.co_name):
                found.update(name.split("."))
    return frozenset(found)


def names_of_source(source: str, language: str = "python") -> FrozenSet[str]:
    """The identifiers of a cell: names that stand neither in a literal nor in a comment."""
    return frozenset(token.text for token in tokens(source, language) if token.kind == "name")


_found_types: Dict[str, bool] = {}


def is_loaded_type(name: str) -> bool:
    """Whether a module of the standard library or of an installed package holds a class of this name.

    `name` may be dotted, as `numpy.ndarray` or `numpy.core.multiarray.ndarray`.
    """
    if name not in _found_types:
        if len(_found_types) > 1_000:
            _found_types.clear()
        _found_types[name] = any(_is_code(module) for module in _modules_with_type(name))
    return _found_types[name]


def _modules_with_type(name: str) -> Iterator[ModuleType]:
    module_name, _, bare = name.rpartition(".")
    if module_name:
        module = sys.modules.get(module_name)
        if module is not None and _has_type(module, bare):
            yield module
        return
    for module in list(sys.modules.values())[:_MODULES]:
        if _has_type(module, bare):
            yield module


def _has_type(module: Any, name: str) -> bool:
    """Whether a module's own namespace has the class; nothing of the module's is run (some load on access)."""
    if not issubclass(type(module), ModuleType):  # `isinstance` would ask a `__class__` that may be anything
        return False
    value = ModuleType.__getattribute__(module, "__dict__").get(name)
    return issubclass(type(value), type) and name_of_class(value) == name


def _is_code(module: ModuleType) -> bool:
    return is_installed_module(ModuleType.__getattribute__(module, "__dict__"))


def is_installed_module(namespace: Dict[str, Any]) -> bool:
    """Whether the namespace is that of a module of the standard library or of an installed package."""
    name, file = namespace.get("__name__"), namespace.get("__file__")
    if type(name) is not str or name == "__main__":
        return False
    if type(file) is str:
        return installed_path(file) is not None
    top = name.split(".", 1)[0]
    return top in sys.builtin_module_names or top in STDLIB_NAMES
