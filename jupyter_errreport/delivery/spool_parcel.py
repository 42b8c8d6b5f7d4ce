"""What is taken from the spool for one request."""

from collections import deque
from typing import Deque, Iterable, List, Optional, Sequence, Tuple

from ..contract import BODY_LIMIT, LIMIT_PREFIX
from .destination import Destination
from .engine.parcel import Cells, Parcel
from .spool import Item, opened


class Waiting:
    """One event that no receiver has answered for."""

    __slots__ = ("box", "entry", "errors", "own")

    def __init__(self, item: Item, own: bool) -> None:
        self.box, self.entry = item
        self.errors = self.entry.errors
        self.own = own
        """Whether this process spooled it, and not one before it."""

    def goes_with(self, other: "Waiting") -> bool:
        """Whether both may be sent in one request: to the same receiver, with the same rights, for one session."""
        return self.box is other.box and self.entry.sender == other.entry.sender and self.own == other.own

    def ack(self) -> None:
        """Be done with it."""
        self.box.remove(self.entry)

    def reject(self, reason: str) -> None:
        """The receiver will never take it: kept as a dead letter, unless there were just too many."""
        if reason.startswith(LIMIT_PREFIX):
            self.box.reject(self.entry)
        else:
            self.box.dead_letter(self.entry)

    def release(self) -> None:
        """Send it no more: delete what is one's own, leave to others what is not."""
        if self.own:
            self.box.remove(self.entry)
        else:
            self.box.release(self.entry)


class SpoolParcel(Parcel):
    """Events of one sender, and where they go."""

    def __init__(
        self, items: List[Waiting], events: Sequence[bytes], destination: Destination, cells: Optional[Cells]
    ) -> None:
        super().__init__(events, cells)
        self.items = items
        self.destination = destination
        self.is_settled = False
        """Whether what the receiver answered has been kept."""


def taken(waiting: Iterable[Waiting], most: int) -> Tuple[List[Waiting], Deque[Waiting]]:
    """What one request may hold, `most` events, of those that go with the oldest; and the rest."""
    batch: List[Waiting] = []
    rest: Deque[Waiting] = deque()
    size = 0
    for item in waiting:
        fits = len(batch) < most and size + item.entry.size <= BODY_LIMIT
        if not batch or (fits and item.goes_with(batch[0])):
            batch.append(item)
            size += item.entry.size
        else:
            rest.append(item)
    return batch, rest


def claimed(items: Sequence[Waiting]) -> Tuple[List[Tuple[Waiting, bytes]], Optional[Destination]]:
    """Claim and read the files of events of one sender: those that no other process has, and where they go.

    Raises OSError when one can't be read.
    """
    found: List[Tuple[Waiting, bytes]] = []
    destination = None
    for item in items:
        try:
            item.entry = item.box.claim(item.entry)
        except FileNotFoundError:  # another process has it
            continue
        except OSError:  # a disk that became read-only: nobody else can claim it either
            pass
        try:
            destination, body = opened(item.box.read(item.entry), item.box.key)
        except FileNotFoundError:
            continue
        except ValueError:  # nothing that we wrote
            item.box.dead_letter(item.entry)
            continue
        found.append((item, body))
    return found, destination
