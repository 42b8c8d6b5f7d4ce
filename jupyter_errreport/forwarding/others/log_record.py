"""A stored event as a log record of OpenTelemetry's, with the attributes that its conventions have for exceptions.

https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-logs/ and, for the encoding in JSON,
https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding: names in camelCase, 64-bit numbers as text.
"""

from typing import Any

from ... import __version__
from .stored import Stored, frames_of, nanoseconds

SCOPE = "jupyter_errreport"
ERROR = 17
"""The number of the severity `ERROR` (https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber)."""
_JOINED = {
    "cause": "The above exception was the direct cause of the following exception:",
    "context": "During handling of the above exception, another exception occurred:",
}


def logs_of(stored: Stored) -> dict[str, Any]:
    """What is sent for one event: a service is a notebook, its version the notebook's release."""
    resource = {"service.name": stored.notebook, "service.version": stored.event.get("release") or ""}
    return {
        "resourceLogs": [
            {
                "resource": {"attributes": _attributes(resource)},
                "scopeLogs": [
                    {"scope": {"name": SCOPE, "version": __version__}, "logRecords": [_record(stored)]},
                ],
            }
        ]
    }


def _record(stored: Stored) -> dict[str, Any]:
    event = stored.event
    failed = frames_of(stored)[-1:]
    attributes: dict[str, Any] = {
        "exception.type": event["error_name"],
        "exception.message": event["error_message"],
        "exception.stacktrace": stacktrace(stored),
        "log.record.uid": event["event_id"],
        "errreport.group": event["group"],
        "errreport.kind": event["kind"],
        "errreport.language": event["language"],
        "errreport.count": event["count"],
        "errreport.execution_count": event["execution_count"],
        "errreport.first_line": event["first_line"],
        "errreport.url": stored.url,
    }
    for frame in failed:
        attributes["code.function.name"] = frame.function
        attributes["code.file.path"] = frame.filename
        attributes["code.line.number"] = frame.lineno
    return {
        "timeUnixNano": str(nanoseconds(event["timestamp"])),
        "observedTimeUnixNano": str(nanoseconds(event["received_at"])),
        "severityNumber": ERROR,
        "severityText": "ERROR",
        "body": {"stringValue": _said(event)},
        "attributes": _attributes(attributes),
    }


def stacktrace(stored: Stored) -> str:
    """The traceback as Python prints it, without the lines of code, which the store does not have."""
    event = stored.event
    parts = []
    for link in reversed(event["chain"]):
        if link["relation"] in _JOINED:
            parts += [_said(link), "", _JOINED[link["relation"]], ""]
    frames = frames_of(stored)
    if frames:
        parts.append("Traceback (most recent call last):")
    parts += [f'  File "{frame.filename}", line {frame.lineno}, in {frame.function}' for frame in frames]
    parts.append(_said(event))
    parts += [f"  | {_said(link)}" for link in event["chain"] if link["relation"] == "member"]
    return "\n".join(parts)


def _said(error: Any) -> str:
    return f"{error['error_name']}: {error['error_message']}" if error["error_message"] else str(error["error_name"])


def _attributes(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": name, "value": _value(value)} for name, value in values.items() if value != ""]


def _value(value: Any) -> dict[str, str]:
    return {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}
