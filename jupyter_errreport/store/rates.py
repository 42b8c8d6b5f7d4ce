"""How much may happen in a while. What counts it a server brings; without that nothing is held."""

from typing import NamedTuple, Protocol

MINUTE, HOUR, DAY = 60, 3_600, 86_400


class Rate(NamedTuple):
    """So much in so many seconds."""

    name: str
    """What is counted."""
    most: int
    seconds: int


class Rates(Protocol):
    """Counts. Several threads may ask, and several processes of one server may count together."""

    is_shared: bool
    """Whether an answer may take a while: then it is not to be waited for on an event loop."""

    def grant(self, rate: Rate, whose: str, amount: int = 1) -> int:
        """How much of an amount may still be in this while; that much is counted."""

    def wait(self, rate: Rate, whose: str) -> float:
        """Seconds until this while is over."""


class NoRates:
    """For a server that nobody can flood."""

    is_shared = False

    def grant(self, rate: Rate, whose: str, amount: int = 1) -> int:
        """All of it."""
        return amount

    def wait(self, rate: Rate, whose: str) -> float:
        """Nobody has to wait."""
        return 0.0
