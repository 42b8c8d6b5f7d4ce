"""The outbox of a database as a source of requests to one destination: what all kinds have in common."""

import logging
import time
from abc import abstractmethod
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from sqlalchemy import Connection

from ..delivery.engine import Source
from ..delivery.engine.parcel import Parcel
from ..delivery.outcome import Outcome
from ..store import Database, StoreError
from ..store.outbox.outbox import expire, set_problem
from ..store.outbox.session_outbox import SessionNews

LONGEST_QUIET = 300.0
"""Seconds after which a clock that may have jumped is looked at again."""
HOUR = 3_600.0

log = logging.getLogger(__name__)

Result = TypeVar("Result")
Work = Callable[[Connection], Result]


class OutboxParcel(Parcel):
    """One request, and what it is about."""

    def __init__(self, events: list[bytes], event_ids: list[str], group: str = "") -> None:
        super().__init__(events)
        self.event_ids = event_ids
        """The events that it tells of."""
        self.group = group
        """The group that people are told of."""
        self.news: SessionNews | None = None
        """The session that it tells of."""

    @classmethod
    def deleting(cls, event_id: str) -> "OutboxParcel":
        """Asks to delete one event."""
        parcel = cls([], [event_id])
        parcel.erases = f"errors/{event_id}"
        return parcel

    @classmethod
    def telling(cls, news: SessionNews) -> "OutboxParcel":
        """Tells of a session, or asks to erase it."""
        parcel = cls([], [])
        parcel.news, parcel.session = news, news.body
        parcel.erases = f"sessions/{news.key}" if news.body is None else ""
        return parcel


class OutboxSource(Source[OutboxParcel]):
    """The requests to one destination, made from the outbox one after another. Blocks: for the sender's thread."""

    def __init__(self, database: Database, destination: str, label: str = "", session_secret: str = "") -> None:
        """From `session_secret`, in hex, and the public ids of sessions their keys at a collector are derived."""
        self.database = database
        self.destination = destination
        self.label = label
        """What may be shown of the destination."""
        self.session_secret = session_secret
        self.closing = False
        """Whether this is the last chance for a while, so that nothing should wait for its time."""
        self._expired_at = time.monotonic()

    def next(self) -> OutboxParcel | None:
        """The next request. Drops once an hour what has waited for too long."""
        if time.monotonic() - self._expired_at > HOUR:
            self.write(lambda connection: expire(connection, time.time()))
            self._expired_at = time.monotonic()
        return self.find()

    @abstractmethod
    def find(self) -> OutboxParcel | None:
        """The next request; None when nothing is due."""

    def put_off(self, parcel: OutboxParcel, outcome: Outcome) -> bool:
        """Keep why a request has to be made again."""
        self.write(lambda connection: set_problem(connection, self.destination, outcome.problem))
        return True

    def failed(self, error: Exception) -> float | None:
        """For the operator, in the log: the database, which keeps the status, may be what failed."""
        if isinstance(error, StoreError):
            log.warning("Passing errors on to %s has to wait: %s", self.label, error)
        else:
            log.error("Passing errors on to %s failed.", self.label, exc_info=error)
        return None

    def read(self, work: Work[Result]) -> Result:
        """What comes of looking into the database. Blocks. Raises `StoreError`."""
        future: Future[Result] = self.database.read(work)
        return future.result()

    def write(self, work: Work[Result]) -> Result:
        """The same for changing it."""
        future: Future[Result] = self.database.write(work)
        return future.result()
