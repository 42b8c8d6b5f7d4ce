"""Which process has an event in hand, as the name of its file says, and whether that process is gone."""

import hashlib
import os
from typing import NamedTuple, Optional

STALE_SECONDS = 2 * 3_600
"""How long a claim holds whose process can't be looked at: one on another host, or on a system without /proc."""


class Owner(NamedTuple):
    """One process, told from one that later has the same number."""

    host: str
    """Hash of the host's name and of the space in which process numbers count (a container has its own)."""
    pid: int
    start: str
    """Hash of the moment at which it started and of the host's boot; `0` where that can't be found out."""

    def __str__(self) -> str:
        return f"{self.host}-{self.pid}-{self.start}"


NOBODY = Owner("0", 0, "0")
"""Stands on what everybody may take at once."""


class Processes:
    """Tells who this process is, and whether another still lives."""

    def __init__(self) -> None:
        self._this = NOBODY

    def this(self) -> Owner:
        """Who asks; found anew after a fork."""
        if self._this.pid != os.getpid():
            try:
                start = _start(os.getpid())
            except OSError:
                start = None
            self._this = Owner(_host(), os.getpid(), start or "0")
        return self._this

    def knows(self, owner: Owner) -> bool:
        """Whether `is_gone` can look at that process, and need not go by the time."""
        this = self.this()
        return owner in (NOBODY, this) or (owner.host == this.host and "0" not in (this.start, owner.start))

    def is_gone(self, owner: Owner, since: float, now: float) -> bool:
        """Whether what `owner` took at `since` is free again. Seconds since the epoch; a clock may have jumped."""
        this = self.this()
        if owner == NOBODY:
            return True
        if owner == this:
            return False
        if self.knows(owner):
            try:
                return _start(owner.pid) != owner.start
            except OSError:  # too many open files: not known is not gone
                return False
        return abs(now - since) > STALE_SECONDS


def _host() -> str:
    name = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    try:
        space = os.readlink("/proc/self/ns/pid")
    except OSError:
        space = ""
    return _short(f"{name} {space}")


def _start(pid: int) -> Optional[str]:
    """When a process of this host started; None when there is none of this number, or only what is left of it.

    Raises OSError when it can't be found out.
    """
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()  # the name before it may hold anything
        with open("/proc/sys/kernel/random/boot_id", "rb") as file:
            boot = file.read().strip()
    except (FileNotFoundError, ProcessLookupError):
        return None
    if len(fields) < 20 or fields[0] in (b"Z", b"X"):  # killed, and not yet waited for by its parent
        return None
    return _short(f"{boot!r} {fields[19]!r}")  # field 22 of proc(5): clock ticks since the boot


def _short(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=4).hexdigest()
