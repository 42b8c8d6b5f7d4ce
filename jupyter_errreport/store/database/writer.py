"""The one thread that writes. Writes that wait at the same moment share one transaction, and one fsync.

Senders have their turns in rounds (see `fair_queue`).
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from .failures import StoreError, WriteFailed
from .fair_queue import FairQueue, Sender

Result = TypeVar("Result")
Work = Callable[[Connection], Result]
_Item = tuple[Work[Any], "Future[Any]"]
_Answer = tuple["Future[Any]", Any, BaseException | None]

WAITING_LIMIT = 5_000
"""Writes that may wait; more are refused at once, so that a stuck disk does not fill the memory."""
SENDER_LIMIT = 1_000
"""Writes of one address that may wait: one that asks for more is refused alone."""
GROUP_LIMIT = 200
"""Writes that share a transaction."""

OURSELVES = Sender()
"""What this server does by itself, and what it stores for all who report."""

log = logging.getLogger(__name__)


class Writer:
    """Runs each `Work` in a savepoint of a shared transaction, and answers after the commit.

    What waits alone has a transaction of its own, which needs no savepoint.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: FairQueue[_Item] = FairQueue()
        self._closed = False
        self.problem = ""
        """Why the last write failed; empty when it did not."""
        self._gate = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="errreport-writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many writes wait."""
        return len(self._waiting)

    def submit(self, work: Work[Result], sender: Sender = OURSELVES) -> "Future[Result]":
        """A future with what `work` returns, done when it is on disk. It waits behind what its sender asked before.

        It fails with what `work` raised (and nothing of this work is kept), or with `WriteFailed`.
        """
        future: Future[Result] = Future()
        with self._gate:
            if self._closed:
                future.set_exception(WriteFailed("The database is closed; nothing was stored."))
            elif len(self._waiting) >= WAITING_LIMIT or self._is_full(sender):
                future.set_exception(WriteFailed("Too many writes are waiting for the disk; this one was not stored."))
            else:
                self._waiting.put(sender, (work, future))
                self._gate.notify()
        return future

    def close(self, timeout: float) -> bool:
        """Finish what was asked, then end. False when that takes longer than `timeout` seconds."""
        with self._gate:
            self._closed = True
            self._gate.notify()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        """Until told to end, and nothing waits: 1. take what waits, 2. commit it, 3. answer."""
        while True:
            with self._gate:
                self._gate.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                group = self._taken()
            if group:
                self._commit(group)

    def _is_full(self, sender: Sender) -> bool:
        return sender != OURSELVES and self._waiting.waiting_of(sender.address) >= SENDER_LIMIT

    def _taken(self) -> list[_Item]:
        """The writes that share the next transaction."""
        group: list[_Item] = []
        while self._waiting and len(group) < GROUP_LIMIT:
            item = self._waiting.pop()
            # False: whoever asked has gone before we began; then it must not be stored either.
            if item[1].set_running_or_notify_cancel():
                group.append(item)
        return group

    def _commit(self, group: list[_Item]) -> None:
        try:
            answers = self._attempt(group) or self._attempt(group, is_last=True)
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

    def _attempt(self, group: list[_Item], is_last: bool = False) -> list[_Answer]:
        """What became of each write, all of which are committed; nothing when another attempt may do.

        That is so when the transaction was lost before its commit, as when a server was started anew. A commit that got
        no answer may be there or not, and is not tried again here: whoever asked knows what to do about that.
        """
        try:
            return [self._alone(*group[0])] if len(group) == 1 else self._together(group)
        except DBAPIError as error:
            # Of a commit itself there is no statement.
            if is_last or error.statement is None or not _was_lost(error):
                raise
            return []

    def _alone(self, work: Work[Any], future: "Future[Any]") -> _Answer:
        refusal: Exception | None = None
        with self._engine.connect() as connection, connection.begin() as transaction:
            try:
                result = work(connection)
                if not _is_open(connection):
                    raise WriteFailed("The database ended the transaction; nothing was stored.")
            except (DBAPIError, StoreError):
                raise
            except Exception as error:
                transaction.rollback()
                refusal = error
        return (future, None, refusal) if refusal else (future, result, None)

    def _together(self, group: list[_Item]) -> list[_Answer]:
        answers: list[_Answer] = []
        with self._engine.begin() as connection:
            for work, future in group:
                savepoint = connection.begin_nested()
                try:
                    result = work(connection)
                    savepoint.commit()
                    answers.append((future, result, None))
                except DBAPIError as error:
                    # A full disk ends the whole transaction, not only the savepoint; so does a server that has gone.
                    if _was_lost(error) or not _is_open(connection):
                        raise
                    savepoint.rollback()
                    answers.append((future, None, _write_failed(error)))
                except Exception as error:
                    savepoint.rollback()
                    answers.append((future, None, error))
        return answers


def _is_open(connection: Connection) -> bool:
    """Whether the transaction still runs: a full disk, for instance, ends it."""
    driver: Any = connection.connection.dbapi_connection
    return bool(driver.in_transaction if hasattr(driver, "in_transaction") else driver.info.transaction_status)


def _was_lost(error: DBAPIError) -> bool:
    """Whether a transaction failed through no fault of its own: its connection, or a conflict with others."""
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in ("40001", "40P01")


def _short(error: BaseException) -> str:
    return str(error.orig) if isinstance(error, DBAPIError) else str(error)


def _write_failed(error: BaseException) -> WriteFailed:
    failure = WriteFailed(f"The database did not take it ({_short(error)}); nothing was stored.")
    failure.__cause__ = error
    return failure
