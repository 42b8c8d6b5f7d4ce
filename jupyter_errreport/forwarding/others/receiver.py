"""What a receiver that is none of ours is to whoever drives it: how an event is asked of it, and what it answers."""

import gzip
import json
from abc import ABC, abstractmethod
from typing import Any, NamedTuple

from ...delivery import Destination
from ...delivery.outcome import Outcome, judged
from ...delivery.transport import COMPRESS_FROM, retry_after
from .stored import Stored, kept

REFUSED = (400, 413, 415, 422)
"""Answers that will be the same for this event at any later time. All others may change: a key, a path, a server."""


class Request(NamedTuple):
    """One POST to the destination's address."""

    body: bytes
    headers: dict[str, str]


class Receiver(ABC):
    """One kind of receiver. Keeps nothing between two requests."""

    @abstractmethod
    def request(self, stored: Stored, destination: Destination) -> Request:
        """What tells it of one event."""

    def outcome(self, destination: Destination, answer: Any) -> Outcome:
        """What an answer (as requests has it, its body read) means for the event."""
        code, label = answer.status_code, destination.label
        if 200 <= code < 300:
            return judged("stored", 1)
        if code in REFUSED:
            return judged("rejected", 1, f"{label} answered {code}")
        problem = f"{label} answered {code}"
        if code in (401, 403):
            problem += ": it does not take what it is shown for access"
        return Outcome(problem=problem, retry_after=self.asked_to_wait(answer))

    def asked_to_wait(self, answer: Any) -> float | None:
        """Seconds; None when it did not ask."""
        return retry_after(answer.headers.get("Retry-After"))


def as_json(value: Any) -> bytes:
    """A value as a receiver can keep it, on one line."""
    return json.dumps(kept(value), ensure_ascii=False, separators=(",", ":")).encode()


def packed(body: bytes, headers: dict[str, str]) -> Request:
    """A request whose body is compressed where that is worth it."""
    if len(body) < COMPRESS_FROM:
        return Request(body, headers)
    return Request(gzip.compress(body), {**headers, "Content-Encoding": "gzip"})
