"""A receiver that is none of ours: how an event is worded for it, and what it answers."""

import json
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from ...delivery.http.answer import Answer
from ...delivery.http.request import Request
from ...delivery.outcome import Outcome, judged
from ...delivery.receivers.http_receiver import HttpReceiver
from .stored import Stored, kept

REFUSED = (400, 413, 415, 422)
"""Answers that will be the same for this event at any later time. All others may change: a key, a path, a server."""


class OtherReceiver(HttpReceiver):
    """Takes one event a request."""

    limit = 1

    @abstractmethod
    def worded(self, stored: Stored) -> bytes:
        """One event as the body of a request."""

    @abstractmethod
    def headers(self) -> dict[str, str]:
        """What goes with each request."""

    def request(self, events: Sequence[bytes]) -> Request:
        """What brings an event that was worded."""
        return Request("POST", self.destination.address, self.headers(), events[0], may_be_packed=True)

    def outcome(self, answer: Answer, count: int) -> Outcome:
        """Taken, refused for good, or not now."""
        if 200 <= answer.status < 300:
            return judged("stored", 1)
        outcome = self.refused(answer, 1, is_final=answer.status in REFUSED)
        if answer.status in (401, 403):
            return outcome._replace(problem=f"{outcome.problem}: it does not take what it is shown for access")
        return outcome


def as_json(value: Any) -> bytes:
    """A value as a receiver can keep it, on one line."""
    return json.dumps(kept(value), ensure_ascii=False, separators=(",", ":")).encode()
