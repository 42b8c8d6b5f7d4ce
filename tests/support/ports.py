"""Ports that no other program is given, however many tests run at once.

Whoever starts a kernel chooses its ports and lets them go again, for the kernel to take them a second later: by then
the system may have given one of them to somebody else. These ports are below those that the system gives, and each is
given once in some thousand times, to whichever process of this machine asks.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
from pathlib import Path

FIRST, COUNT = 10_000, 10_000
_TAKEN = Path(f"/tmp/errreport-ports-{os.getuid()}")
"""How many were given. Not in TMPDIR: it is the same for all processes."""


def take_port(ip: str = "127.0.0.1") -> int:
    """The next port that is free."""
    with _TAKEN.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        taken = int(file.read() or 0)
        while True:
            port = FIRST + taken % COUNT
            taken += 1
            with contextlib.suppress(OSError), socket.socket() as tried:
                tried.bind((ip, port))
                break
        file.truncate(0)
        file.write(str(taken))
    return port


def give_to_kernels() -> None:
    """From now on the kernels that this process starts get such ports."""
    from jupyter_client.connect import LocalPortCache

    LocalPortCache.find_available_port = lambda self, ip: take_port(ip)  # type: ignore[method-assign]
