import asyncio
import gzip
import json
import socket
import zlib
from collections import Counter
from typing import Any

import pytest
import requests

from jupyter_errreport.api.http.body import inflate
from jupyter_errreport.api.receiving.receive import TURN_BYTES
from jupyter_errreport.contract import BODY_LIMIT, COUNT_LIMIT
from jupyter_errreport.event import fingerprint, group_id, new_event_id
from jupyter_errreport.privacy.shapes import patterns
from jupyter_errreport.store import Limits
from tests.support.waiting import wait_for

from .server import PREFIX, ApiServer

JSON = {"Content-Type": "application/json"}
NDJSON = {"Content-Type": "application/x-ndjson"}


def problem(response: requests.Response, status: int, reason: str) -> dict[str, str]:
    assert response.status_code == status, response.text
    body: dict[str, str] = response.json()
    assert body["reason"] == reason
    assert body["message"].endswith(".")
    return body


def test_one_event_is_answered_with_one_object_once_it_can_be_read(server: ApiServer) -> None:
    answer = server.post("errors", {"error_name": "ValueError", "event_id": (event_id := new_event_id())})
    assert answer.status_code == 200
    assert answer.json() == {
        "event_id": event_id,
        "status": "stored",
        "group": group_id("unknown", fingerprint("ValueError", "", [])),
    }
    assert server.get(f"errors/{event_id}").json()["error_name"] == "ValueError"


def test_what_was_not_sent_has_the_defaults(server: ApiServer) -> None:
    server.post("errors", {"error_name": "E"})
    (event,) = server.get("errors").json()
    assert event["received_at"] > event["timestamp"] > "2026"
    expected = {
        "error_message": "",
        "traceback": [],
        "first_line": "",
        "execution_count": -1,
        "notebook": "unknown",
        "kind": "cell",
        "language": "python",
        "count": 1,
        "chain": [],
        "session": None,
        "cell_id": None,
        "cell_hash": None,
        "release": None,
    }
    assert {name: event[name] for name in expected} == expected


def test_a_batch_is_answered_in_order_and_its_good_events_are_stored(server: ApiServer) -> None:
    event_id = new_event_id()
    sent = [
        {"error_name": "A", "event_id": event_id},
        {"error_name": 4},
        "B",
        {"error_name": "A", "event_id": event_id},
    ]
    answers = server.post("errors", sent).json()
    assert [answer["status"] for answer in answers] == ["stored", "rejected", "rejected", "duplicate"]
    assert "error_name" in answers[1]["reason"]
    assert [event["event_id"] for event in server.stored] == [event_id]


@pytest.mark.parametrize("kind", ["application/x-ndjson", "application/ndjson", "application/jsonl"])
def test_each_line_of_ndjson_is_an_event_and_a_bad_line_only_itself(server: ApiServer, kind: str) -> None:
    body = '{"error_name": "A"}\n\nnot json\r\n{"error_name": "B"}\n'
    answers = server.post("errors", data=body, headers={"Content-Type": kind}).json()
    assert [(answer["status"], answer.get("reason")) for answer in answers] == [
        ("stored", None),
        ("rejected", "not_json"),
        ("stored", None),
    ]


def test_an_empty_batch_is_an_empty_answer(server: ApiServer) -> None:
    assert server.post("errors", []).json() == []


def test_a_body_without_a_content_type_is_json(server: ApiServer) -> None:
    assert server.post("errors", data=b'{"error_name": "A"}').json()["status"] == "stored"


def test_gzip_is_inflated(server: ApiServer) -> None:
    body = gzip.compress(b'{"error_name": "A"}')
    answer = server.post("errors", data=body, headers=JSON | {"Content-Encoding": "gzip"})
    assert answer.json()["status"] == "stored"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("error_name", 3),
        ("error_name", ""),
        ("error_message", ["x"]),
        ("traceback", "x"),
        ("traceback", [{"lineno": "7"}]),
        ("execution_count", 2**31),
        ("execution_count", 1.5),
        ("execution_count", True),
        ("count", 0),
        ("count", COUNT_LIMIT + 1),
        ("count", 1_000_000),
        ("kind", "sell"),
        ("event_id", "12345678-1234-4234-8234-123456789012"),
        ("timestamp", "yesterday"),
        ("last_timestamp", "yesterday"),
        ("cell_id", "/home/me/x.ipynb#1"),
        ("session", "a b"),
        ("fingerprint", "é"),
        ("chain", [{"error_name": "A", "relation": "aunt"}]),
        ("language", 1),
        ("release", {}),
    ],
)
def test_a_wrong_field_is_named(server: ApiServer, field: str, value: Any) -> None:
    body = problem(server.post("errors", {"error_name": "A", field: value}), 400, "invalid_field")
    assert body["field"].startswith(field)
    assert f"`{body['field']}`" in body["message"]
    assert server.get("errors").json() == []


def test_a_missing_name_is_named(server: ApiServer) -> None:
    assert problem(server.post("errors", {}), 400, "invalid_field")["field"] == "error_name"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"error_name": NaN}',
        b'{"error_name": "A", "count": Infinity}',
        b'{"error_name": "A", "count": 1e999}',
        b'{"error_name": "A", "count": ' + b"9" * 5_000 + b"}",
    ],
)
def test_what_is_not_json_is_said_so(server: ApiServer, body: bytes) -> None:
    problem(server.post("errors", data=body, headers=JSON), 400, "not_json")


def test_bytes_that_are_not_utf8_are_said_so(server: ApiServer) -> None:
    problem(server.post("errors", data=b'{"error_name": "\xff"}', headers=JSON), 400, "not_utf8")


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"error_name": "A", "x": ' + b"[" * 500 + b"]" * 500 + b"}"])
def test_deep_nesting_is_refused(server: ApiServer, body: bytes) -> None:
    problem(server.post("errors", data=body, headers=JSON), 400, "too_deep")


@pytest.mark.parametrize("value", [3, "x", None, True])
def test_a_value_that_is_no_object_is_refused(server: ApiServer, value: Any) -> None:
    problem(server.post("errors", data=json.dumps(value), headers=JSON), 400, "not_an_object")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ('"a\\u0000b"', "a\ufffdb"),
        ('"\\ud800"', "\ufffd"),
        ('"x\\ud800y\\udc00z"', "x\ufffdy\ufffdz"),
        ('"\\ud83d\\ude00"', "😀"),
    ],
)
def test_text_that_no_database_holds_is_replaced(server: ApiServer, sent: str, kept: str) -> None:
    server.post("errors", data=f'{{"error_name": "A", "error_message": {sent}}}', headers=JSON).raise_for_status()
    assert server.get("errors").json()[0]["error_message"] == kept


def test_long_text_is_cut_and_long_lists_are_folded(server: ApiServer) -> None:
    long = "x" * 1_200
    sent = {
        "error_name": long,
        "error_message": long,
        "first_line": long,
        "notebook": long,
        "release": long,
        "traceback": [{"filename": long, "fun_name": long, "lineno": line} for line in range(60)],
        "chain": [{"error_name": long, "error_message": long}] * 11,
    }
    server.post("errors", sent).raise_for_status()
    (event,) = server.get("errors").json()
    assert [len(event[name]) for name in ("error_name", "error_message", "first_line", "notebook", "release")] == [
        200,
        1_000,
        500,
        200,
        100,
    ]
    assert [frame["lineno"] for frame in event["traceback"]] == [*range(25), *range(35, 60)]
    assert len(event["traceback"][0]["filename"]) == 300
    assert len(event["chain"]) == 10
    assert len(event["chain"][0]["error_message"]) == 1_000


def test_null_is_a_field_that_is_not_there_and_unknown_fields_are_ignored(server: ApiServer) -> None:
    answer = server.post("errors", {"error_name": "A", "cell_id": None, "traceback": None, "from_the_future": [1]})
    assert answer.json()["status"] == "stored"


def test_a_timestamp_of_another_zone_is_the_same_moment(server: ApiServer) -> None:
    times = {"timestamp": "2026-11-24T10:00:00.5+02:00", "last_timestamp": "2026-11-24T10:00:30+02:00"}
    server.post("errors", {"error_name": "A", "count": 7, **times})
    (event,) = server.get("errors").json()
    assert event["timestamp"] == "2026-11-24T08:00:00.500000Z"
    assert event["last_timestamp"] == "2026-11-24T08:00:30.000000Z"


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Content-Type": "text/plain"}, "wrong_content_type"),
        ({"Content-Type": "application/xml"}, "wrong_content_type"),
        ({"Content-Type": "application/json; charset=latin-1"}, "wrong_charset"),
        ({"Content-Type": "application/json", "Content-Encoding": "br"}, "wrong_encoding"),
    ],
)
def test_another_kind_of_body_is_refused(server: ApiServer, headers: dict[str, str], reason: str) -> None:
    problem(server.post("errors", data=b'{"error_name": "A"}', headers=headers), 415, reason)


def test_json_is_taken_from_a_client_that_calls_every_body_a_form(server: ApiServer) -> None:
    """`curl -d`, unless it is told better."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert server.post("errors", data=b'{"error_name": "A"}', headers=headers).json()["status"] == "stored"
    problem(server.post("errors", data=b"error_name=A", headers=headers), 400, "not_json")


@pytest.mark.parametrize("size", [BODY_LIMIT + 1, 3_000_000])
def test_a_body_that_is_too_large_is_refused(server: ApiServer, size: int) -> None:
    problem(server.post("errors", data=b" " * size, headers=JSON), 413, "too_large")


def test_a_body_announced_as_huge_is_refused_before_it_is_sent(server: ApiServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 10) as client:
        client.sendall(f"POST {PREFIX}errors HTTP/1.1\r\nHost: x\r\nContent-Length: 99000000\r\n\r\n".encode())
        assert b"413" in client.recv(4_000).split(b"\r\n")[0]


def test_an_endless_body_is_cut_off(server: ApiServer) -> None:
    def endless() -> Any:
        while True:
            yield b" " * 65_536

    with pytest.raises((requests.ConnectionError, AssertionError)):
        assert server.post("errors", data=endless(), headers=JSON).status_code != 413


def test_a_body_of_exactly_the_limit_is_read(server: ApiServer) -> None:
    body = b'{"error_name": "A"}'.ljust(BODY_LIMIT)
    assert server.post("errors", data=body, headers=JSON).json()["status"] == "stored"


def test_a_gzip_bomb_is_refused_and_never_inflated(server: ApiServer) -> None:
    compressor = zlib.compressobj(9, wbits=31)
    bomb = b"".join(compressor.compress(b" " * 1_000_000) for _ in range(200)) + compressor.flush()
    assert len(bomb) < BODY_LIMIT
    problem(server.post("errors", data=bomb, headers=JSON | {"Content-Encoding": "gzip"}), 413, "too_large")


@pytest.mark.parametrize(
    "broken", [b"not gzip", b"", gzip.compress(b'{"error_name": "A"}')[:-6]], ids=["no gzip", "nothing", "cut off"]
)
def test_broken_gzip_is_refused(server: ApiServer, broken: bytes) -> None:
    answer = server.post("errors", data=broken or b"\x1f", headers=JSON | {"Content-Encoding": "gzip"})
    problem(answer, 400, "not_gzip")


def test_gzip_of_several_members_is_inflated() -> None:
    assert inflate(gzip.compress(b"ab") + gzip.compress(b"c" * 100_000)) == b"ab" + b"c" * 100_000


def test_gzip_of_very_many_members_is_refused(server: ApiServer) -> None:
    body = gzip.compress(b"") * 5_000
    problem(server.post("errors", data=body, headers=JSON | {"Content-Encoding": "gzip"}), 400, "not_gzip")


@pytest.mark.parametrize("text", ["http://a.b.c ", "1 a@b.c pin: a", "é1-1 /a/b"])
def test_nobody_waits_for_the_patterns_of_a_whole_body(
    server: ApiServer, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it is filled: between two turns of the loop patterns run over a few events."""
    turns: list[int] = []
    searched = Counter[int]()
    hide_where = patterns.hide_where

    def counting(piece: str, place: str) -> str:
        searched[len(turns)] += len(piece)
        return hide_where(piece, place)

    async def turn() -> None:
        while True:
            turns.append(0)
            await asyncio.sleep(0)

    monkeypatch.setattr(patterns, "hide_where", counting)
    turning: list[asyncio.Future[None]] = []
    server.call(lambda: turning.append(asyncio.ensure_future(turn())))
    wait_for(lambda: turns, "the loop's first turn")
    message = (text * 300)[:900]
    link = {"error_name": "A", "error_message": "", "relation": "cause"}
    events = [
        {
            "error_name": "E",
            "error_message": f"{number} {message}",
            "chain": [{**link, "error_message": f"{number} {part} {text * 5}"[:70]} for part in range(10)],
        }
        for number in range(100)
    ]
    body = json.dumps(events, ensure_ascii=False).encode()
    assert 200_000 < len(body) < BODY_LIMIT
    assert server.post("errors", data=gzip.compress(body), headers={"Content-Encoding": "gzip"}).status_code == 200
    server.call(lambda: turning[0].cancel())
    assert sum(searched.values()) > len(body) / 3
    assert max(searched.values()) < 3 * TURN_BYTES


def test_too_many_events_at_once_are_refused(server: ApiServer) -> None:
    problem(server.post("errors", [{}] * 1_001), 413, "too_many_events")


def test_an_expired_id_is_rejected_with_its_reason(server: ApiServer) -> None:
    answer = server.post("errors", {"error_name": "A", "event_id": new_event_id(1_600_000_000)}).json()
    assert (answer["status"], answer["reason"]) == ("rejected", "expired")


def test_a_session_over_its_limit_is_answered_429(server: ApiServer) -> None:
    server.service.limits = Limits(max_errors_per_session=2)
    mine, other = {"error_name": "A", "session": "s"}, {"error_name": "A", "session": "t"}
    assert [a["status"] for a in server.post("errors", [mine, mine, mine]).json()] == ["stored", "stored", "rejected"]
    answer = server.post("errors", mine)
    problem(answer, 429, "limit_errors_per_session")
    assert int(answer.headers["Retry-After"]) > 0
    assert server.post("errors", [mine, mine]).status_code == 429
    answers = server.post("errors", [mine, other]).json()
    assert [a.get("reason") for a in answers] == ["limit_errors_per_session", None]


def test_on_stored_hears_of_new_events_only(server: ApiServer) -> None:
    event = {"error_name": "A", "event_id": new_event_id()}
    server.post("errors", [event, event])
    server.post("errors", event)
    server.post("errors", {"error_name": 1})
    assert [e["event_id"] for e in server.stored] == [event["event_id"]]


def test_every_event_is_counted_once_under_what_its_sender_was_told(server: ApiServer) -> None:
    event = {"error_name": "A", "event_id": new_event_id()}
    server.post("errors", [event, event, {"error_name": 4}, "B"])
    server.post("errors", event)
    server.post("errors", {})
    server.post("errors", {"error_name": "A", "event_id": new_event_id(1_600_000_000)})
    server.post("errors", data=b"not json", headers=JSON)  # nobody knows how many events that were
    received = server.get("status").json()["received"]
    since = received.pop("since")
    assert since > "2026"
    assert received == {"events": 7, "stored": 1, "duplicate": 2, "rejected": 4, "failed": 0}


def test_a_disk_that_is_full_is_answered_503_and_said_until_there_is_room(server_with_file: ApiServer) -> None:
    server = server_with_file

    def limit(pages: int) -> None:
        pragma = f"PRAGMA max_page_count = {pages}"
        server.database.write(lambda connection: connection.exec_driver_sql(pragma).scalar()).result(5)

    limit(1)  # not below what there is
    large = {"error_name": "A", "error_message": "x" * 1_000, "event_id": new_event_id()}
    answers = [server.post("errors", {**large, "event_id": new_event_id()}) for _ in range(60)]
    problem(answers[-1], 503, "database_unavailable")
    status = server.get("status").json()
    assert status["status"] == "degraded"
    assert "full" in status["message"]
    assert status["received"]["failed"] + status["received"]["stored"] == 60
    limit(1_000_000)
    assert server.post("errors", large).json()["status"] == "stored"
    assert server.get("status").json()["status"] == "ok"


def test_a_failing_neighbour_does_not_change_the_answer(server: ApiServer) -> None:
    def fail(events: object) -> None:
        raise RuntimeError

    server.service.on_stored = fail
    assert server.post("errors", {"error_name": "A"}).json()["status"] == "stored"


def test_a_database_that_can_not_write_is_answered_503(server: ApiServer) -> None:
    server.database.close()
    answer = server.post("errors", {"error_name": "A"})
    problem(answer, 503, "database_unavailable")
    assert answer.headers["Retry-After"]
    assert server.stored == []
