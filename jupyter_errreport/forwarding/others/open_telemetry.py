"""OpenTelemetry's protocol over HTTP (https://opentelemetry.io/docs/specs/otlp/#otlphttp), in its JSON encoding."""

from typing import Any
from urllib.parse import unquote

from ...delivery import Destination
from ...delivery.answer import json_of
from ...delivery.outcome import Outcome, judged
from .log_record import logs_of
from .receiver import Receiver, Request, as_json, packed
from .stored import Stored


class OpenTelemetry(Receiver):
    """A collector of OpenTelemetry's, or whatever else takes its log records."""

    def request(self, stored: Stored, destination: Destination) -> Request:
        """One log record."""
        return packed(as_json(logs_of(stored)), {"Content-Type": "application/json", **_headers(destination.token)})

    def outcome(self, destination: Destination, answer: Any) -> Outcome:
        """Also an answer 200 may say that the record was not taken."""
        if answer.status_code == 200 and _rejected(json_of(answer)):
            return judged("rejected", 1, f"{destination.label} took the request and refused the record")
        return super().outcome(destination, answer)


def _headers(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(",") if part.strip())
    return {name.strip(): unquote(value.strip()) for name, _, value in pairs}


def _rejected(told: Any) -> bool:
    """Whether the answer counts a record as rejected; in JSON, a 64-bit number may be a text."""
    partial = told.get("partialSuccess") if isinstance(told, dict) else None
    count = partial.get("rejectedLogRecords") if isinstance(partial, dict) else None
    return str(count or 0).strip() not in ("", "0")
