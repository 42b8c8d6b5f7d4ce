"""The compiled modules that export a class under its own name: found by looking, as C writes no source to read.

`sqlite3.OperationalError` stands in no file of Python's: `_sqlite3` makes it, and `sqlite3` holds it.
"""

import sys
from types import ModuleType
from typing import Any, Generator, Iterator, List, Optional

from ...slots import module_of_class, name_of_class, names_of_module
from ..installed import installed_path
from .binaries import holds_name, interpreter_files, is_binary

_MODULES_AT_ONCE = 100
_LATER = 8
_TELLING = 6
"""Letters of a name that does not stand in a binary by chance."""
_LAST_OF_CYTHON = "__test__"
"""The name that Cython gives a module last."""


def is_exported(name: str, module: Optional[str]) -> Generator[None, None, bool]:
    """Whether a loaded compiled module made an exception of this name and module.

    That it holds one is not enough: a class that a user made may be put into any module's namespace. The name must
    stand in the module's binary, too, or have been given before others of the module's own.
    """
    for count, exporter in enumerate(list(sys.modules.values())):
        if count % _MODULES_AT_ONCE == 0:
            yield
        if not issubclass(type(exporter), ModuleType) or not _holds(names_of_module(exporter), name, module):
            continue
        for path in _files_of(names_of_module(exporter)):
            for own in [name, *_given_later(names_of_module(exporter), name)]:
                if own == _LAST_OF_CYTHON or (yield from holds_name(path, own)):
                    return True
    return False


def _given_later(namespace: Any, name: str) -> List[str]:
    """The last names that a module was given after `name`, which are no modules themselves; at most eight.

    For names that are put together when the module is loaded, or are compressed in it. What a user adds comes last.
    """
    names = list(namespace)
    later = [other for other in names[names.index(name) + 1 :] if type(other) is str and len(other) >= _TELLING]
    return [other for other in later if not issubclass(type(namespace[other]), ModuleType)][-_LATER:]


def _holds(namespace: Any, name: str, module: Optional[str]) -> bool:
    """Whether a module's namespace has the class; nothing of the module's is run (some load on access)."""
    cls = namespace.get(name)
    if not issubclass(type(cls), type) or not issubclass(cls, BaseException):
        return False
    stored: object = module_of_class(cls)
    return type(stored) is str and stored == module and name_of_class(cls) == name


def _files_of(namespace: Any) -> Iterator[str]:
    """The compiled files of an installed module, or of the one that it is a part of; none of one in Python."""
    name = namespace.get("__name__")
    for _ in range(4):
        file = namespace.get("__file__")
        if type(name) is not str or type(file) is str:
            break
        if name in sys.builtin_module_names:
            yield from interpreter_files()
            return
        name = name.rpartition(".")[0]  # pybind11 makes modules inside of one that is a file
        parent = sys.modules.get(name)
        namespace = names_of_module(parent) if issubclass(type(parent), ModuleType) else {}
    if type(file) is str and is_binary(file) and installed_path(file) is not None:
        yield file
