"""Equal errors in quick succession: the first goes at once, its repeats in the next 30 s are one more event.

So a loop that fails 10,000 times a minute makes four events, whose counts add up to 10,000. No event stands for more
than `COUNT_LIMIT` errors: what would is several, so that a receiver can refuse larger counts as made up.
"""

import os
import threading
import time
from collections import OrderedDict
from typing import Callable, Generic, Hashable, List, NamedTuple, Optional, Tuple, TypeVar

from ..contract import COUNT_LIMIT

WINDOW = 30.0
"""Seconds from the first error during which its repeats are gathered."""
WINDOWS = 100
"""Different errors that are watched at once; of more than these the oldest ends its gathering early."""

T = TypeVar("T")


class Times(NamedTuple):
    """When the first and the last of some errors happened, in seconds since the epoch."""

    first: float
    last: float


class _Window(Generic[T]):
    """The time after one error, and what was gathered in it."""

    __slots__ = ("count", "ends", "first", "times")

    def __init__(self, ends: float) -> None:
        self.ends = ends
        self.first: Optional[T] = None
        self.count = 0
        self.times = Times(0.0, 0.0)

    def gather(self, thing: T, times: Times, count: int) -> None:
        """One more; what was gathered before may come later than what happened after it."""
        if self.first is None:
            self.first, self.times = thing, times
        else:
            self.times = Times(min(self.times.first, times.first), max(self.times.last, times.last))
        self.count += count

    def emptied(self) -> List[Tuple[T, int, Times]]:
        """What was gathered, as one, if anything was; nothing of it is left here."""
        if self.first is None:
            return []
        gathered = [(self.first, self.count, self.times)]
        self.first, self.count = None, 0
        return gathered


class Folding(Generic[T]):
    """Gathers repeats of things that are equal by a key. May be used by any thread; a forked child begins anew."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._fresh()

    def _fresh(self) -> None:
        self.seen = 0
        """Errors that came in."""
        self._windows: OrderedDict[Hashable, _Window[T]] = OrderedDict()
        self._full: List[Tuple[T, int, Times]] = []
        self._lock = threading.Lock()
        self._pid = os.getpid()

    def passes(self, key: Hashable, thing: T, times: Times, count: int = 1) -> bool:
        """Whether this one goes on at once; else it is gathered, and `due` has it later.

        It stands for `count` errors, which happened at `times`. What stands for several was gathered before: it opens
        no window.
        """
        if self._pid != os.getpid():
            self._fresh()
        now = self._clock()
        with self._lock:
            self.seen += count
            window = self._windows.get(key)
            if window is not None and now >= window.ends:
                self._end(key)
                window = None
            if window is None:
                if count == 1:
                    if len(self._windows) >= WINDOWS:
                        self._end(next(iter(self._windows)))
                    self._windows[key] = _Window(now + WINDOW)
                return True
            if window.count + count > COUNT_LIMIT:
                self._full += window.emptied()
            window.gather(thing, times, count)
            return False

    def due(self, everything: bool = False) -> List[Tuple[T, int, Times]]:
        """The first of the repeats, how many they are and when they were, where the time is over; or `everything`."""
        if self._pid != os.getpid():
            self._fresh()
        now = self._clock()
        with self._lock:
            for key in [key for key, window in self._windows.items() if everything or now >= window.ends]:
                self._end(key)
            full, self._full = self._full, []
            return full

    def discard(self) -> int:
        """Forget what was gathered; returns how many errors."""
        return sum(count for _, count, _ in self.due(everything=True))

    @property
    def waiting(self) -> int:
        """Errors that are gathered and did not go on yet."""
        with self._lock:
            return sum(w.count for w in self._windows.values()) + sum(count for _, count, _ in self._full)

    @property
    def next_due(self) -> Optional[float]:
        """When the next fold is due, by the clock; None when nothing was gathered."""
        with self._lock:
            if self._full:
                return self._clock()
            # All windows are of the same length: the first that gathered anything ends first.
            return next((window.ends for window in self._windows.values() if window.count), None)

    def _end(self, key: Hashable) -> None:
        self._full += self._windows.pop(key).emptied()
