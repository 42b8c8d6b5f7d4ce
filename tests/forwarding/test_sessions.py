"""A collector is told of the sessions that a server counts: each is one there, with the errors that are its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection

from jupyter_errreport.delivery import Destination
from jupyter_errreport.event import public_session
from jupyter_errreport.forwarding import collector_source
from jupyter_errreport.store.outbox import session_outbox
from jupyter_errreport.store.sessions import erase_session, open_session, replace_session
from tests.store.contents import everything_in
from tests.support.receiver import Receiver, receiver
from tests.support.waiting import wait_for

from .conftest import Server, event

Start = Callable[..., Server]
SESSION = public_session("the reader's key")


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for half a minute."""
    monkeypatch.setattr(session_outbox, "SESSION_SECONDS", 0.0)
    monkeypatch.setattr(collector_source, "LEAST_PUT_OFF", 0.0)


def told(to: Receiver) -> list[dict[str, Any]]:
    """What was posted of sessions."""
    return [json.loads(body) for path, _, body in to.requests if path == "/sessions"]


def last(to: Receiver) -> dict[str, Any]:
    return (told(to) or [{}])[-1]


@pytest.mark.usefixtures("at_once")
def test_a_session_is_told_with_its_counts_under_one_key_and_its_errors_are_of_it(start: Start, to: Receiver) -> None:
    server = start(Destination.collector(to.url, "the-token"))
    server.store(event(session=SESSION))  # mostly it is the first that is heard of a session
    server.count(SESSION, 3, 0, release="1")
    wait_for(lambda: last(to).get("good_cells") == 3, "the session")
    server.count(SESSION, 3, 1)
    wait_for(lambda: last(to).get("failed_cells") == 1, "its counts")
    wait_for(lambda: to.events, "the error")
    assert last(to) == {**told(to)[0], "good_cells": 3, "failed_cells": 1, "notebook": "dock", "release": "1"}
    assert to.events[0]["session"] == public_session(last(to)["uuid"])
    assert {headers["Authorization"] for _, headers, _ in to.requests} == {"Bearer the-token"}


def test_a_session_is_told_at_once_then_only_after_a_while_and_at_the_end(start: Start, to: Receiver) -> None:
    server = start(Destination.collector(to.url))
    server.count(SESSION, 1, 0)
    wait_for(lambda: told(to), "the session")
    server.count(SESSION, 2, 0)
    server.count(SESSION, 2, 1)
    server.store(event())
    wait_for(lambda: to.events, "what does not wait")
    assert len(told(to)) == 1
    assert server.close(5)
    assert [(one["good_cells"], one["failed_cells"]) for one in told(to)] == [(1, 0), (2, 1)]


@pytest.mark.usefixtures("at_once")
def test_nothing_new_is_not_told(start: Start, to: Receiver) -> None:
    server = start(Destination.collector(to.url))
    for _ in range(3):
        server.count(SESSION, 1, 0)
    server.count("another", 0, 0)
    wait_for(lambda: last(to).get("good_cells") == 0, "the other session")
    assert len(told(to)) == 2


@pytest.mark.parametrize("answer", [500, 503, 429, 401])
def test_what_is_not_taken_waits_over_a_restart_and_is_one_session(
    start: Start, to: Receiver, answer: int, at_once: None
) -> None:
    to.answer = answer
    server = start(Destination.collector(to.url))
    server.count(SESSION, 5, 1)
    wait_for(lambda: told(to), "an attempt")
    server.close()
    before = len(told(to))
    to.answer = 200
    again = start(Destination.collector(to.url))
    wait_for(lambda: len(told(to)) > before, "another")
    again.count(SESSION, 6, 1)
    wait_for(lambda: last(to)["good_cells"] == 6, "what is new")
    assert len({one["uuid"] for one in told(to)}) == 1


def test_a_session_that_is_refused_for_now_holds_up_no_error(start: Start, to: Receiver) -> None:
    to.answer, to.headers = 429, {"Retry-After": "600"}
    server = start(Destination.collector(to.url))
    server.count(SESSION, 1, 0)
    wait_for(lambda: server.figures()["problem"], "the refusal")
    to.answer = 200
    server.store(event())
    wait_for(lambda: to.events, "the error")
    assert len(told(to)) == 1


def test_a_collector_that_knows_no_sessions_gets_the_errors(start: Start, to: Receiver) -> None:
    to.unknown = {"/sessions"}
    server = start(Destination.collector(to.url))
    server.count(SESSION, 1, 0)
    wait_for(lambda: told(to), "the session")
    server.store(event())
    wait_for(lambda: server.figures()["sent"] == 1, "the error")
    assert (len(told(to)), server.figures()["problem"]) == (1, "")


def test_the_keys_are_kept_nowhere_and_differ_by_collector(start: Start, to: Receiver) -> None:
    with receiver() as other:
        server = start(Destination.collector(to.url), Destination.collector(other.url))
        server.count(SESSION, 1, 0)
        wait_for(lambda: told(to) and told(other), "the session")
        keys = {told(to)[0]["uuid"], told(other)[0]["uuid"]}
        server.close(5)
    assert len(keys | {SESSION}) == 3
    server.database.start()
    kept = everything_in(server.database)
    assert SESSION.encode() in kept
    assert not [key for key in keys if key.encode() in kept]


@pytest.mark.usefixtures("at_once")
def test_a_session_under_another_id_is_the_same_one_there(start: Start, to: Receiver) -> None:
    server = start(Destination.collector(to.url))
    server.count(SESSION, 1, 0)
    wait_for(lambda: told(to), "the session")
    to_collectors = server.forwarding.keys

    def renamed(connection: Connection) -> None:  # in one transaction, as a kernel's watch does it
        replace_session(connection, SESSION, "the hook's")
        open_session(connection, "the hook's", "dock", "", None, 2, 0, None, to_collectors)

    server.database.write(renamed).result(5)
    server.store(event(session="the hook's"))
    wait_for(lambda: last(to)["good_cells"] == 2 and to.events, "the rest")
    (key,) = {one["uuid"] for one in told(to)}
    assert to.events[0]["session"] == public_session(key)


@pytest.mark.usefixtures("at_once")
def test_a_session_that_its_reader_erases_is_erased_there(start: Start, to: Receiver) -> None:
    server = start(Destination.collector(to.url))
    server.count(SESSION, 1, 0)
    wait_for(lambda: told(to), "the session")
    server.database.write(lambda connection: erase_session(connection, SESSION)).result(5)
    server.forwarding.wake()
    wait_for(lambda: to.deleted, "the request to erase it")
    assert to.deleted == [told(to)[0]["uuid"]]
    server.count(SESSION, 2, 0)
    wait_for(lambda: last(to)["good_cells"] == 2, "what came later")


def test_people_are_told_of_no_sessions(start: Start, to: Receiver) -> None:
    server = start(Destination.slack(f"{to.url}/hook"))
    server.count(SESSION, 1, 1)
    server.store(event())
    wait_for(lambda: to.requests, "the message")
    assert server.close(5)
    assert [path for path, _, _ in to.requests] == ["/hook"]
