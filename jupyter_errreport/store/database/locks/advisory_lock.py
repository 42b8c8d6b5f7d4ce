"""A lock between all processes that use a PostgreSQL database: its server gives it back when the connection ends."""

import contextlib
import hashlib
import threading
from collections.abc import Callable
from typing import Any

import psycopg

_CLASS = 1_701_999_205
"""What tells our locks from those of other programs in the same database: "erre"."""
WRITING = f"{_CLASS}, 0"
"""The lock that a transaction holds which writes."""

Connect = Callable[[], "psycopg.Connection[Any]"]


class AdvisoryLock:
    """Held by a connection of its own, which is kept for the next time."""

    def __init__(self, connect: Connect, purpose: str) -> None:
        digest = hashlib.blake2b(purpose.encode(), digest_size=3).digest()
        self._key = (_CLASS, 1 + int.from_bytes(digest, "big"))
        self._connect = connect
        self._connection: psycopg.Connection[Any] | None = None
        self._taken = False
        self._released = threading.Event()

    def take(self, wait: bool) -> bool:
        """See `Lock`."""
        self._released.clear()
        try:
            if self._connection is None or self._connection.closed:
                self._connection = self._connect()
            if self._released.is_set():
                return False
            if wait:
                self._connection.execute("SELECT pg_advisory_lock(%s, %s)", self._key)
                self._taken = True
                if self._released.is_set():
                    self.release()
            else:
                row = self._connection.execute("SELECT pg_try_advisory_lock(%s, %s)", self._key).fetchone()
                self._taken = bool(row and row[0])
        except psycopg.Error:  # no server, or `release` while this waited
            self._close()
        return self._taken

    def release(self) -> None:
        """See `Lock`."""
        self._released.set()
        connection, taken = self._connection, self._taken
        if connection is None or connection.closed:
            return
        try:
            if taken:
                connection.execute("SELECT pg_advisory_unlock(%s, %s)", self._key)
                self._taken = False
            else:
                connection.cancel()
        except psycopg.Error:  # then it is given back already
            self._close()

    def close(self) -> None:
        """Give it back, for good."""
        self.release()
        self._close()

    @property
    def is_held(self) -> bool:
        """See `Lock`. Asks the server, since a lock ends with its connection."""
        if not self._taken or self._connection is None:
            return False
        try:
            self._connection.execute("SELECT 1")
        except psycopg.Error:
            self._close()
        return self._taken

    def __enter__(self) -> "AdvisoryLock":
        """See `Lock`."""
        self.take(wait=True)
        return self

    def __exit__(self, *exc: object) -> None:
        self.release()

    def _close(self) -> None:
        self._taken = False
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
