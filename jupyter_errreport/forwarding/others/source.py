"""What receivers that are none of ours are sent of an outbox: every event, the oldest first, one a request."""

from functools import partial
from typing import Any

from sqlalchemy import Connection

from ...delivery.outcome import Outcome
from ...store import Database
from ...store.outbox.outbox import next_stored, settle
from ...store.published.author_cells import same_cell_of_error
from ..outbox_source import OutboxParcel, OutboxSource
from .receiver import OtherReceiver
from .stored import Stored

FAULT = "a fault of our own: the event could not be put into the words of this receiver"


class OtherSource(OutboxSource):
    """Words each event for its receiver. What is deleted here stays there: their protocols know no deletion."""

    def __init__(self, database: Database, destination: str, receiver: OtherReceiver, public_url: str = "") -> None:
        """`public_url` is where people reach this server, for links to groups."""
        super().__init__(database, destination, receiver.destination.label)
        self._receiver = receiver
        self._public_url = public_url.rstrip("/")

    def find(self) -> OutboxParcel | None:
        """The oldest event that waits; one that can't be worded, by a fault of our own, is marked and holds up none."""
        while (stored := self.read(self._next_stored)) is not None:
            event_id = stored.event["event_id"]
            try:
                return OutboxParcel([self._receiver.worded(stored)], [event_id])
            except Exception as error:
                self.failed(error)
                statuses = {event_id: "rejected"}
                self.write(partial(settle, destination=self.destination, statuses=statuses, problem=FAULT))
        return None

    def answered(self, parcel: OutboxParcel, outcome: Outcome) -> None:
        """Take out of the outbox what the receiver has, and mark what it will never take."""
        statuses = dict(zip(parcel.event_ids, outcome.statuses or (), strict=True))
        self.write(lambda connection: settle(connection, self.destination, statuses, outcome.problem))

    def _next_stored(self, connection: Connection) -> Stored | None:
        event: dict[str, Any] | None = next_stored(connection, self.destination)
        if event is None:
            return None
        url = f"{self._public_url}/groups/{event['group']}" if self._public_url else ""
        return Stored(event, event["identity"], same_cell_of_error(connection, event), url)
