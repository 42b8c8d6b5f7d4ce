"""One life of a kernel, from its start to its end: under which session it counts, and how its cells went."""

import os
import time

from ...event import public_session

KEPT_EVERY = 10.0
"""Seconds between two times at which the counts of a session that goes on are kept."""


class KernelSession:
    """Counts cells, and knows when there is something new to be kept."""

    def __init__(self) -> None:
        self.id = public_session(os.urandom(16).hex())
        """The public id: that under which the hook in the kernel reports, once there is one."""
        self.is_hooks = False
        """Whether it is."""
        self.kept_as = ""
        """The id under which it was kept last; empty before."""
        self.good = self.failed = 0
        self._kept: tuple[int, int] = (0, 0)
        self._kept_at = 0.0

    def is_due(self, last: bool = False) -> bool:
        """Whether it is to be kept now; if so, it is taken that it is. `last` when there will be no later time."""
        counts, now = (self.good, self.failed), time.monotonic()
        if counts == self._kept or (self._kept_at and not last and now - self._kept_at < KEPT_EVERY):
            return False
        self._kept, self._kept_at = counts, now
        return True
