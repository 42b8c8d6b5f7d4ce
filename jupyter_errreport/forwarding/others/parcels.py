"""The requests to a receiver that is none of ours: one event each, the oldest first."""

from typing import Any

from sqlalchemy import Connection

from ...delivery import Destination
from ...delivery.destination import OTLP
from ...delivery.outcome import Outcome
from ...delivery.transport import Transport
from ...store import Database
from ...store.outbox.outbox import next_stored, settle
from ...store.published.author_cells import same_cell_of_error
from ..parcels import Parcel, Parcels
from .open_telemetry import OpenTelemetry
from .receiver import Receiver, Request
from .sentry import Sentry
from .stored import Stored


class Others(Parcels):
    """For Sentry and OpenTelemetry. What is deleted here stays there: their protocols know no deletion."""

    def __init__(self, database: Database, key: str, destination: Destination, public_url: str = "") -> None:
        """`public_url` is where people reach this server, for the links to groups."""
        super().__init__(database, key, destination.label)
        self._place = destination
        self._public_url = public_url.rstrip("/")
        self._receiver: Receiver = OpenTelemetry() if destination.kind == OTLP else Sentry()
        self._request = Request(b"", {})
        """That of the last parcel."""

    def next(self) -> Parcel | None:
        """The oldest event that waits."""
        stored = self._read(self._next_stored)
        if stored is None:
            return None
        self._request = self._receiver.request(stored, self._place)
        return Parcel([self._request.body], [stored.event["event_id"]])

    def send(self, transport: Transport, parcel: Parcel, timeout: float) -> Outcome:
        """Post the event."""
        try:
            answer = transport.post_body(self._request.body, self._request.headers, timeout)
        except Exception as error:  # requests' own, and what proxies and broken TLS set-ups raise
            return Outcome(problem=f"{self._label} could not be reached ({type(error).__name__})")
        return self._receiver.outcome(self._place, answer)

    def answered(self, parcel: Parcel, outcome: Outcome) -> None:
        """Take out of the outbox what the receiver has, and mark what it will never take."""
        statuses = dict(zip(parcel.event_ids, outcome.statuses or (), strict=True))
        self._write(lambda connection: settle(connection, self._destination, statuses, outcome.problem))

    def _next_stored(self, connection: Connection) -> Stored | None:
        event: dict[str, Any] | None = next_stored(connection, self._destination)
        if event is None:
            return None
        url = f"{self._public_url}/groups/{event['group']}" if self._public_url else ""
        return Stored(event, event["identity"], same_cell_of_error(connection, event), url)
