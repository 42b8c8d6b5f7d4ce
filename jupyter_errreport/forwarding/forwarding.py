"""The destinations of one server, and the threads that serve them."""

import hashlib
import time
from collections.abc import Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError  # another class before Python 3.11
from typing import Any

from sqlalchemy import Connection

from ..delivery import Destination
from ..delivery.destination import COLLECTOR, SLACK
from ..delivery.engine import Engine, EngineThread, Patience
from ..delivery.receivers import receiver_for
from ..event import EventMessageType
from ..store import Database, StoreError
from ..store.outbox.outbox import expire, figures, register
from ..store.settings import secret
from .collector_source import CollectorSource
from .outbox_source import OutboxSource
from .people_source import PeopleSource

START_SECONDS = 10.0
"""How long a start may wait for the database."""
SOURCES: dict[str, type[OutboxSource]] = {COLLECTOR: CollectorSource, SLACK: PeopleSource}
"""What is sent to which kind of destination."""


class Forwarding:
    """Serves the destinations from `start` to `close`; what waits in between stays in the database's outbox."""

    def __init__(
        self, database: Database, destinations: Sequence[Destination], patience: Patience | None = None
    ) -> None:
        self._database = database
        self._patience = patience
        self._destinations = {key_of(destination): destination for destination in destinations}
        self._sources: list[OutboxSource] = []
        self._threads: list[EngineThread] = []

    @property
    def keys(self) -> tuple[str, ...]:
        """What the destinations are called in the outbox."""
        return tuple(self._destinations)

    @property
    def labels(self) -> list[str]:
        """What may be shown of the destinations."""
        return [destination.label for destination in self._destinations.values()]

    def start(self) -> None:
        """Make the destinations known to the database, and begin with what waits for them from an earlier time.

        Raises `StoreError`.
        """

        def work(connection: Connection) -> tuple[str, str]:
            for key, destination in self._destinations.items():
                register(connection, key, destination.kind, destination.label)
            expire(connection, time.time())
            return secret(connection, "sender_key"), secret(connection, "session_key")

        try:
            sender_key, session_secret = self._database.write(work).result(START_SECONDS)
        except FutureTimeoutError as error:
            raise StoreError("The database did not answer in time; nothing is passed on.") from error
        for key, destination in self._destinations.items():
            kind = SOURCES[destination.kind]
            source = kind(self._database, key, destination.label, session_secret)
            receiver = receiver_for(destination, sender_key)
            # Jupyter servers of one user share a database: they take turns, or people would be told everything twice.
            engine = Engine(source, receiver, self._patience, turns=self._database.lock(key))
            self._sources.append(source)
            self._threads.append(EngineThread(engine, f"errreport-to-{destination.kind}"))
        for thread in self._threads:
            thread.start()

    def wake(self, events: Sequence[EventMessageType] = ()) -> None:
        """There is something new in the outbox, such as these events. Returns at once."""
        for thread in self._threads:
            thread.wake()

    def status(self, connection: Connection) -> list[dict[str, Any]]:
        """How it stands with each destination, without secrets; those that are no longer configured come last."""
        known = {row.pop("destination"): row for row in figures(connection)}
        current = [_shown(known.pop(key)) for key in self._destinations if key in known]
        former = [_shown(row) | {"problem": NO_LONGER} for row in known.values() if row["waiting"]]
        return current + former

    def close(self, timeout: float) -> bool:
        """Send what can be sent, for `timeout` seconds at most; False when somebody is still at it."""
        deadline = time.monotonic() + timeout
        for source in self._sources:
            source.closing = True
        for thread in self._threads:
            thread.close(deadline)
        ended = [thread.join(deadline - time.monotonic()) for thread in self._threads]
        return all(ended)

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing is due, and no connection is open."""
        return all(thread.is_at_rest for thread in self._threads)

    @property
    def is_closing(self) -> bool:
        """Whether `close` has told all of them."""
        return all(thread.is_closing for thread in self._threads)


NO_LONGER = "This destination is no longer configured; what waits for it is dropped when it is 60 days old."


def key_of(destination: Destination) -> str:
    """What the outbox calls a destination: the same for the same receiver, and no secret, though a webhook is one."""
    return key_named(*destination.identity)


def key_named(kind: str, address: str) -> str:
    """The same by what `Destination.identity` holds."""
    text = f"{kind}\x1f{address}"
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8, person=b"errreport-destin").hexdigest()


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    label = row.pop("label")
    return {"destination": label, **row}
