"""What an author's collector learns of a session beside its errors: how many cells went well, and how many failed.

It is told when the kernel has been idle for a while, and at the end: a handful of times however long a session is.
"""

import time
from typing import Callable, Optional, Tuple

FIRST_IDLE, LONGEST_IDLE = 30.0, 3_600.0
"""Seconds without a cell after which the counts are told: doubled each time."""


class SessionReport:
    """Counts on the thread that runs cells, in well under a microsecond; is asked by the worker when to tell."""

    def __init__(self, wake_at: Callable[[float], None], clock: Callable[[], float] = time.monotonic) -> None:
        self.good = self.failed = 0
        self.next_due: Optional[float] = None
        """When to ask `due` again, by the clock; None while there is nothing new."""
        self._wake_at = wake_at
        self._clock = clock
        self._idle = FIRST_IDLE
        self._ended_at = 0.0

    @property
    def cells(self) -> Tuple[int, int]:
        """How many cells went well, and how many failed."""
        return self.good, self.failed

    def cell_ended(self, failed: bool) -> None:
        """One more."""
        if failed:
            self.failed += 1
        else:
            self.good += 1
        self._ended_at = self._clock()
        if self.next_due is None:
            self.next_due = self._ended_at + self._idle
            self._wake_at(self.next_due)

    def due(self) -> bool:
        """Whether the counts are to be told now; if so, it is taken that they are."""
        now = self._clock()
        if self.next_due is None or now < self.next_due:
            return False
        if now < self._ended_at + self._idle:
            self.next_due = self._ended_at + self._idle
            return False
        self.next_due = None
        self._idle = min(self._idle * 2, LONGEST_IDLE)
        return True
