"""The hints that this user was shown before, for each receiver: known at once, and without a network."""

import threading
from typing import Any, Dict

from ..delivery import Destination, user_files
from ..delivery.outcome import Hint

KEPT = 500
"""Hints of one receiver; the ones that came first go first."""


class HintCache:
    """Files in Jupyter's data folder, read when first asked for. May be used by any thread."""

    def __init__(self) -> None:
        self._known: Dict[str, Dict[str, Hint]] = {}
        self._lock = threading.Lock()

    def find(self, destination: Destination, error: str) -> Hint:
        """What was last heard of an error from this receiver."""
        with self._lock:
            return self._of(_name(destination)).get(error, Hint())

    def keep(self, destination: Destination, error: str, hint: Hint) -> None:
        """Remember what was heard: a hint, or that there is none any more. Raises OSError."""
        name = _name(destination)
        with self._lock:
            known = self._of(name)
            if known.get(error, Hint()) == hint:
                return
            known = self._known[name] = _read(name)  # another kernel may have heard more
            known.pop(error, None)
            if hint.text:
                known[error] = hint
            for old in list(known)[:-KEPT]:
                del known[old]
            user_files.write(name, known)

    def _of(self, name: str) -> Dict[str, Hint]:
        if name not in self._known:
            self._known[name] = _read(name)
        return self._known[name]


def _read(name: str) -> Dict[str, Hint]:
    content = user_files.read(name)
    return {error: Hint(*hint) for error, hint in content.items() if _is_hint(hint)}


def _is_hint(value: Any) -> bool:
    return isinstance(value, list) and [type(part) for part in value] == [str, str]


def _name(destination: Destination) -> str:
    from ..delivery.spool import key_of  # not in the startup of a kernel in which nothing fails

    return f"hints/{key_of(destination)}.json"
