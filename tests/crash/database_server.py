"""The PostgreSQL behind the collector of a run: its processes are killed like all others."""

from __future__ import annotations

import contextlib
import os
import random
import signal
from pathlib import Path

import psycopg

from tests.support.postgresql import PostgreSQLServer
from tests.support.waiting import wait_for


class DatabaseServer:
    """Keeps what it is given as a server in earnest does, and is started again by `restart`."""

    def __init__(self) -> None:
        self._server = PostgreSQLServer(fsync="on", full_page_writes="on", autovacuum="on")
        self._server.make()
        self._server.start()
        self.url = self._server.url()

    @property
    def runs(self) -> bool:
        """Whether its first process is there."""
        return self._server.process is not None and self._server.process.poll() is None

    def pids(self) -> list[int]:
        """The processes that serve a connection."""
        if not self.runs:
            return []
        assert self._server.process is not None
        found = []
        for pid in _children(self._server.process.pid):
            with contextlib.suppress(OSError):
                if b"[local]" in (line := Path(f"/proc/{pid}/cmdline").read_bytes()) or b"127.0.0.1" in line:
                    found.append(pid)
        return found

    def kill_backend(self, luck: random.Random) -> bool:
        """End the process of one connection, after which the server ends all others and recovers by itself."""
        pids = self.pids()
        if not pids:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(luck.choice(pids), signal.SIGKILL)
        return True

    def kill(self) -> bool:
        """End it as a power cut would."""
        if not self.runs:
            return False
        self._server.kill()
        return True

    def restart(self) -> None:
        """Back when it takes connections, whoever of it was killed."""
        if not self.runs:
            self._server.start()
        wait_for(self._answers, "PostgreSQL", 60)

    def close(self) -> None:
        self._server.remove()

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError):
            return bool(self._server.execute("SELECT 1"))
        return False


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def processes_under(pid: int) -> list[int]:
    """A process and those that it has forked."""
    try:
        return [pid, *_children(pid)]
    except OSError:
        return []
