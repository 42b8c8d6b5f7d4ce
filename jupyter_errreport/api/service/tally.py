"""What became of the events that arrived since a server started, counted by all of its processes."""

import mmap
import time
from collections.abc import Iterable
from typing import Any

from ...contract import EVENT_STATUSES
from ...event import rfc3339

STATUSES = (*EVENT_STATUSES, "failed")
_BYTES = 8


class Tallies:
    """Figures of several processes, in memory that they share: to be made before they fork.

    Each process writes a row of its own, so that none waits; the next one in its place counts on.
    """

    def __init__(self, processes: int = 1) -> None:
        self.since = rfc3339(time.time())
        self._memory = memoryview(mmap.mmap(-1, processes * len(STATUSES) * _BYTES)).cast("Q")

    def of(self, number: int) -> "Tally":
        """That of a process; the first is 0."""
        return Tally(self, number)

    def add(self, number: int, status: int) -> None:
        """Count one event of a process."""
        self._memory[number * len(STATUSES) + status] += 1

    def total(self, status: int) -> int:
        """Those of all processes."""
        return sum(self._memory[status :: len(STATUSES)])


class Tally:
    """Counts on the event loop. Every event that arrived is counted once, under what its sender was told."""

    def __init__(self, tallies: Tallies | None = None, number: int = 0) -> None:
        self._tallies = tallies or Tallies()
        self._number = number

    def add(self, statuses: Iterable[str]) -> None:
        """Count answers: `stored`, `duplicate`, `rejected`, or `failed` for a 503, after which clients send again."""
        for status in statuses:
            self._tallies.add(self._number, STATUSES.index(status))

    def shown(self) -> dict[str, Any]:
        """The figures of all processes for `status`: `events` is the sum of the others."""
        counts = {status: self._tallies.total(place) for place, status in enumerate(STATUSES)}
        return {"since": self._tallies.since, "events": sum(counts.values()), **counts}
