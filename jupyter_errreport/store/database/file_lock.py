"""A lock between processes, which the operating system gives back when its owner is killed."""

import os
import threading
from pathlib import Path

from ...own_files import NO_LINK, objection_to

try:
    import fcntl
except ImportError:  # Windows: there nobody is kept out
    fcntl = None  # type: ignore[assignment]


class FileLock:
    """On a file beside a database. Not on the database itself: closing that would end SQLite's own locks."""

    def __init__(self, database: Path, purpose: str) -> None:
        self._path = database.with_name(f"{database.name}-{purpose}.lock")
        self._file: int | None = None
        self._gate = threading.Lock()

    def take(self, wait: bool) -> bool:
        """Take the lock, if need be when its owner gives it back; False when it can't be had."""
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | NO_LINK, 0o600)
        except OSError:
            return False
        if objection_to(os.fstat(file)):  # somebody else's, who could keep it for ever
            os.close(file)
            return False
        try:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Give it back. Safe to call when it was not taken, and by two threads at once."""
        with self._gate:
            if self._file is not None:
                os.close(self._file)
                self._file = None

    @property
    def is_held(self) -> bool:
        """Whether it was taken."""
        return self._file is not None

    def __enter__(self) -> "FileLock":
        """Wait for it; where it can't be had at all, go on without."""
        self.take(wait=True)
        return self

    def __exit__(self, *exc: object) -> None:
        self.release()
