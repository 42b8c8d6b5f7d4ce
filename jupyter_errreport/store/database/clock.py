"""The writer's clock: every reading is later than the one before, whatever the machine's clock does."""

import time
from collections.abc import Callable

from ...event import rfc3339


class Clock:
    """Gives moments that differ by a microsecond at least, so that the order of arrival is never lost."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self.source = source
        """What it reads; another one tells of other times than now."""
        self._last = 0.0

    def now(self) -> float:
        """Seconds since the epoch. Call it on the writer's thread only."""
        self._last = max(self.source(), self._last + 0.000_002)
        return self._last

    @property
    def last(self) -> float:
        """The last reading, in seconds since the epoch."""
        return self._last

    def pass_by(self, moment: float) -> None:
        """Be later than this from now on: another process has read it."""
        self._last = max(self._last, moment)


clock = Clock()


def stamp() -> str:
    """Now, as text. Call it on the writer's thread only."""
    return rfc3339(clock.now())
