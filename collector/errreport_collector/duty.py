"""What one process does for all that share a database, such as telling alerts; when it ends, another takes over."""

import threading
from collections.abc import Callable

from jupyter_errreport.store.database.backend import Lock

LOOK_SECONDS = 5.0
"""How often whoever is on duty looks whether they still are: a lock ends with its connection."""
RETRY_SECONDS = 1.0


class Duty:
    """Waits for its turn from `start` to `close`."""

    def __init__(self, lock: Lock, begun: Callable[[], None]) -> None:
        """`begun` is called on a thread when the duty is ours."""
        self._lock = lock
        self._begun = begun
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="errreport-duty", daemon=True)

    def start(self) -> None:
        """Queue for it."""
        self._thread.start()

    @property
    def is_ours(self) -> bool:
        """Whether this process is on duty. May ask the database's server, and block as long."""
        return self._lock.is_held

    def close(self, timeout: float) -> None:
        """Let another have it."""
        self._closing.set()
        self._lock.release()
        if self._thread.ident is not None:
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._closing.is_set():
            if self._lock.take(wait=True) and not self._closing.is_set():
                self._begun()
                while not self._closing.wait(LOOK_SECONDS) and self._lock.is_held:
                    pass
            else:
                self._closing.wait(RETRY_SECONDS)
        self._lock.release()
