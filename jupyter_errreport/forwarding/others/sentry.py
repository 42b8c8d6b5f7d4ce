"""Sentry's protocol: an event travels in an envelope (https://develop.sentry.dev/sdk/foundations/transport/envelopes/)."""

import time

from ... import __version__
from ...delivery.http.answer import Answer
from ...delivery.outcome import Outcome
from ...event import rfc3339
from .receiver import OtherReceiver, as_json
from .sentry_event import SDK_NAME, sentry_event
from .stored import Stored


class Sentry(OtherReceiver):
    """Sentry, GlitchTip, Bugsink, and whatever else speaks its protocol."""

    def worded(self, stored: Stored) -> bytes:
        """An envelope with one event."""
        event = sentry_event(stored)
        payload = as_json(event)
        about = as_json({"event_id": event["event_id"], "sent_at": rfc3339(time.time())})
        item = as_json({"type": "event", "length": len(payload)})
        return b"\n".join((about, item, payload, b""))

    def headers(self) -> dict[str, str]:
        """What it is, and the public key of the project."""
        key = self.destination.token
        shown = f"Sentry sentry_version=7, sentry_client={SDK_NAME}/{__version__}, sentry_key={key}"
        return {"Content-Type": "application/x-sentry-envelope", "X-Sentry-Auth": shown}

    def outcome(self, answer: Answer, count: int) -> Outcome:
        """Also how long to wait, as Sentry says it."""
        outcome = super().outcome(answer, count)
        if outcome.statuses is not None or outcome.retry_after:
            return outcome
        return outcome._replace(retry_after=_limited(answer.headers.get("X-Sentry-Rate-Limits") or ""))


def _limited(text: str) -> float | None:
    """The longest of the limits that hold for errors, in `60:error;transaction:key, 2700:default:organization`.

    https://develop.sentry.dev/sdk/expected-features/rate-limiting/
    """
    waits = []
    for limit in text.split(","):
        seconds, _, categories = limit.strip().partition(":")
        named = categories.partition(":")[0].split(";")
        if seconds.isdigit() and ("error" in named or named == [""]):
            waits.append(float(seconds))
    return max(waits, default=None)
