"""What the door lets in no database refuses: texts of any length and kind, in every field that a client can write."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_errreport.event import new_event_id
from jupyter_errreport.store.tokens import create_token, list_tokens

from .server import ApiServer

LENGTHS = (0, 1, 16, 27, 32, 36, 40, 64, 100, 200, 300, 500, 1_000, 2_000, 3_000)
CHARACTERS = "aZ9_-./*?%\\'\"[ \n\t\x00\x7f\u00e4\u0416\u4e2d\u200b\U0001f600"


@st.composite
def texts(draw: st.DrawFn) -> str:
    """As long as some column is, or one more, of characters with one to four bytes; also such as SQL knows."""
    length = draw(st.sampled_from(LENGTHS)) + draw(st.sampled_from((0, 1)))
    piece = draw(st.text(st.sampled_from(CHARACTERS), min_size=1, max_size=4))
    return (piece * (length // len(piece) + 1))[:length]


IDS = st.sampled_from((1, 63, 64, 65)).map(lambda length: "x" * length) | texts()
NUMBERS = st.sampled_from((-(2**63), -(2**31), -1, 0, 1, 1_000_000, 2**31 - 1, 2**31, 2**63, 2**70))
EVENTS = st.fixed_dictionaries(
    {"error_name": texts().map(lambda text: text or "E")},
    optional={
        **{name: texts() for name in ("error_message", "first_line", "notebook", "release", "language", "timestamp")},
        **dict.fromkeys(("session", "cell_id", "cell_hash", "fingerprint"), IDS),
        **dict.fromkeys(("execution_count", "count"), NUMBERS),
        "traceback": st.lists(st.fixed_dictionaries({"filename": texts(), "fun_name": texts(), "lineno": NUMBERS})),
        "chain": st.lists(st.fixed_dictionaries({"error_name": texts(), "error_message": texts()}), max_size=3),
        "masked": st.lists(st.sampled_from(("notebook", "first_line", "error_message", "traceback")) | texts()),
        "comments": st.lists(texts(), max_size=3),
        "policy": st.sampled_from(("code-only", "type-only", "verbatim")),
        "kind": st.sampled_from(("cell", "kernel_died", "interrupt")),
    },
)
lasting = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def server(module_place: str) -> Iterator[ApiServer]:
    server = ApiServer(module_place)
    yield server
    server.close()


def said(answer: requests.Response) -> int:
    """Its status, which is never that of a failure of ours."""
    assert answer.status_code < 500, (answer.status_code, answer.text)
    return answer.status_code


@lasting
@given(event=EVENTS)
def test_an_event(server: ApiServer, event: dict[str, Any]) -> None:
    event = {**event, "event_id": new_event_id()}
    if said(server.post("errors", event)) != 200:
        return
    kept = server.get(f"errors/{event['event_id']}").json()
    assert said(server.get(f"groups/{kept['group']}")) == 200
    assert server.post("errors", kept).json()["status"] == "duplicate"  # what is shown can be sent, and is no more


@lasting
@given(sent=st.fixed_dictionaries({}, optional={"notebook": texts(), "release": texts(), "good_cells": NUMBERS}))
def test_a_session(server: ApiServer, sent: dict[str, Any]) -> None:
    said(server.post("sessions", sent))
    said(server.post("usages/", sent))


@lasting
@given(
    change=st.fixed_dictionaries({}, optional={"note": texts(), "hint": texts()}),
    decided=st.sampled_from(({}, {"status": "open"}, {"status": "ignored", "until": {"sessions": 1_000_000}})),
    release=texts(),
    fingerprint=IDS,
    cell=texts(),
    name=texts(),
)
def test_a_decision(
    server: ApiServer,
    change: dict[str, Any],
    decided: dict[str, Any],
    release: str,
    fingerprint: str,
    cell: str,
    name: str,
) -> None:
    group = server.post("errors", {"error_name": "E", "notebook": "n"}).json()["group"]
    said(server.patch(f"groups/{group}", {**change, **decided}))
    said(server.patch(f"groups/{group}", {"status": "resolved", "release": release}))
    said(server.post(f"groups/{group}/split", {"fingerprint": fingerprint, "cell": cell}))
    said(server.post(f"groups/{group}/merge", {"into": fingerprint}))
    said(server.get(f"groups/{quote(name, safe='')}"))
    fields = {"action": "split", "fingerprint": fingerprint, "cell": cell}
    said(server.post(f"groups/{group}/decide", data=fields, allow_redirects=False))


@lasting
@given(name=texts(), source=texts(), cell_hash=IDS | st.none(), language=texts(), release=texts())
def test_a_source(
    server: ApiServer, name: str, source: str, cell_hash: str | None, language: str, release: str
) -> None:
    path = f"notebooks/{quote(name, safe='')}/source"
    sent = {"cells": [{"source": source, "cell_hash": cell_hash}], "language": language, "release": release}
    said(server.put(path, sent))
    said(server.get(path))
    said(server.delete(path))


@lasting
@given(value=texts(), place=st.tuples(texts() | NUMBERS, texts() | NUMBERS))
def test_a_question(server: ApiServer, value: str, place: tuple[Any, Any]) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(place).encode()).decode()
    for path in ("errors", "groups", "notebooks", "sessions"):
        for name in ("notebook", "error_name", "group", "session", "q"):
            said(server.get(path, params={name: value}))
        said(server.get(path, params={"cursor": cursor}))
    said(server.delete("errors", params={"notebook": value or "x"}))


@lasting
@given(pattern=texts().filter(lambda text: "\0" not in text))
def test_a_token(server: ApiServer, pattern: str) -> None:
    server.database.write(lambda connection: create_token(connection, "read", pattern)).result(10)
    assert server.database.read(list_tokens).result(10)
