"""What people are sent of an outbox: a message a group of errors."""

import time
from typing import Any

from sqlalchemy import Connection

from ..delivery.outcome import Outcome
from ..event import encode
from ..store.outbox.outbox import Message, keep_quiet, next_message, next_message_at, settle
from .outbox_source import LONGEST_QUIET, OutboxParcel, OutboxSource


class PeopleSource(OutboxSource):
    """For people: one message a group of errors, and no more of that group for an hour."""

    def find(self) -> OutboxParcel | None:
        """The message about the group that waits longest."""
        message = self.read(lambda connection: next_message(connection, self.destination, time.time()))
        return OutboxParcel([_body(message)], message.event_ids, message.group) if message else None

    def due_in(self) -> float | None:
        """When the first group may be spoken of again."""
        moment = self.read(lambda connection: next_message_at(connection, self.destination))
        return None if moment is None else min(max(moment - time.time(), 0.0), LONGEST_QUIET)

    def answered(self, parcel: OutboxParcel, outcome: Outcome) -> None:
        """The events of the message are told; nothing more of their group for an hour."""
        (status,) = outcome.statuses or ("stored",)
        statuses = dict.fromkeys(parcel.event_ids, status)

        def work(connection: Connection) -> None:
            settle(connection, self.destination, statuses, outcome.problem)
            if status == "stored":
                keep_quiet(connection, self.destination, parcel.group, time.time())

        self.write(work)


def _body(message: Message) -> bytes:
    event: dict[str, Any] = message.event
    if message.is_more:
        kept = ("error_name", "notebook")
        event = {**{name: event[name] for name in kept}, "more": event["count"]}
    return encode(event)  # type: ignore[arg-type]
