"""The keys of notebooks that had none yet when events of theirs were spooled."""

from collections import deque
from typing import Deque, Dict, Iterable

from .destination import Destination
from .spool import opened
from .spool_parcel import Waiting


class LateKeys:
    """By the name that an author gave a notebook, its token. Not for several threads at once."""

    def __init__(self) -> None:
        self._tokens: Dict[str, str] = {}
        self.are_new = False
        """Whether one has come, or something to which it may apply, since that was put in order by them."""

    def take(self, notebook: str, token: str) -> bool:
        """From now on this is the notebook's; False when that is known."""
        is_new = self._tokens.get(notebook) != token
        self._tokens[notebook] = token
        self.are_new = self.are_new or is_new
        return is_new

    def more_came(self) -> None:
        """Something waits that was not put in order yet."""
        self.are_new = bool(self._tokens)

    def used_for(self, destination: Destination) -> Destination:
        """The same with the key of its notebook; unless it has a token of its own."""
        return destination._replace(token=destination.token or self._tokens.get(destination.notebook, ""))

    def in_front(self, items: Iterable[Waiting]) -> "Deque[Waiting]":
        """First what can go with a token: it must not wait behind what a receiver refuses for want of one."""
        items = list(items)
        has_token: Dict[str, bool] = {}
        for item in items:  # events of one sender say the same of it
            if item.entry.sender not in has_token:
                try:
                    destination, _ = opened(item.box.read(item.entry), item.box.key)
                except (OSError, ValueError):  # the next one may tell
                    continue
                has_token[item.entry.sender] = bool(self.used_for(destination).token)
        self.are_new = False
        return deque(sorted(items, key=lambda item: not has_token.get(item.entry.sender, False)))
