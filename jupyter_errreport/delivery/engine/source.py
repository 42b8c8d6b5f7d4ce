"""Where what is to be sent comes from."""

from abc import ABC, abstractmethod
from typing import Generic, Optional, TypeVar

from ..outcome import Outcome

P = TypeVar("P")
"""What a source hands out at once, and a receiver takes at once."""


class NotNow(Exception):  # noqa: N818 - the name says what is the case
    """What is due can't be handed out at the moment; the source keeps it and knows why."""


class Source(ABC, Generic[P]):
    """A queue of what waits for one receiver. May block: for the thread that takes turns.

    It hands out one parcel at a time. Then one of `answered` and `put_off` follows, unless the process is killed; what
    was handed out comes again then, to whoever opens the source next.
    """

    @abstractmethod
    def next(self) -> Optional[P]:
        """What comes next; None when nothing is due. Raises `NotNow`."""

    @abstractmethod
    def answered(self, parcel: P, outcome: Outcome) -> None:
        """The receiver has judged: acknowledge what it has, reject or dead-letter what it will never take.

        Called again with the same when it raised, before anything else is sent.
        """

    @abstractmethod
    def put_off(self, parcel: P, outcome: Outcome) -> bool:
        """The receiver has not judged: it comes again, ahead of what is newer.

        False when nobody wants it any more, so that there is nothing to wait for.
        """

    def due_in(self) -> Optional[float]:
        """Asked after `next` had nothing: in how many seconds it will; None when something must come in first."""
        return None

    def failed(self, error: Exception) -> Optional[float]:
        """A fault of this source's own or of what it is built on: keep it for who asks.

        Returns the seconds to wait at least, when it knows better than the engine.
        """
        return None
