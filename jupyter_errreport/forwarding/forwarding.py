"""The destinations of one server, and the threads that serve them."""

import hashlib
import time
from collections.abc import Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError  # another class before Python 3.11
from typing import Any

from sqlalchemy import Connection

from ..delivery import Destination
from ..delivery.destination import OTLP, SENTRY, SLACK
from ..event import EventMessageType
from ..store import Database, StoreError
from ..store.outbox.outbox import expire, figures, register
from ..store.settings import secret
from .others import Others
from .parcels import Batches, Messages, Parcels
from .sender import Sender

START_SECONDS = 10.0
"""How long a start may wait for the database."""


class Forwarding:
    """Serves the destinations from `start` to `close`; what waits in between stays in the database's outbox."""

    def __init__(self, database: Database, destinations: Sequence[Destination], public_url: str = "") -> None:
        """`public_url` is where people reach this server, for links in what others are told; empty for no links."""
        self._database = database
        self._public_url = public_url
        self._destinations = {key_of(destination): destination for destination in destinations}
        self._senders: list[Sender] = []

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
            parcels = self._parcels_for(key, destination, session_secret)
            self._senders.append(Sender(destination, parcels, self._database.lock(key), sender_key))
        for sender in self._senders:
            sender.start()

    def _parcels_for(self, key: str, destination: Destination, session_secret: str) -> Parcels:
        """What suits this kind of destination."""
        if destination.kind in (SENTRY, OTLP):
            return Others(self._database, key, destination, self._public_url)
        kind = Messages if destination.kind == SLACK else Batches
        return kind(self._database, key, destination.label, session_secret)

    def wake(self, events: Sequence[EventMessageType] = ()) -> None:
        """There is something new in the outbox, such as these events. Returns at once."""
        for sender in self._senders:
            sender.wake()

    def status(self, connection: Connection) -> list[dict[str, Any]]:
        """How it stands with each destination, without secrets; those that are no longer configured come last."""
        known = {row.pop("destination"): row for row in figures(connection)}
        current = [_shown(known.pop(key)) for key in self._destinations if key in known]
        former = [_shown(row) | {"problem": NO_LONGER} for row in known.values() if row["waiting"]]
        return current + former

    def close(self, timeout: float) -> bool:
        """Send what can be sent, for `timeout` seconds at most; False when somebody is still at it."""
        deadline = time.monotonic() + timeout
        for sender in self._senders:
            sender.close(deadline)
        ended = [sender.join() for sender in self._senders]
        return all(ended)


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
