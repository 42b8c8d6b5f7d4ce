"""Whether the reader lets errors go to each receiver: told and free to stop it (`notice`), or asked before (`ask`)."""

from contextlib import suppress
from typing import Sequence, Set, Tuple

from ..delivery import Destination
from ..delivery.choices import NO, YES, Choices

NOTICE, ASK = CONSENTS = ("notice", "ask")
ASKED = "asked"
"""Neither yes nor no yet."""


class Consent:
    """The configured rule, which a notebook can only make stricter, and what the reader has answered."""

    def __init__(self) -> None:
        self.choices = Choices()
        self._asks_of_all = False
        self._asks_of: Set[Tuple[str, str]] = set()

    def ask_for_all(self) -> None:
        """Nothing leaves for any receiver before the reader said yes."""
        self._asks_of_all = True

    def ask_for(self, destination: Destination) -> None:
        """Nothing leaves for this one before the reader said yes."""
        self._asks_of.add(destination.identity)

    def state_of(self, destination: Destination) -> str:
        """`yes`, `no`, or `asked`. A no holds even where nobody would have asked."""
        choice = self.choices.of(destination)
        if choice:
            return choice
        return ASKED if self._asks_of_all or destination.identity in self._asks_of else YES

    def lets_go(self, destination: Destination) -> bool:
        """Whether something may leave for this receiver now."""
        return self.state_of(destination) == YES

    def asked(self, destinations: Sequence[Destination]) -> Sequence[Destination]:
        """Those of which the reader is still to say something."""
        return [destination for destination in destinations if self.state_of(destination) == ASKED]

    def answer(self, destinations: Sequence[Destination], yes: bool) -> None:
        """Remember the reader's answer for these receivers, in this kernel at least."""
        for destination in destinations:
            with suppress(OSError):
                self.choices.choose(destination, YES if yes else NO)
