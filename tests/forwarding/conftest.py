"""A database and a forwarding on it, as both servers have them, with short waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from jupyter_errreport.delivery import Destination
from jupyter_errreport.delivery.engine import Patience
from jupyter_errreport.delivery.receivers.slack import Slack
from jupyter_errreport.event import EventMessageType, new_event_id
from jupyter_errreport.forwarding import Forwarding
from jupyter_errreport.store import Database
from jupyter_errreport.store.errors.insert import insert_errors
from jupyter_errreport.store.sessions import open_session
from tests.support.receiver import Receiver, receiver


def event(name: str = "E", group: str | None = None, **more: object) -> EventMessageType:
    fields: object = {
        "event_id": new_event_id(),
        "timestamp": "2026-11-24T08:00:00.000000Z",
        "notebook": "dock",
        "kind": "cell",
        "language": "python",
        "error_name": name,
        "error_message": "",
        "first_line": "",
        "execution_count": 3,
        "count": 1,
        "traceback": [],
        "chain": [],
        "fingerprint": group or name,
        **more,
    }
    return fields  # type: ignore[return-value]


class Server:
    """What a server is to its forwarding: a database in a folder, and somebody who stores events."""

    def __init__(self, place: str, *destinations: Destination) -> None:
        self.database = Database(place)
        self.database.start()
        self.forwarding = Forwarding(self.database, destinations, Patience(first_retry=0.02))
        self.forwarding.start()

    def store(self, *events: EventMessageType) -> None:
        keys = self.forwarding.keys
        self.database.write(lambda connection: insert_errors(connection, events, None, 90, keys)).result(5)
        self.forwarding.wake(events)

    def count(self, session: str, good: int, failed: int, notebook: str = "dock", release: str | None = None) -> None:
        """Open a session, or tell its counts, as a kernel's watch does."""
        to = self.forwarding.keys
        self.database.write(
            lambda connection: open_session(connection, session, notebook, "", None, good, failed, release, to)
        ).result(5)
        self.forwarding.wake()

    def figures(self, number: int = 0) -> dict[str, int | str]:
        """What `status` says of a destination; its figures add up."""
        state = self.database.read(self.forwarding.status).result(5)[number]
        ends = ("sent", "duplicate", "rejected", "dropped", "waiting")
        assert state["queued"] == sum(state[name] for name in ends), state
        return state

    def close(self, timeout: float = 0) -> bool:
        ended = self.forwarding.close(timeout)
        self.database.close()
        return ended


@pytest.fixture
def to() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


@pytest.fixture
def start(place: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Server]]:
    """Starts servers on one database; they end with the test."""
    monkeypatch.setattr(Slack, "pause", 0.02)
    started: list[Server] = []

    def starting(*destinations: Destination) -> Server:
        started.append(Server(place, *destinations))
        return started[-1]

    yield starting
    for server in started:
        server.close()
