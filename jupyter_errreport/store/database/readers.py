"""A few threads that read, each with a connection of its own."""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from .failures import StoreError
from .writer import Work

Result = TypeVar("Result")

THREADS = 4


class Readers:
    """Runs each `Work` in a transaction of its own, so that it sees one state of the database."""

    def __init__(self, engine: Engine, instead: "Readers | None" = None) -> None:
        """`instead` does the work where this engine's database can't, such as a replica that has gone."""
        self._engine = engine
        self._instead = instead
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="errreport-reader")

    def submit(self, work: Work[Result]) -> "Future[Result]":
        """A future with what `work` returns; fails with what it raised, or `StoreError` after `close`."""
        try:
            return self._threads.submit(self._read, work)
        except RuntimeError:
            future: Future[Result] = Future()
            future.set_exception(StoreError("The database is closed."))
            return future

    def close(self) -> None:
        """Let what runs finish; what waits is cancelled."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _read(self, work: Work[Result]) -> Result:
        try:
            return self._here(work)
        except DBAPIError as error:
            if self._instead is not None:
                return self._instead._read(work)
            if isinstance(error, OperationalError):
                raise StoreError(f"The database can't be read: {error.orig}") from error
            raise

    def _here(self, work: Work[Result]) -> Result:
        try:
            return self._once(work)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return self._once(work)  # the server was started anew, and this was the first to notice

    def _once(self, work: Work[Result]) -> Result:
        with self._engine.begin() as connection:
            return work(connection)
