"""Facts of classes, modules and exceptions as CPython stores them, whatever the user's code makes of these names.

Classes are compared by `is`, and remembered by their ids: `==`, `in` and `hash` ask a metaclass of the user's.
"""

import builtins
import sys
from types import ModuleType
from typing import Any, Callable, Iterable, Optional, Tuple

name_of_class: Callable[[Any], Any] = type.__dict__["__name__"].__get__
qualname_of_class: Callable[[Any], Any] = type.__dict__["__qualname__"].__get__
flags_of_class: Callable[[Any], int] = type.__dict__["__flags__"].__get__
mro_of: Callable[[Any], Any] = type.__dict__["__mro__"].__get__
names_of_class: Callable[[Any], Any] = type.__dict__["__dict__"].__get__
module_of_class: Callable[[Any], Any] = type.__dict__["__module__"].__get__
names_of_module: Callable[[Any], Any] = vars(ModuleType)["__dict__"].__get__
IMMUTABLE, ON_THE_HEAP = 1 << 8, 1 << 9
"""Flags of CPython's types: Python code makes them on the heap only, and may change these."""
_GROUP: Any = getattr(builtins, "BaseExceptionGroup", None)  # Python 3.11 and newer
_names_of_exception: Callable[[Any], Any] = BaseException.__dict__["__dict__"].__get__


def is_one_of(kind: type, kinds: Iterable[type]) -> bool:
    """Whether a class is among others."""
    for known in kinds:  # noqa: SIM110 - a generator costs more than the comparison
        if kind is known:
            return True
    return False


def file_of_module(module: Any) -> Optional[str]:
    """The file of a module, as plain text; None for one without, and for what is no module."""
    file = names_of_module(module).get("__file__") if issubclass(type(module), ModuleType) else None
    return file if type(file) is str else None


def exported(package: str, name: str) -> Any:
    """A class that a loaded package exports; None when it is not there."""
    module = sys.modules.get(package)
    found = names_of_module(module).get(name) if issubclass(type(module), ModuleType) else None
    return found if issubclass(type(found), type) else None


def members_of_group(error: BaseException) -> Tuple[Any, ...]:
    """What an exception group holds: Python's own since 3.11, before that of the package `exceptiongroup`."""
    if _GROUP is not None and issubclass(type(error), _GROUP):
        found = vars(_GROUP)["exceptions"].__get__(error)
        return found if type(found) is tuple else ()
    group = exported("exceptiongroup", "BaseExceptionGroup")
    if group is None or not is_one_of(group, mro_of(type(error))):
        return ()
    names = _names_of_exception(error)
    found = dict.get(names, "_exceptions") if issubclass(type(names), dict) else None
    return found if type(found) is tuple else ()
