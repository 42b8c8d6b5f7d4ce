"""The time by which errors are known: of a clock that the user's code can't stop, move or replace.

Notebooks freeze the time to test with it, some (freezegun) in every module that is loaded, some (time-machine) inside
`time.time` itself. So the moment at which the hook came is kept, with a clock that only counts on, to which no module's
name leads.
"""

import os
import time
from contextlib import suppress
from functools import partial
from typing import Any, Callable, Optional

DOUBT = 1.0
"""Seconds by which `time.time` may differ from the system's clock before it is taken for a replacement."""


class Clock:
    """Gives seconds since the epoch; does not see when somebody sets the system's clock."""

    def __init__(self, now: Optional[Callable[[], float]] = None, steady: Optional[Callable[[], float]] = None) -> None:
        self._steady = steady or _steady_clock()
        # An instance's, since freezegun looks through the names of modules.
        self._offset = (now or _now)() - self._steady()

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._offset + self._steady()


def _steady_clock() -> Callable[[], float]:
    """What counts on while the machine sleeps, too, where the system has such a clock."""
    for name in ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC"):  # Linux; macOS
        with suppress(AttributeError, OSError):
            clock: Any = partial(time.clock_gettime, getattr(time, name))
            clock()
            return clock  # type: ignore[no-any-return]
    return time.monotonic


def _now() -> float:
    """What `time.time` says, or the system itself where somebody has replaced it before we came."""
    now = float(time.time())
    with suppress(OSError):
        ends = os.pipe()  # a new one carries the time
        try:
            system = os.fstat(ends[0]).st_mtime
        finally:
            for end in ends:
                os.close(end)
        if system and abs(system - now) > DOUBT:
            return system
    return now


CLOCK = Clock()
