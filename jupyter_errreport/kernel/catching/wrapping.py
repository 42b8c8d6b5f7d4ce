"""Something of ours before the method of one object, in a way that others can stand before and behind."""

import types
from typing import Any, Callable, Dict, Optional

from ...slots import mro_of


class Wrapping:
    """Calls `replacement(shown, ...)` in place of `owner.name(...)`, with what would be called without us as `shown`.

    Nothing is ever put back over what somebody else has put there since: what is left then only passes on.
    """

    def __init__(self, owner: Any, name: str, replacement: Callable[..., Any]) -> None:
        self.owner = owner
        self._name = name
        self._replacement = replacement
        self._own: Any = None
        self._method: Optional[types.MethodType] = None

    def put(self) -> None:
        """Stand before what is there now. Raises AttributeError for an object that takes no attributes."""
        own = _attributes(self.owner).get(self._name)

        def wrapper(owner: Any, *args: Any, **kwargs: Any) -> Any:
            # Looked up at each call: a class that is patched later is patched behind us as well.
            shown = own if own is not None else _of_class(owner, self._name)
            if self._method is not method:
                return shown(*args, **kwargs)
            return self._replacement(shown, *args, **kwargs)

        method = types.MethodType(wrapper, self.owner)
        setattr(self.owner, self._name, method)
        self._own, self._method = own, method

    def take_away(self) -> None:
        """Give the method back, unless somebody else stands before us."""
        method, self._method = self._method, None
        if method is None or _attributes(self.owner).get(self._name) is not method:
            return
        if self._own is None:
            delattr(self.owner, self._name)
        else:
            setattr(self.owner, self._name, self._own)


def _attributes(owner: Any) -> Dict[str, Any]:
    return getattr(owner, "__dict__", {})


def _of_class(owner: Any, name: str) -> Any:
    """The method that the object's class gives it, as if the object had none of its own."""
    for cls in mro_of(type(owner)):
        if name in vars(cls):
            found = vars(cls)[name]
            bind = getattr(type(found), "__get__", None)
            return bind(found, owner, type(owner)) if bind is not None else found
    raise AttributeError(name)
