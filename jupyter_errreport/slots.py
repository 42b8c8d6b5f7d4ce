"""Facts of classes and modules as CPython stores them, whatever the user's code makes of these names."""

from types import ModuleType
from typing import Any, Callable, Optional

name_of_class: Callable[[Any], Any] = type.__dict__["__name__"].__get__
qualname_of_class: Callable[[Any], Any] = type.__dict__["__qualname__"].__get__
flags_of_class: Callable[[Any], Any] = type.__dict__["__flags__"].__get__
mro_of: Callable[[Any], Any] = type.__dict__["__mro__"].__get__
names_of_class: Callable[[Any], Any] = type.__dict__["__dict__"].__get__
module_of_class: Callable[[Any], Any] = type.__dict__["__module__"].__get__
names_of_module: Callable[[Any], Any] = vars(ModuleType)["__dict__"].__get__


def file_of_module(module: Any) -> Optional[str]:
    """The file of a module, as plain text; None for one without, and for what is no module."""
    file = names_of_module(module).get("__file__") if issubclass(type(module), ModuleType) else None
    return file if type(file) is str else None
