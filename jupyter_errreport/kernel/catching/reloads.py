"""Errors of modules that `%autoreload` reads anew, of which IPython only prints the traceback."""

import sys
from types import ModuleType
from typing import Any, Callable, Dict, Iterator

from ...slots import names_of_module

_EXTENSIONS = ("IPython.extensions.autoreload", "autoreload")
"""What the extension is called; the second by IPython 7 and older, which have its folder on the path."""
_MARK, _NAME = "ModuleReloader", "traceback"


class ReloadErrors:
    """Calls `failed(value, traceback)` with each that is shown; what is printed stays as it is."""

    def __init__(self, failed: Callable[[Any, Any], None]) -> None:
        self.failed = failed

    def put(self) -> None:
        """Stand in the extension, if it is loaded; again and again costs nothing."""
        for names in _loaded():
            found = names.get(_NAME)
            if type(found) is ModuleType:
                names[_NAME] = _Traceback(found, self)

    def take_away(self) -> None:
        """Give the extension back what it had, unless somebody else stands there."""
        for names in _loaded():
            found = names.get(_NAME)
            if type(found) is _Traceback and found.owner is self:
                names[_NAME] = found.module


def _loaded() -> Iterator[Dict[str, Any]]:
    """The names of the extension, where it is loaded."""
    for name in _EXTENSIONS:
        extension = sys.modules.get(name)
        if extension is not None and issubclass(type(extension), ModuleType):
            names = names_of_module(extension)
            if _MARK in names:
                yield names


class _Traceback:
    """What the extension takes for the module `traceback`, by which it writes the text that it prints.

    Not its functions: one of ours among them would be a frame of the traceback that the reader sees.
    """

    def __init__(self, module: ModuleType, owner: ReloadErrors) -> None:
        self.module = module
        self.owner = owner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.module, name)

    def format_exc(self, *args: Any, **kwargs: Any) -> Any:
        """Called while the error is handled."""
        _, value, traceback = sys.exc_info()
        self.owner.failed(value, traceback)
        return self.module.format_exc(*args, **kwargs)
