"""Hears, on a connection of its own, that another process has written news to a PostgreSQL database."""

import contextlib
import secrets
import threading
from collections.abc import Callable
from typing import Any

import psycopg

CHANNEL = "errreport"
LONGEST_WAIT = 1.0
"""Seconds after which it looks whether it should end."""
RETRY = 2.0
"""Seconds before it connects again when the server has gone."""


def new_name() -> str:
    """By which a process knows its own news."""
    return secrets.token_hex(8)


class Listener:
    """A thread from its making until `close`. After a lost connection it tells once, since something may be missed."""

    def __init__(self, connect: Callable[[], "psycopg.Connection[Any]"], own: str, tell: Callable[[], None]) -> None:
        self._connect, self._own, self._tell = connect, own, tell
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="errreport-listener", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._closing.set()
        self._thread.join(10 * LONGEST_WAIT)

    def _run(self) -> None:
        while not self._closing.is_set():
            with contextlib.suppress(psycopg.Error), self._connect() as connection:
                connection.execute(f"LISTEN {CHANNEL}")
                self._tell()
                while not self._closing.is_set():
                    heard = connection.notifies(timeout=LONGEST_WAIT, stop_after=1)
                    if any(news.payload != self._own for news in heard):
                        self._tell()
            self._closing.wait(RETRY)
