"""The thread that makes events of snapshots, in slices so short that the reader's code does not notice.

Because of the GIL a worker that computes for 80 ms makes a reply of 25 ms one of 66; in slices of 0.5 ms with a sleep
between it leaves the reply at 25 (docs/decisions.md).
"""

import os
import threading
import time
from collections import deque
from contextlib import suppress
from typing import Any, Callable, Deque, Iterator, Optional

from .faults import Faults

START_DELAY = 0.05
"""Seconds before work begins: the kernel sends its reply first."""
SLICE = 0.0005
PAUSE = 0.001
CAPACITY = 1_000
"""Snapshots that may wait; the oldest is dropped and counted."""

Work = Callable[[Any], Iterator[None]]
"""Handles one item; a generator, which yields wherever it may be paused."""


def _one(item: Any) -> int:
    return 1


class Worker:
    """One daemon thread that sleeps until there is something to do; made before the first error."""

    def __init__(
        self,
        work: Work,
        faults: Faults,
        chores: Callable[[], Iterator[None]] = lambda: iter(()),
        weight: Callable[[Any], int] = _one,
        name: str = "errreport-worker",
    ) -> None:
        self.dropped = 0
        """Errors whose snapshots had to make room."""
        self.failed = 0
        """Errors of which a fault of our own let no event come."""
        self._work = work
        self._chores = chores
        """What is done at the time that `wake_at` was told, once nothing else is left."""
        self._weight = weight
        """How many errors an item stands for."""
        self._faults = faults
        self._name = name
        self._fresh()

    def _fresh(self) -> None:
        self._items: Deque[Any] = deque()
        self._change = threading.Condition()
        self._hurry = threading.Event()
        self._working: Optional[Any] = None
        """The item in work, which is no longer in `_items`."""
        self._alarm: Optional[float] = None
        self._busy_with_chores = False
        self._thread: Optional[threading.Thread] = None
        self._pid = os.getpid()

    def start(self) -> None:
        """Make the thread; a forked child makes its own and leaves its parent's items to the parent.

        Where none can be made now, it is tried again with whatever comes next.
        """
        if self._pid != os.getpid():
            self._fresh()
        if self._thread is None or not self._thread.is_alive():
            self._thread = None
            thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            with suppress(RuntimeError):  # as many as there may be, or the end of Python
                thread.start()
                self._thread = thread

    def submit(self, item: Any) -> None:
        """Hand over one item; takes microseconds."""
        if self._thread is None or self._pid != os.getpid():
            self.start()
        with self._change:
            if len(self._items) >= CAPACITY:
                self.dropped += self._weight(self._items.popleft())
            self._items.append(item)
            self._change.notify_all()

    def wake_at(self, moment: Optional[float]) -> None:
        """Have the chores done at `moment` (monotonic), or sooner if an earlier one is set; None for never."""
        if moment is None or self._pid != os.getpid():
            return
        with self._change:
            if self._alarm is None or moment < self._alarm:
                self._alarm = moment
                self._change.notify_all()

    def discard(self) -> int:
        """Forget what waits; returns how many errors that were."""
        with self._change:
            count = sum(self._weight(item) for item in self._items)
            self._items.clear()
            return count

    @property
    def waiting(self) -> int:
        """Errors of which the events are not made yet."""
        if self._pid != os.getpid():
            return 0
        with self._change:
            items = list(self._items) if self._working is None else [self._working, *self._items]
            return sum(self._weight(item) for item in items)

    def finish(self, timeout: float) -> bool:
        """Do what waits now, without pauses; False when `timeout` seconds were not enough."""
        if self._pid != os.getpid():
            return True
        if self._thread is None and (self._items or self._seconds_left() == 0):
            self.start()
        if self._thread is None:
            return not self._items
        deadline = time.monotonic() + timeout
        self._hurry.set()
        try:
            with self._change:
                while self._is_busy() and self._thread.is_alive():
                    remaining = deadline - time.monotonic()
                    if remaining <= 0:
                        return False
                    self._change.wait(remaining)
                return not self._is_busy()
        finally:
            self._hurry.clear()

    def _is_busy(self) -> bool:
        return bool(self._items) or self._working is not None or self._busy_with_chores or self._seconds_left() == 0

    def _seconds_left(self) -> Optional[float]:
        """Until the chores are due; None when they are not."""
        return None if self._alarm is None else max(0.0, self._alarm - time.monotonic())

    def _run(self) -> None:
        """Sleep until something comes or the chores are due.

        What comes waits until the kernel's reply is out; then work until nothing is left, then the chores.
        """
        _be_patient()
        while True:
            with self._change:
                while not self._items and self._seconds_left() != 0:
                    self._change.wait(self._seconds_left())
                came = bool(self._items)
            if came:
                self._hurry.wait(START_DELAY)
            while self._items:
                self._turn()
            self._do_chores()

    def _turn(self) -> None:
        """Take one item and handle it."""
        with self._change:
            if not self._items:  # discarded meanwhile
                return
            item = self._working = self._items.popleft()
        done = False
        with self._faults:
            self._slices(self._work(item))
            done = True
        with self._change:
            self.failed += 0 if done else self._weight(item)
            self._working = None
            self._change.notify_all()

    def _do_chores(self) -> None:
        with self._change:
            if self._seconds_left() != 0:
                return
            self._alarm = None
            self._busy_with_chores = True
        with self._faults:
            self._slices(self._chores())
        with self._change:
            self._busy_with_chores = False
            self._change.notify_all()

    def _slices(self, steps: Iterator[None]) -> None:
        """Run a generator to its end, with a pause after every half millisecond of work."""
        started = time.perf_counter()
        for _ in steps:
            if time.perf_counter() - started > SLICE:
                self._hurry.wait(PAUSE)
                started = time.perf_counter()


def _be_patient() -> None:
    """Have this thread, and those that it makes, not push the one off its processor that wakes it: a cell's.

    Linux alone has that (SCHED_BATCH in sched(7)): no lower priority, which would keep the interpreter's lock for long.
    """
    if hasattr(os, "SCHED_BATCH"):
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
