"""To whom it is sent."""

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

from ..outcome import Outcome

Q = TypeVar("Q", contravariant=True)
"""What it can take; who takes any parcel takes those of a source too, which know more."""


class Receiver(ABC, Generic[Q]):
    """Whoever takes what a source hands out. For one thread at a time."""

    pause = 0.0
    """Seconds between two parcels that it took."""

    @abstractmethod
    def send(self, parcel: Q, timeout: float) -> Outcome:
        """Send it, and say what became of it; an answer has `timeout` seconds. Never raises."""

    def close(self) -> None:
        """Keep no connection open; the next `send` makes another."""
