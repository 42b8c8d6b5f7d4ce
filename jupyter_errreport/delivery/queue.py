"""Between those who have events and those who take them: one lane a destination, over a spool.

What lanes and spool are made of is imported with the first event: a kernel in which nothing fails can spare it.
"""

import os
import threading
import time
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional, Sequence, Tuple

from ..event import EventMessageType, encode
from .destination import JUPYTER, Destination

if TYPE_CHECKING:
    from .engine import Patience
    from .lane import Lane
    from .spool import Leftover, Spool
    from .spool_source import Hints


def _always() -> bool:
    return True


def _lets_all_go(destination: Destination) -> bool:
    return True


class DeliveryQueue:
    """The lanes of one process, by destination. A forked child begins with empty ones: the events are its parent's."""

    def __init__(
        self, make_spool: "Optional[Callable[[], Spool]]" = None, patience: "Optional[Patience]" = None
    ) -> None:
        self.on_answered: Callable[[Destination, Hints], None] = lambda destination, hints: None
        """Called on a lane's thread when a receiver has answered, with its hints for our own events."""
        self._make_spool = make_spool
        """None for a spool in memory."""
        self._patience = patience
        self._fresh()

    def _fresh(self) -> None:
        self._spool: Optional[Spool] = None
        self._lock = threading.RLock()
        self._lanes: Dict[Tuple[str, str], Lane] = {}
        self._adopted: Dict[str, Lane] = {}
        self._pid = os.getpid()

    @property
    def spool(self) -> "Spool":
        """Where the events are kept."""
        with self._lock:
            if self._spool is None:
                from .spool import Spool

                self._spool = (self._make_spool or Spool)()
            return self._spool

    def submit(
        self,
        event: EventMessageType,
        destination: Destination,
        wanted: Callable[[], bool] = _always,
        errors: Optional[int] = None,
    ) -> None:
        """Spool one event, on disk when this returns, and have it sent; if it is still `wanted` by then.

        The figures count it as `errors`: none for one that is sent again with more to say; by default its own count.
        """
        lane = self._lane(destination, again=False)
        count = event.get("count", 1) if errors is None else errors
        lane.put(destination, event.get("event_id", ""), count, encode(event), wanted)

    def leave(self, event: EventMessageType, destination: Destination) -> None:
        """Spool one event of a process that is gone, for whoever adopts such."""
        item, _ = self.spool.put(destination, event["event_id"], event.get("count", 1), encode(event), ())
        item.box.release(item.entry)

    def adopt(self, here: Sequence[Destination], lets_go: Callable[[Destination], bool] = _lets_all_go) -> bool:
        """Send what processes of this user left that are gone, each event to where it was to go.

        What is for a Jupyter server waits for a kernel that has one; `here` are this kernel's own destinations. What
        may not leave, as `lets_go` says, stays. Returns whether there may be more, to be adopted when this is sent.
        """
        more = False
        for leftover in self.spool.leftovers():
            lane = self._lane_for(leftover, here) if lets_go(leftover.destination) else None
            if lane is not None:
                lane.adopt(leftover.items)
                more = more or leftover.may_be_more
        return more

    def tell_session(self, destination: Destination, cells: Tuple[int, int] = (0, 0)) -> None:
        """Tell a collector that a session has begun, and how many cells went well and failed. Returns at once."""
        self._lane(destination).tell_session(cells)

    def flush(self, timeout: float) -> bool:
        """Send what waits, for at most `timeout` seconds altogether; False when something is left."""
        deadline = time.monotonic() + timeout
        lanes = self.lanes()
        for lane in lanes:
            lane.hurry()  # all at once, not one after another
        done = [lane.flush(deadline) for lane in lanes]
        return all(done)

    def discard(self) -> int:
        """Delete what waits of this process, and leave what it adopted to others; returns how many errors it had."""
        for lane in self.adopted():
            lane.discard()
        return sum(lane.discard() for lane in self.lanes())

    def close(self, timeout: float) -> bool:
        """Flush, then end the threads and let others have what is not sent."""
        deadline = time.monotonic() + timeout
        done = self.flush(timeout)
        for lane in self.lanes() + self.adopted():
            lane.close(deadline)
        return done

    def lanes(self) -> "List[Lane]":
        """The lanes to this process's own destinations, in the order of their first event."""
        with self._lock:
            return list(self._lanes.values()) if self._pid == os.getpid() else []

    def adopted(self) -> "List[Lane]":
        """The lanes to destinations of processes that are gone and that this process does not have."""
        with self._lock:
            return list(self._adopted.values()) if self._pid == os.getpid() else []

    def status(self) -> List[Dict[str, Any]]:
        """The figures of each lane. `identity` may be a secret (a webhook): it is for telling lanes apart."""
        return [
            {
                "identity": lane.destination.identity,
                "sent": lane.sent,
                "duplicate": lane.duplicate,
                "waiting": lane.waiting,
                "rejected": lane.rejected,
                "dropped": lane.dropped,
                "problem": lane.problem,
            }
            for lane in self.lanes()
        ]

    def _lane(self, destination: Destination, again: bool = True) -> "Lane":
        if self._pid != os.getpid():
            self._fresh()
        with self._lock:
            lane = self._lanes.get(destination.identity)
            if lane is None:
                lane = self._lanes[destination.identity] = self._new(destination)
            lane.readdress(destination, again)
            for other in (lane, *self._adopted.values()):
                _give_key(other, destination)
            return lane

    def _lane_for(self, leftover: "Leftover", here: Sequence[Destination]) -> "Optional[Lane]":
        """The lane of this process that has the same receiver and rights, or one for this alone."""
        from .spool import LOCAL, key_of

        for destination in here:
            if key_of(destination) == leftover.key:
                return self._lane(destination)
        if leftover.key == LOCAL or leftover.destination.kind == JUPYTER:
            return None
        with self._lock:
            lane = self._adopted.get(leftover.key)
            if lane is None:
                lane = self._adopted[leftover.key] = self._new(leftover.destination)
            for destination in here:
                _give_key(lane, destination)
            return lane

    def _new(self, destination: Destination) -> "Lane":
        from .lane import Lane

        lane = Lane(destination, self.spool, self._patience)

        def answered(hints: "Hints") -> None:
            for other in self.lanes() + self.adopted():
                if other is not lane and other.destination.identity == lane.destination.identity:
                    other.hope()
            self.on_answered(lane.destination, hints)

        lane.on_answered = answered
        return lane


def _give_key(lane: "Lane", destination: Destination) -> None:
    """Have a lane to the same receiver know the key of this notebook, for what was spooled when there was none."""
    if destination.token and destination.notebook and lane.destination.identity == destination.identity:
        lane.take_key(destination.notebook, destination.token)
