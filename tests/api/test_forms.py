"""The forms of a group's page, and the news that open pages hear."""

from typing import Any

import pytest
import requests

from .server import ApiServer
from .test_groups import A, B, fail


def decide(server: ApiServer, group: str, **fields: Any) -> requests.Response:
    return requests.post(f"{server.url}groups/{group}/decide", data=fields, timeout=10, allow_redirects=False)


def decided(server: ApiServer, group: str, **fields: Any) -> dict[str, Any]:
    """The group that the form leads to."""
    answer = decide(server, group, **fields)
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"].startswith("../")
    found: dict[str, Any] = server.get("groups/" + answer.headers["Location"].removeprefix("../")).json()
    return found


def test_a_button_decides_and_leads_back(server: ApiServer) -> None:
    fail(server, "a")
    assert decided(server, A, action="resolved")["status"] == "resolved"
    assert decided(server, A, action="resolved", release="1.2")["resolved_release"] == "1.2"
    assert decided(server, A, action="open")["status"] == "open"
    assert decided(server, A, action="ignored", until="")["ignored_until"] is None
    assert decided(server, A, action="ignored", until="again")["ignored_until"] == "again"
    assert decided(server, A, action="ignored", until="sessions", sessions="3")["ignored_until"] == {"sessions": 3}
    assert decided(server, A, action="hint", text=" Run\r\nit again. ")["hint"] == "Run\nit again."
    assert decided(server, A, action="note", text="mine")["note"] == "mine"


def test_groups_are_merged_and_split_by_form(server: ApiServer) -> None:
    fail(server, "a", notebook="dock", execution_count=1)
    fail(server, "a", notebook="dock", execution_count=2)
    fail(server, "b")
    assert decided(server, A, action="merge", into=B)["count"] == 3
    part = decided(server, B, action="split", fingerprint="2-a", notebook="dock", cell="[2]")
    assert (part["count"], part["cells"][0]["cell"]) == (1, "[2]")
    fail(server, "a", notebook="dock", execution_count=2)
    assert server.get(f"groups/{part['group']}").json()["count"] == 2, "the choice lasts"


@pytest.mark.parametrize(
    ("fields", "status", "reason"),
    [
        ({"action": "explode"}, 400, "bad_action"),
        ({}, 400, "bad_action"),
        ({"action": "ignored", "until": "sessions", "sessions": "many"}, 400, "bad_sessions"),
        ({"action": "hint", "text": "x" * 2_001}, 400, "too_long"),
        ({"action": "merge", "into": "nobody"}, 404, "unknown_group"),
        ({"action": "merge", "into": A}, 409, "nothing_to_regroup"),
        ({"action": "split", "fingerprint": "2-z"}, 409, "nothing_to_regroup"),
    ],
)
def test_what_can_not_be_done_is_said(server: ApiServer, fields: dict[str, str], status: int, reason: str) -> None:
    fail(server, "a")
    answer = decide(server, A, **fields)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    group = server.get(f"groups/{A}").json()
    assert (group["status"], group["hint"], group["count"]) == ("open", "", 1)


def test_an_open_page_hears_of_what_is_stored_and_decided(server: ApiServer) -> None:
    with requests.get(server.url + "live", stream=True, timeout=10) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        lines = answer.iter_lines(chunk_size=1)
        fail(server, "a")
        assert next(line for line in lines if line) == b"data: news"
        decide(server, A, action="resolved")
        assert next(line for line in lines if line) == b"data: news"


def test_a_server_that_stops_lets_open_pages_go(server: ApiServer) -> None:
    with requests.get(server.url + "live", stream=True, timeout=10) as answer:
        server.call(server.service.listeners.close)
        assert b"news" in answer.content
    assert requests.get(server.url + "live", timeout=10).status_code == 204
