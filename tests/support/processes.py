"""Processes that live and die as a test says, for the spool's `Processes`."""

from __future__ import annotations

from jupyter_errreport.delivery.owner import NOBODY, Owner, Processes


class Told(Processes):
    """One process among those that a test made."""

    def __init__(self, pid: int, living: set[int]) -> None:
        super().__init__()
        self.living = living
        self.pid = pid
        living.add(pid)

    def this(self) -> Owner:
        return Owner("aaaa", self.pid, "bbbb")

    def is_gone(self, owner: Owner, since: float, now: float) -> bool:
        return owner == NOBODY or owner.pid not in self.living
