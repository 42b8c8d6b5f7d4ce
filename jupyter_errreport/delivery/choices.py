"""What this user has decided for good: that nothing is reported at all, and yes or no for single receivers."""

import hashlib
import os
from typing import Any, Dict, Optional

from . import user_files
from .destination import JUPYTER, Destination

FILE = "choices.json"
YES, NO = "yes", "no"


class Choices:
    """A file of the user's, read again when another kernel has changed it. `refresh` looks; nothing else waits."""

    def __init__(self) -> None:
        self._content: Dict[str, Any] = {}
        self._version: Optional[object] = None

    def refresh(self) -> bool:
        """Look at the file; whether it has changed. What can't be read now is as it was."""
        try:
            found = os.stat(user_files.path_of(FILE))
        except OSError:
            return False
        version = found.st_mtime_ns, found.st_ino
        if version == self._version:
            return False
        self._content, self._version = user_files.read(FILE), version
        return True

    @property
    def has_receivers(self) -> bool:
        """Whether anything was decided about single receivers."""
        return bool(self._content.get("receivers"))

    @property
    def always_off(self) -> bool:
        """Whether nothing is to be reported by any kernel of this user."""
        return self._content.get("off") is True

    def of(self, destination: Destination) -> str:
        """`yes` or `no` for a receiver; empty when nothing was decided."""
        receivers = self._content.get("receivers")
        choice = receivers.get(_name(destination)) if isinstance(receivers, dict) else None
        return choice if choice in (YES, NO) else ""

    def choose(self, destination: Destination, choice: str) -> None:
        """Decide about a receiver. Raises OSError when it can't be remembered; yet it holds here."""
        self.refresh()
        receivers = self._content.get("receivers")
        known = receivers if isinstance(receivers, dict) else {}
        self._keep({**self._content, "receivers": {**known, _name(destination): choice}})

    def turn(self, off: bool) -> None:
        """Decide about all of them. Raises OSError, as `choose`."""
        self.refresh()
        if self.always_off != off:
            self._keep({**self._content, "off": off})

    def _keep(self, content: Dict[str, Any]) -> None:
        self._content = content
        user_files.write(FILE, content)


def _name(destination: Destination) -> str:
    """The same for a receiver whatever token is used, and no address: a webhook is a secret."""
    if destination.kind == JUPYTER:  # whichever server runs
        return JUPYTER
    text = "\x1f".join(destination.identity)
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()
