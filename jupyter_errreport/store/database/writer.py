"""The one thread that writes. Writes that wait at the same moment share one transaction, and one fsync."""

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from .failures import StoreError, WriteFailed

Result = TypeVar("Result")
Work = Callable[[Connection], Result]

WAITING_LIMIT = 5_000
"""Writes that may wait; more are refused at once, so that a stuck disk does not fill the memory."""
GROUP_LIMIT = 500
"""Writes that share a transaction."""

log = logging.getLogger(__name__)


class Writer:
    """Runs each `Work` in a savepoint of a shared transaction, and answers after the commit."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # None is the order to end, behind everything that was asked before.
        self._waiting: queue.Queue[tuple[Work[Any], Future[Any]] | None] = queue.Queue()
        self._closed = False
        self.problem = ""
        """Why the last write failed; empty when it did not."""
        self._gate = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="errreport-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work[Result]) -> "Future[Result]":
        """A future with what `work` returns, done when it is on disk.

        It fails with what `work` raised (and nothing of this work is kept), or with `WriteFailed`.
        """
        future: Future[Result] = Future()
        with self._gate:
            if self._closed:
                future.set_exception(WriteFailed("The database is closed; nothing was stored."))
            elif self._waiting.qsize() >= WAITING_LIMIT:
                future.set_exception(WriteFailed("Too many writes are waiting for the disk; this one was not stored."))
            else:
                self._waiting.put((work, future))
        return future

    def close(self, timeout: float) -> bool:
        """Finish what was asked, then end. False when that takes longer than `timeout` seconds."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._waiting.put(None)
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        """Until told to end: 1. wait for a write, 2. take those that wait with it, 3. commit them, 4. answer."""
        ending = False
        while not ending:
            group: list[tuple[Work[Any], Future[Any]]] = []
            item = self._waiting.get()
            while True:
                if item is None:
                    ending = True
                    break
                # False: whoever asked has gone before we began; then it must not be stored either.
                if item[1].set_running_or_notify_cancel():
                    group.append(item)
                if len(group) >= GROUP_LIMIT:
                    break
                try:
                    item = self._waiting.get_nowait()
                except queue.Empty:
                    break
            if group:
                self._commit(group)

    def _commit(self, group: list[tuple[Work[Any], "Future[Any]"]]) -> None:
        answers: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            with self._engine.begin() as connection:
                for work, future in group:
                    savepoint = connection.begin_nested()
                    try:
                        result = work(connection)
                        savepoint.commit()
                        answers.append((future, result, None))
                    except DBAPIError as error:
                        if not getattr(connection.connection.dbapi_connection, "in_transaction", True):
                            raise  # a full disk ends the whole transaction, not only the savepoint
                        savepoint.rollback()
                        answers.append((future, None, _write_failed(error)))
                    except Exception as error:
                        savepoint.rollback()
                        answers.append((future, None, error))
        except (SQLAlchemyError, StoreError) as error:
            log.error("Writing %d changes to the database failed: %s", len(group), _short(error))
            failure = _write_failed(error)
            answers = [(future, None, failure) for _, future in group]
        except BaseException as error:  # e.g. MemoryError: this thread must live on
            log.exception("Writing to the database failed.")
            failure = _write_failed(error)
            answers = [(future, None, failure) for _, future in group]
        self.problem = next((str(problem) for _, _, problem in answers if isinstance(problem, WriteFailed)), "")
        for future, result, problem in answers:
            if problem is None:
                future.set_result(result)
            else:
                future.set_exception(problem)


def _short(error: BaseException) -> str:
    return str(error.orig) if isinstance(error, DBAPIError) else str(error)


def _write_failed(error: BaseException) -> WriteFailed:
    failure = WriteFailed(f"The database did not take it ({_short(error)}); nothing was stored.")
    failure.__cause__ = error
    return failure
