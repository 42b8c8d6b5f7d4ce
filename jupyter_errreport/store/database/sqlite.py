"""SQLite in a file: durable, in write-ahead mode, with transactions that begin when we say so."""

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import ConnectionPoolEntry

from .backend import Backend, Lock
from .failures import DatabaseUnavailable
from .file_lock import FileLock
from .filesystem import network_file_system

BUSY_SECONDS = 5
"""How long a statement waits for another process that holds the database."""


class SQLite(Backend):
    """A file on a local disk; one process writes to it."""

    kind = "sqlite"
    when_slow = "Is it on a network file system? Choose a file on a local disk."

    def __init__(self, path: Path) -> None:
        self.path: Path = path
        self.name = str(path)
        self.journal_mode = ""

    def writing_engine(self) -> Engine:
        """See `Backend`."""
        return self._engine(connections=1, begin="BEGIN IMMEDIATE")

    def reading_engine(self, connections: int) -> Engine:
        """See `Backend`."""
        return self._engine(connections, begin="BEGIN", only_read=True)

    def prepare(self, writing: Engine) -> None:
        """See `Backend`."""
        if kind := network_file_system(self.path):
            raise DatabaseUnavailable(
                f"The database {self.path} is on a network file system ({kind}), which does not keep it safe."
                " Choose a local disk."
            )
        make_private_file(self.path)
        try:
            self.journal_mode = _write_ahead(writing)
        except sqlite3.Error as error:
            raise DatabaseUnavailable(self.explain(error)) from error
        if self.journal_mode != "wal":
            raise DatabaseUnavailable(
                f"The database {self.path} can't be kept in write-ahead mode (SQLite answers"
                f" {self.journal_mode!r}), which a network file system does not allow. Choose a local disk."
            )

    def explain(self, error: Exception) -> str:
        """See `Backend`."""
        if isinstance(error, OSError):
            return f"The database {self.path} can't be opened: {error.strerror}. Choose another path with --db."
        reason = getattr(error, "orig", error)
        return (
            f"The database {self.path} can't be used: {reason}. Is its disk full or read-only, or is it locked by"
            " another program, or not a SQLite file?"
        )

    def lock(self, purpose: str) -> Lock:
        """See `Backend`."""
        return FileLock(self.path, purpose)

    def _engine(self, connections: int, begin: str, only_read: bool = False) -> Engine:
        engine = create_engine(
            URL.create("sqlite", database=str(self.path)),
            pool_size=connections,
            max_overflow=0,
            # Values of strangers must not reach a log through an exception's text.
            hide_parameters=True,
            # Each statement in each of its sizes is kept.
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False, "cached_statements": 1_000},
        )

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, record: ConnectionPoolEntry) -> None:
            # sqlite3 begins transactions late and not before SELECT or SAVEPOINT; we begin them ourselves.
            connection.isolation_level = None
            connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            # A token for "Dock*" must not open "dock 2": names are compared as on PostgreSQL.
            connection.execute("PRAGMA case_sensitive_like = ON")
            if only_read:
                connection.execute("PRAGMA query_only = ON")
            else:
                # A commit touches many pages, most of them again soon: they are kept, and seldom moved out of the log.
                connection.execute("PRAGMA cache_size = -32000")
                connection.execute("PRAGMA wal_autocheckpoint = 8000")

        @event.listens_for(engine, "begin")
        def start(connection: Connection) -> None:
            connection.exec_driver_sql(begin)

        return engine


def make_private_file(path: Path) -> None:
    """Create `path`, and folders above it that are missing, for this user only.

    SQLite gives its side files (`-wal`, `-shm`) the mode of this one. Raises `OSError`.
    """
    missing = []
    folder = path.parent
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _write_ahead(engine: Engine) -> str:
    """The journal mode that the database has after asking for write-ahead. Not possible within a transaction."""
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        (mode,) = cursor.fetchone() or ("nothing",)
        return str(mode)
    finally:
        connection.close()
