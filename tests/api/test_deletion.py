"""A deletion of very much goes in steps: a POST in between never waits for the whole."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from jupyter_errreport.api.http import deletion
from jupyter_errreport.event import new_event_id, public_session
from jupyter_errreport.store.errors.errors import STEP

from .server import ApiServer

MANY = 2 * STEP + 5


def fill(server: ApiServer, count: int = MANY, **changes: Any) -> None:
    events = [{"error_name": "E", "notebook": "dock", "event_id": new_event_id(), **changes} for _ in range(count)]
    assert server.post("errors", events).ok


def sizes_of_steps(monkeypatch: pytest.MonkeyPatch, between: Any = None) -> list[int]:
    """How many errors each transaction of a deletion took; `between` is called in each, before it."""
    sizes: list[int] = []
    delete_some = deletion.delete_some_errors

    def counting(*args: Any) -> int:
        if between:
            between()
        sizes.append(delete_some(*args))
        return sizes[-1]

    monkeypatch.setattr(deletion, "delete_some_errors", counting)
    return sizes


def test_everything_is_deleted_in_steps(server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(server)
    sizes = sizes_of_steps(monkeypatch)
    assert server.delete("errors?all=true").json() == {"deleted": MANY}
    assert sizes == [STEP, STEP, 5]
    assert server.get("errors").json() == server.get("groups").json() == []


def test_what_comes_while_it_is_deleted_stays(server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(server)
    new = new_event_id()
    sent: list[Any] = []

    def send() -> None:  # on the writer's thread: it is stored behind this step
        if not sent:
            request = {"error_name": "New", "event_id": new}
            thread = threading.Thread(target=lambda: sent.append(server.post("errors", request)))
            sent.append(thread)
            thread.start()

    sizes_of_steps(monkeypatch, send)
    assert server.delete("errors?all=true").json() == {"deleted": MANY}
    sent[0].join(10)
    assert sent[1].json()["status"] == "stored"
    assert [event["event_id"] for event in server.get("errors").json()] == [new]


def test_a_readers_session_is_erased_in_steps(server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    key = server.post("sessions", {"notebook": "dock"}).json()["uuid"]
    fill(server, STEP + 5, session=public_session(key))
    fill(server, 1)
    sizes = sizes_of_steps(monkeypatch)
    assert server.delete(f"sessions/{key}").json() == {"deleted": STEP + 5}
    assert sizes == [STEP, 5]
    assert len(server.get("errors").json()) == 1
    assert server.get("sessions").json() == []
    assert server.delete(f"sessions/{key}").status_code == 404
