"""The owner of the database: opens it, migrates it, hands work to its threads, closes it."""

import sqlite3
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError  # another class before Python 3.11
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from .engine import reading_engine, writing_engine
from .failures import DatabaseUnavailable, StoreError, WriteFailed
from .filesystem import network_file_system
from .location import database_url, make_private_file
from .migrate import migrate
from .readers import THREADS, Readers
from .writer import Work, Writer

Result = TypeVar("Result")


class Database:
    """Errors, sessions and tokens of one server.

    `start()` and `close()` block: call them off the event loop. In a handler:
    `await asyncio.wrap_future(database.write(work))`.
    """

    def __init__(self, place: str | Path) -> None:
        """`place` is a URL or the plain path of a SQLite file.

        Raises `DatabaseUnavailable` when it is neither.
        """
        self.url = database_url(place)
        self.path = Path(self.url.database or "")
        self.kind = self.url.get_backend_name()
        self.journal_mode = ""
        """`wal` once started."""
        self._engines: list[Engine] = []
        self._writer: Writer | None = None
        self._readers: Readers | None = None

    def start(self, timeout: float = 20) -> None:
        """Open, migrate, and begin to take work.

        Raises `DatabaseUnavailable` or `DatabaseTooNew` with a sentence for the operator, after `timeout` seconds at
        the latest: a network file system can hold a call for ever, so opening has a thread of its own.
        """
        outcome: Future[tuple[Engine, Engine]] = Future()

        def opening() -> None:
            try:
                outcome.set_result(self._open())
            except BaseException as error:
                outcome.set_exception(error)

        threading.Thread(target=opening, name="errreport-open", daemon=True).start()
        try:
            writing, reading = outcome.result(timeout)
        except FutureTimeoutError as error:
            raise DatabaseUnavailable(
                f"The database {self.path} did not open within {timeout:g} seconds. Is it on a network file system?"
                " Choose a file on a local disk."
            ) from error
        self._engines = [writing, reading]
        self._writer = Writer(writing)
        self._readers = Readers(reading)

    def close(self, timeout: float = 30) -> None:
        """Store what was asked, then close. Safe to call twice, and without `start`.

        Raises `WriteFailed` when the disk takes longer than `timeout` seconds.
        """
        drained = self._writer.close(timeout) if self._writer else True
        if self._readers:
            self._readers.close()
        if not drained:
            raise WriteFailed(f"The database {self.path} was still writing after {timeout:g} seconds.")
        for engine in self._engines:
            engine.dispose()

    @property
    def problem(self) -> str:
        """A sentence about the last write if it failed; empty otherwise."""
        return self._writer.problem if self._writer else ""

    def write(self, work: Work[Result]) -> "Future[Result]":
        """A future with what `work` returns, done once that is on disk; else it fails (see `Writer.submit`)."""
        if self._writer is None:
            return _failed(WriteFailed("The database is not open; nothing was stored."))
        return self._writer.submit(work)

    def read(self, work: Work[Result]) -> "Future[Result]":
        """A future with what `work` returns."""
        if self._readers is None:
            return _failed(StoreError("The database is not open."))
        return self._readers.submit(work)

    def _open(self) -> tuple[Engine, Engine]:
        writing = writing_engine(self.url)
        try:
            if kind := network_file_system(self.path):
                raise DatabaseUnavailable(
                    f"The database {self.path} is on a network file system ({kind}), which does not keep it safe."
                    " Choose a local disk."
                )
            make_private_file(self.path)
            self.journal_mode = _write_ahead(writing)
            if self.journal_mode != "wal":
                raise DatabaseUnavailable(
                    f"The database {self.path} can't be kept in write-ahead mode (SQLite answers"
                    f" {self.journal_mode!r}), which a network file system does not allow. Choose a local disk."
                )
            migrate(writing, str(self.path))
        except OSError as error:
            writing.dispose()
            raise DatabaseUnavailable(
                f"The database {self.path} can't be opened: {error.strerror}. Choose another path with --db."
            ) from error
        except (DBAPIError, sqlite3.Error) as error:
            writing.dispose()
            reason = error.orig if isinstance(error, DBAPIError) else error
            raise DatabaseUnavailable(
                f"The database {self.path} can't be used: {reason}. Is its disk full or read-only, or is it locked"
                " by another program, or not a SQLite file?"
            ) from error
        except BaseException:
            writing.dispose()
            raise
        return writing, reading_engine(self.url, connections=THREADS)


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


def _failed(error: StoreError) -> "Future[Result]":
    future: Future[Result] = Future()
    future.set_exception(error)
    return future
