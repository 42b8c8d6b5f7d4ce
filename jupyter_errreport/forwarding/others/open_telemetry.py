"""OpenTelemetry's protocol over HTTP (https://opentelemetry.io/docs/specs/otlp/#otlphttp), in its JSON encoding."""

from typing import Any
from urllib.parse import unquote

from ...delivery.http.answer import Answer
from ...delivery.outcome import Outcome, judged
from .log_record import logs_of
from .receiver import OtherReceiver, as_json
from .stored import Stored


class OpenTelemetry(OtherReceiver):
    """A collector of OpenTelemetry's, or whatever else takes its log records."""

    def worded(self, stored: Stored) -> bytes:
        """One log record."""
        return as_json(logs_of(stored))

    def headers(self) -> dict[str, str]:
        """Those that the operator named."""
        pairs = (part.partition("=") for part in self.destination.token.split(",") if part.strip())
        named = {name.strip(): unquote(value.strip()) for name, _, value in pairs}
        return {"Content-Type": "application/json", **named}

    def outcome(self, answer: Answer, count: int) -> Outcome:
        """Also an answer 200 may say that the record was not taken."""
        if answer.status == 200 and _rejected(answer.json):
            return judged("rejected", 1, f"{self.destination.label} took the request and refused the record")
        return super().outcome(answer, count)


def _rejected(told: Any) -> bool:
    """Whether the answer counts a record as rejected; in JSON, a 64-bit number may be a text."""
    partial = told.get("partialSuccess") if isinstance(told, dict) else None
    count = partial.get("rejectedLogRecords") if isinstance(partial, dict) else None
    return str(count or 0).strip() not in ("", "0")
