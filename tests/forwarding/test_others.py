"""Sentry and OpenTelemetry are told of every event that is stored, by the same outbox as all others."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from jupyter_errreport.delivery import Destination
from jupyter_errreport.delivery.http.answer import Answer
from jupyter_errreport.event import group_id
from jupyter_errreport.forwarding.others import others_of
from jupyter_errreport.forwarding.others.open_telemetry import OpenTelemetry
from jupyter_errreport.forwarding.others.sentry import Sentry
from jupyter_errreport.forwarding.others.stored import Stored
from jupyter_errreport.store.published.sources import PublishedCell, publish_source
from tests.support.receiver import Receiver
from tests.support.waiting import wait_for

from .conftest import Server, event

Start = Callable[..., Server]
KEY = "0123456789abcdef0123456789abcdef"


def sentry(to: Receiver) -> Destination:
    (found,) = others_of(to.url.replace("://", f"://{KEY}@") + "/below/7", "")
    return found


def otlp(to: Receiver, headers: str = "") -> Destination:
    (found,) = others_of("", to.url, headers)
    return found


def envelopes(to: Receiver) -> list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]:
    """Of each request the envelope's header, the item's header and the event."""
    found = []
    for _, _, body in to.requests:
        about, item, payload, rest = body.split(b"\n")
        assert rest == b""
        assert json.loads(item)["length"] == len(payload)
        found.append((json.loads(about), json.loads(item), json.loads(payload)))
    return found


def records(to: Receiver) -> list[tuple[dict[str, Any], Any]]:
    """Of each log record the attributes, those of its resource among them, and itself, as Protobuf reads it."""
    found = []
    for _, _, body in to.requests:
        request = json_format.Parse(body, ExportLogsServiceRequest())
        (resource,) = request.resource_logs
        (scope,) = resource.scope_logs
        for record in scope.log_records:
            attributes = [*resource.resource.attributes, *record.attributes]
            values = {item.key: getattr(item.value, item.value.WhichOneof("value")) for item in attributes}
            found.append((values, record))
    return found


def test_each_event_is_an_envelope_of_its_own(start: Start, to: Receiver) -> None:
    sent = [event(f"E{number}", first_line="é" * 400) for number in range(3)]
    server = start(sentry(to))
    server.store(*sent)
    wait_for(lambda: server.figures()["sent"] == 3, "all")
    told = envelopes(to)
    assert [about["event_id"] for about, _, _ in told] == [item["event_id"].replace("-", "") for item in sent]
    assert [payload["event_id"] for _, _, payload in told] == [about["event_id"] for about, _, _ in told]
    assert {path for path, _, _ in to.requests} == {"/below/api/7/envelope/"}
    headers = to.requests[0][1]
    assert f"sentry_key={KEY}" in headers["X-Sentry-Auth"]
    assert headers["Content-Encoding"] == "gzip"
    assert server.figures()["kind"] == "sentry"
    assert KEY not in str(server.figures())


def test_each_event_is_a_log_record_that_protobuf_reads(start: Start, to: Receiver) -> None:
    frames = [
        {"filename": "<cell 3>", "fun_name": "<module>", "lineno": 2},
        {"filename": "numpy/linalg/_linalg.py", "fun_name": "inv", "lineno": 561},
    ]
    chain = [{"error_name": "KeyError", "error_message": "<str>", "relation": "cause"}]
    server = start(otlp(to, "api-key=a%20secret, other = 1"))
    sent = event("LinAlgError", error_message="Singular matrix", traceback=frames, chain=chain, release="1.3", count=4)
    server.store(sent)
    wait_for(lambda: server.figures()["sent"] == 1, "the record")
    ((values, record),) = records(to)
    assert values["service.name"] == "dock"
    assert values["service.version"] == "1.3"
    assert (values["exception.type"], values["exception.message"]) == ("LinAlgError", "Singular matrix")
    assert values["exception.stacktrace"].splitlines() == [
        "KeyError: <str>",
        "",
        "The above exception was the direct cause of the following exception:",
        "",
        "Traceback (most recent call last):",
        '  File "dock/<cell 3>", line 2, in <module>',
        '  File "numpy/linalg/_linalg.py", line 561, in inv',
        "LinAlgError: Singular matrix",
    ]
    assert values["log.record.uid"] == sent["event_id"]
    assert values["errreport.count"] == 4
    assert values["errreport.group"] == group_id("dock", sent["fingerprint"])
    assert (record.severity_number, record.severity_text) == (17, "ERROR")
    assert record.time_unix_nano == 1_795_507_200_000_000_000
    assert record.observed_time_unix_nano > 0
    path, headers, _ = to.requests[0]
    assert (path, headers["api-key"], headers["other"]) == ("/v1/logs", "a secret", "1")
    assert "secret" not in str(server.figures())


@pytest.mark.parametrize("kind", [sentry, otlp])
def test_what_may_be_taken_later_waits_and_what_never_will_be_is_marked(start: Start, to: Receiver, kind: Any) -> None:
    to.answer = 500
    server, label = start(kind(to)), kind(to).label
    server.store(event())
    for answer in (500, 503, 401, 403, 404, 302, 429):
        before, to.answer = len(to.requests), answer
        wait_for(lambda before=before: len(to.requests) > before + 1, "another attempt")
        wait_for(lambda answer=answer: f"{label} answered {answer}" in str(server.figures()["problem"]), "its answer")
        assert server.figures()["waiting"] == 1
    to.answer = 200
    wait_for(lambda: server.figures()["sent"] == 1, "the event")
    assert server.figures()["problem"] == ""
    for number, answer in enumerate((400, 413), 1):
        to.answer = answer
        server.store(event("poison"))
        wait_for(lambda number=number: server.figures()["rejected"] == number, "the answer")
        assert server.figures()["problem"] == f"{label} answered {answer}"
    to.answer, before = 200, len(to.requests)
    server.store(event("good"))
    wait_for(lambda: server.figures()["sent"] == 2, "the next")
    assert (server.figures()["rejected"], len(to.requests)) == (2, before + 1)


@pytest.mark.parametrize(
    ("kind", "headers", "seconds"),
    [
        (Sentry, {"Retry-After": "3000"}, 3000),
        (Sentry, {"X-Sentry-Rate-Limits": "9:transaction:key, 3000:default;error:organization:quota"}, 3000),
        (Sentry, {"X-Sentry-Rate-Limits": "60:error:key,3000::key"}, 3000),
        (Sentry, {"X-Sentry-Rate-Limits": "9:transaction:key, none"}, None),
        (OpenTelemetry, {"Retry-After": "3000"}, 3000),
        (OpenTelemetry, {}, None),
    ],
)
def test_a_receiver_says_how_long_to_wait(kind: Any, headers: dict[str, str], seconds: float | None) -> None:
    receiver = kind(Destination("otlp", "https://otel.example.org/v1/logs"))
    outcome = receiver.outcome(Answer(429, headers, b""), 1)
    assert (outcome.statuses, outcome.retry_after) == (None, seconds)


def test_a_record_that_a_receiver_counts_as_refused_is_refused(start: Start, to: Receiver) -> None:
    to.body = b'{"partialSuccess": {"rejectedLogRecords": "1", "errorMessage": "<script>"}}'
    server = start(otlp(to))
    server.store(event())
    wait_for(lambda: server.figures()["rejected"] == 1, "the answer")
    assert "<script>" not in str(server.figures()["problem"])
    to.body = b'{"partialSuccess": {"rejectedLogRecords": "0"}}'
    server.store(event())
    wait_for(lambda: server.figures()["sent"] == 1, "the next")


@pytest.mark.parametrize(
    "dsn",
    [
        "sentry.example.org",
        "https://sentry.example.org/1",
        "https://key@sentry.example.org/",
        "https://key@sentry.example.org/a b",
        "ftp://key@sentry.example.org/1",
        "https://key@[::1/1",
        "https://key@host:port/1",
    ],
)
def test_what_is_no_dsn_is_said_without_the_key(dsn: str) -> None:
    with pytest.raises(ValueError, match="looks like https://PUBLIC_KEY@") as refused:
        others_of(dsn, "")
    assert "key@" not in str(refused.value)


@pytest.mark.parametrize(
    ("endpoint", "headers"),
    [
        ("localhost:4318", ""),
        ("https://me:secret@example.org", ""),
        ("https://example.org?key=secret", ""),
        ("https://example.org", "secret"),
        ("https://example.org", "a b=secret"),
        ("https://example.org", "a=secret\r\nb: c"),
    ],
)
def test_what_is_no_address_of_a_receiver_is_said_without_secrets(endpoint: str, headers: str) -> None:
    with pytest.raises(ValueError, match=r"otlp_(endpoint|headers)") as refused:
        others_of("", endpoint, headers)
    assert "secret" not in str(refused.value)


def test_an_old_dsn_and_a_whole_address_are_taken_too() -> None:
    old, whole = others_of("https://key:secret@sentry.example.org:9000/1", "https://example.org/otlp/v1/logs/")
    assert (old.address, old.token) == ("https://sentry.example.org:9000/api/1/envelope/", "key")
    assert old.label == "sentry.example.org:9000"
    assert whole.address == "https://example.org/otlp/v1/logs"


def test_what_can_not_be_worded_is_marked_and_holds_up_nobody(
    start: Start, to: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    worded = Sentry.worded

    def faulty(self: Sentry, stored: Stored) -> bytes:
        if stored.event["error_name"] == "odd":
            raise KeyError("a secret of the event")
        return worded(self, stored)

    monkeypatch.setattr(Sentry, "worded", faulty)
    server = start(sentry(to))
    server.store(event("odd"), event("good"))
    wait_for(lambda: server.figures()["sent"] == 1, "the other")
    assert server.figures()["rejected"] == 1


def test_the_authors_lines_go_along_where_the_cell_is_published(start: Start, to: Receiver) -> None:
    server = start(sentry(to))
    cell = PublishedCell("\ntable = 1\ntable['dose']", "f" * 32, "table = <int>")
    server.database.write(lambda connection: publish_source(connection, "dock", [cell], "python", None)).result(20)
    frames = [{"filename": "<cell 3>", "fun_name": "<module>", "lineno": 2}]  # IPython counts from the first line
    server.store(event("KeyError", traceback=frames, cell_hash="f" * 32))
    wait_for(lambda: server.figures()["sent"] == 1, "the event")
    ((_, _, payload),) = envelopes(to)
    (frame,) = payload["exception"]["values"][0]["stacktrace"]["frames"]
    assert (frame["pre_context"], frame["context_line"]) == (["", "table = 1"], "table['dose']")
