"""The owner of the database: opens it, migrates it, hands work to its threads, closes it."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError  # another class before Python 3.11
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from .backend import Lock
from .failures import DatabaseUnavailable, StoreError, WriteFailed
from .location import backend_at
from .migrate import migrate
from .readers import THREADS, Readers
from .writer import Work, Writer

Result = TypeVar("Result")


class Database:
    """Errors, sessions and tokens of one server.

    `start()` and `close()` block: call them off the event loop. In a handler:
    `await asyncio.wrap_future(database.write(work))`.
    """

    def __init__(self, place: str | Path, replica: str = "") -> None:
        """`place` is a URL or the plain path of a SQLite file, `replica` the URL of a PostgreSQL that follows it.

        Raises `DatabaseUnavailable` when it is neither.
        """
        self._backend = backend_at(place)
        self._replica = backend_at(replica) if replica else None
        if self._replica is not None and not (self._backend.shared and self._replica.shared):
            raise DatabaseUnavailable("Only a PostgreSQL database has replicas that can be read.")
        self.kind = self._backend.kind
        self.name = self._backend.name
        """What messages call it: a path, or a URL without its password."""
        self.shared = self._backend.shared
        """Whether several processes may write to it."""
        self._engines: list[Engine] = []
        self._writer: Writer | None = None
        self._readers: Readers | None = None
        self._late_readers: Readers | None = None
        self._deaf: list[Callable[[], None]] = []

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
                f"The database {self.name} did not open within {timeout:g} seconds. {self._backend.when_slow}"
            ) from error
        self._engines = [writing, reading]
        self._writer = Writer(writing)
        self._readers = Readers(reading)
        if self._replica is not None:
            late = self._replica.reading_engine(connections=THREADS)
            self._engines.append(late)
            self._late_readers = Readers(late, instead=self._readers)

    def close(self, timeout: float = 30) -> None:
        """Store what was asked, then close. Safe to call twice, and without `start`.

        Raises `WriteFailed` when the disk takes longer than `timeout` seconds.
        """
        while self._deaf:
            self._deaf.pop()()
        drained = self._writer.close(timeout) if self._writer else True
        for readers in (self._late_readers, self._readers):
            if readers:
                readers.close()
        if not drained:
            raise WriteFailed(f"The database {self.name} was still writing after {timeout:g} seconds.")
        for engine in self._engines:
            engine.dispose()

    @property
    def path(self) -> Path:
        """The file of a SQLite database. Raises `StoreError` for others, which have none."""
        if self._backend.path is None:
            raise StoreError(f"The database {self.name} is no file.")
        return self._backend.path

    @property
    def journal_mode(self) -> str | None:
        """`wal` once a SQLite database is started; None for others."""
        return self._backend.journal_mode

    @property
    def problem(self) -> str:
        """A sentence about the last write if it failed; empty otherwise."""
        return self._writer.problem if self._writer else ""

    def write(self, work: Work[Result]) -> "Future[Result]":
        """A future with what `work` returns, done once that is on disk; else it fails (see `Writer.submit`)."""
        if self._writer is None:
            return _failed(WriteFailed("The database is not open; nothing was stored."))
        return self._writer.submit(work)

    def read(self, work: Work[Result], may_lag: bool = False) -> "Future[Result]":
        """A future with what `work` returns; with `may_lag` as a replica sees it, if there is one."""
        readers = self._late_readers if may_lag and self._late_readers else self._readers
        if readers is None:
            return _failed(StoreError("The database is not open."))
        return readers.submit(work)

    def lock(self, purpose: str) -> Lock:
        """A lock between all processes that use this database; whoever is killed gives it back."""
        return self._backend.lock(purpose)

    def listen(self, tell: Callable[[], None]) -> None:
        """From now until `close` have `tell` called, on a thread, when another process has written news (`news`)."""
        self._deaf.append(self._backend.listen(tell))

    def _open(self) -> tuple[Engine, Engine]:
        writing = self._backend.writing_engine()
        try:
            self._backend.prepare(writing)
            migrate(writing, self.name)
            self._backend.complete(writing)
        except (OSError, DBAPIError) as error:
            writing.dispose()
            raise DatabaseUnavailable(self._backend.explain(error)) from error
        except BaseException:
            writing.dispose()
            raise
        return writing, self._backend.reading_engine(connections=THREADS)


def _failed(error: StoreError) -> "Future[Result]":
    future: Future[Result] = Future()
    future.set_exception(error)
    return future
