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

_Answer = tuple[Any, BaseException | None]
"""What came back, or why it failed."""

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
        try:
            answers = self._attempt(group) or self._attempt(group, is_last=True)
        except (SQLAlchemyError, StoreError) as error:
            log.error("Writing %d changes to the database failed: %s", len(group), _short(error))
            answers = [(None, _write_failed(error))] * len(group)
        except BaseException as error:  # e.g. MemoryError: this thread must live on
            log.exception("Writing to the database failed.")
            answers = [(None, _write_failed(error))] * len(group)
        self.problem = next((str(problem) for _, problem in answers if isinstance(problem, WriteFailed)), "")
        for (_, future), (result, problem) in zip(group, answers, strict=True):
            if problem is None:
                future.set_result(result)
            else:
                future.set_exception(problem)

    def _attempt(self, group: list[tuple[Work[Any], "Future[Any]"]], is_last: bool = False) -> list[_Answer]:
        """An answer for each write, which are committed; none when it was not the last attempt and another may do.

        That is so when the transaction was lost before its commit, as when a server was started anew. A commit that got
        no answer may be there or not, and is never tried again here: whoever asked knows what to do about that.
        """
        answers: list[_Answer] = []
        committing = False
        try:
            with self._engine.begin() as connection:
                for work, _ in group:
                    answers.append(_answer(connection, work))
                committing = True
        except DBAPIError as error:
            if is_last or committing or not _was_lost(error):
                raise
            return []
        return answers


def _answer(connection: Connection, work: Work[Any]) -> _Answer:
    savepoint = connection.begin_nested()
    try:
        result = work(connection)
        savepoint.commit()
    except DBAPIError as error:
        # A full disk ends the whole transaction, not only the savepoint; so does a server that has gone.
        if _was_lost(error) or not getattr(connection.connection.dbapi_connection, "in_transaction", True):
            raise
        savepoint.rollback()
        return None, _write_failed(error)
    except Exception as error:
        savepoint.rollback()
        return None, error
    return result, None


def _was_lost(error: DBAPIError) -> bool:
    """Whether a transaction failed through no fault of its own: its connection, or a conflict with others."""
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in ("40001", "40P01")


def _short(error: BaseException) -> str:
    return str(error.orig) if isinstance(error, DBAPIError) else str(error)


def _write_failed(error: BaseException) -> WriteFailed:
    failure = WriteFailed(f"The database did not take it ({_short(error)}); nothing was stored.")
    failure.__cause__ = error
    return failure
