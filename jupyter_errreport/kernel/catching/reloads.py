"""Errors of modules that `%autoreload` reads anew, of which IPython only prints the traceback."""

import sys
from types import ModuleType
from typing import Any, Callable, Optional

from ...slots import names_of_module

_EXTENSION = "IPython.extensions.autoreload"
_NAME = "traceback"


class ReloadErrors:
    """Calls `failed(value, traceback)` with each that is shown; what is printed stays as it is."""

    def __init__(self, failed: Callable[[Any, Any], None]) -> None:
        self._failed = failed
        self._stand_in: Optional[_Traceback] = None

    def put(self) -> None:
        """Stand in the extension, if it is loaded; again and again costs nothing."""
        extension = sys.modules.get(_EXTENSION)
        if extension is None:
            return
        names = names_of_module(extension)
        found = names.get(_NAME)
        if type(found) is ModuleType:
            names[_NAME] = self._stand_in = _Traceback(found, self._failed)

    def take_away(self) -> None:
        """Give the extension back what it had, unless somebody else stands there."""
        stand_in, self._stand_in = self._stand_in, None
        extension = sys.modules.get(_EXTENSION)
        if stand_in is not None and extension is not None and names_of_module(extension).get(_NAME) is stand_in:
            names_of_module(extension)[_NAME] = stand_in.module


class _Traceback:
    """What the extension takes for the module `traceback`, by which it writes the text that it prints.

    Not its functions: one of ours among them would be a frame of the traceback that the reader sees.
    """

    def __init__(self, module: ModuleType, failed: Callable[[Any, Any], None]) -> None:
        self.module = module
        self._failed = failed

    def __getattr__(self, name: str) -> Any:
        return getattr(self.module, name)

    def format_exc(self, *args: Any, **kwargs: Any) -> Any:
        """Called while the error is handled."""
        _, value, traceback = sys.exc_info()
        self._failed(value, traceback)
        return self.module.format_exc(*args, **kwargs)
