"""The thread that makes events of snapshots, in slices so short that the reader's code does not notice.

Because of the GIL a worker that computes for 80 ms makes a reply of 25 ms one of 66; in slices of 0.5 ms with a sleep
between it leaves the reply at 25 (docs/decisions.md).
"""

import os
import threading
import time
from collections import deque
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


class Worker:
    """One daemon thread that sleeps until there is something to do; made before the first error."""

    def __init__(self, work: Work, faults: Faults, name: str = "errreport-worker") -> None:
        self.dropped = 0
        self._work = work
        self._faults = faults
        self._name = name
        self._fresh()

    def _fresh(self) -> None:
        self._items: Deque[Any] = deque()
        self._change = threading.Condition()
        self._hurry = threading.Event()
        self._working = False
        """Whether an item is in work that is no longer in `_items`."""
        self._thread: Optional[threading.Thread] = None
        self._pid = os.getpid()

    def start(self) -> None:
        """Make the thread; a forked child makes its own and leaves its parent's items to the parent."""
        if self._pid != os.getpid():
            self._fresh()
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def submit(self, item: Any) -> None:
        """Hand over one item; takes microseconds."""
        if self._thread is None or self._pid != os.getpid():
            self.start()
        with self._change:
            if len(self._items) >= CAPACITY:
                self._items.popleft()
                self.dropped += 1
            self._items.append(item)
            self._change.notify_all()

    def discard(self) -> int:
        """Forget what waits; returns how many items that were."""
        with self._change:
            count = len(self._items)
            self._items.clear()
            return count

    @property
    def waiting(self) -> int:
        """Items that are not done yet."""
        return len(self._items) + self._working

    def finish(self, timeout: float) -> bool:
        """Do what waits now, without pauses; False when `timeout` seconds were not enough."""
        if self._pid != os.getpid() or self._thread is None:
            return True
        deadline = time.monotonic() + timeout
        self._hurry.set()
        try:
            with self._change:
                while self.waiting and self._thread.is_alive():
                    remaining = deadline - time.monotonic()
                    if remaining <= 0:
                        return False
                    self._change.wait(remaining)
            return not self.waiting
        finally:
            self._hurry.clear()

    def _run(self) -> None:
        """Sleep until something comes; wait for the kernel's reply to be out; then work until nothing is left."""
        while True:
            with self._change:
                while not self._items:
                    self._change.wait()
            self._hurry.wait(START_DELAY)
            while self._items:
                self._turn()

    def _turn(self) -> None:
        """Take one item and handle it."""
        with self._change:
            if not self._items:  # discarded meanwhile
                return
            item = self._items.popleft()
            self._working = True
        with self._faults:
            self._slices(self._work(item))
        with self._change:
            self._working = False
            self._change.notify_all()

    def _slices(self, steps: Iterator[None]) -> None:
        """Run a generator to its end, with a pause after every half millisecond of work."""
        started = time.perf_counter()
        for _ in steps:
            if time.perf_counter() - started > SLICE:
                self._hurry.wait(PAUSE)
                started = time.perf_counter()
