"""SQLite in a file: durable, in write-ahead mode, with transactions that begin when we say so.

The file is this user's own, and never what somebody else put in its place: they could read or change what is stored.
"""

import errno
import os
import sqlite3
import stat
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import ConnectionPoolEntry

from ...own_files import LINKED, NO_LINK, objection_to
from .backend import Backend, Lock
from .failures import DatabaseUnavailable
from .filesystem import network_file_system
from .locks.file_lock import FileLock

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database, with its mode, and reads back."""
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
        check_beside(self.path)  # SQLite has made them by now, or found what somebody put there meanwhile
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


def make_private_file(path: Path) -> None:
    """Create `path`, and folders above it that are missing, for this user only; one that is there must be this user's.

    SQLite gives its side files the mode of this one. Raises `DatabaseUnavailable`, and `OSError` when it can't be made.
    """
    missing = []
    folder = path.parent
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
    _check_folder(path)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | NO_LINK | getattr(os, "O_NONBLOCK", 0), 0o600)
    except OSError as error:
        if error.errno in LINKED:
            raise _refused(path, "is a link") from error
        if error.errno == errno.EACCES and (objection := objection_to(path.lstat())):
            raise _refused(path, objection) from error
        raise
    try:
        if objection := objection_to(os.fstat(descriptor)):
            raise _refused(path, objection)
    finally:
        os.close(descriptor)
    check_beside(path)


def check_beside(path: Path) -> None:
    """Raise `DatabaseUnavailable` when a file that SQLite reads beside a database is not this user's own."""
    for suffix in BESIDE:
        beside = path.with_name(path.name + suffix)
        try:
            found = beside.lstat()
        except FileNotFoundError:
            continue
        if objection := objection_to(found):
            raise _refused(beside, objection)


def _check_folder(path: Path) -> None:
    found = path.parent.stat()
    if hasattr(os, "geteuid") and found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX:
        raise DatabaseUnavailable(
            f"The database {path} is in a folder in which every user can replace it. Choose another folder, or close"
            f" this one: chmod o-w {path.parent}"
        )


def _refused(path: Path, objection: str) -> DatabaseUnavailable:
    advice = {
        "belongs to another user": "Run this as that user, or choose another path.",
        "can be written by other users": f"If nobody has changed it, close it: chmod go-w {path}",
    }.get(objection, "Name the file itself, or choose another path.")
    return DatabaseUnavailable(f"{path} {objection}, and so is not used as a database. {advice}")
