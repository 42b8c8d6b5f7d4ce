"""Sentry's protocol: an event travels in an envelope (https://develop.sentry.dev/sdk/foundations/transport/envelopes/)."""

import time
from typing import Any

from ... import __version__
from ...delivery import Destination
from ...event import rfc3339
from .receiver import Receiver, Request, as_json, packed
from .sentry_event import SDK_NAME, sentry_event
from .stored import Stored


class Sentry(Receiver):
    """Sentry, GlitchTip, Bugsink, and whatever else speaks its protocol."""

    def request(self, stored: Stored, destination: Destination) -> Request:
        """One envelope with one event."""
        event = sentry_event(stored)
        payload = as_json(event)
        about = as_json({"event_id": event["event_id"], "sent_at": rfc3339(time.time())})
        item = as_json({"type": "event", "length": len(payload)})
        shown = f"Sentry sentry_version=7, sentry_client={SDK_NAME}/{__version__}, sentry_key={destination.token}"
        headers = {"Content-Type": "application/x-sentry-envelope", "X-Sentry-Auth": shown}
        return packed(b"\n".join((about, item, payload, b"")), headers)

    def asked_to_wait(self, answer: Any) -> float | None:
        """Seconds, also as Sentry says it (https://develop.sentry.dev/sdk/expected-features/rate-limiting/)."""
        return super().asked_to_wait(answer) or _limited(answer.headers.get("X-Sentry-Rate-Limits") or "")


def _limited(text: str) -> float | None:
    """The longest of the limits that hold for errors, in `60:error;transaction:key, 2700:default:organization`."""
    waits = []
    for limit in text.split(","):
        seconds, _, categories = limit.strip().partition(":")
        named = categories.partition(":")[0].split(";")
        if seconds.isdigit() and ("error" in named or named == [""]):
            waits.append(float(seconds))
    return max(waits, default=None)
