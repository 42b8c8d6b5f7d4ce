"""What is stored is passed on: to a collector every event once, to people one message a group."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from jupyter_errreport.contract import SESSION_HEADER
from jupyter_errreport.delivery import Destination
from jupyter_errreport.delivery.receivers.slack import Slack
from jupyter_errreport.forwarding import people_source
from jupyter_errreport.forwarding.collector_source import CollectorSource
from jupyter_errreport.forwarding.forwarding import key_of
from jupyter_errreport.forwarding.outbox_source import OutboxParcel
from jupyter_errreport.store.errors.errors import delete_errors
from jupyter_errreport.store.events.filters import Filters
from jupyter_errreport.store.outbox import outbox
from jupyter_errreport.store.schema import deletions
from tests.store.contents import everything_of
from tests.support.receiver import Receiver, receiver
from tests.support.waiting import wait_for

from .conftest import Server, event

Start = Callable[..., Server]


def texts(slack: Receiver) -> list[str]:
    return [json.loads(body)["text"] for _, _, body in slack.requests]


def test_a_collector_gets_every_event_as_it_was_stored(start: Start, to: Receiver) -> None:
    sent = [event(f"E{number}", cell_hash="0" * 32, release="1") for number in range(250)]
    server = start(Destination.collector(to.url, "the-token"))
    server.store(*sent)
    wait_for(lambda: server.figures()["sent"] == 250, "all")
    assert sorted(to.events, key=lambda item: item["event_id"]) == sorted(sent, key=lambda item: item["event_id"])
    assert all(len(json.loads(body)) <= 100 for _, _, body in to.requests)
    assert {headers["Authorization"] for _, headers, _ in to.requests} == {"Bearer the-token"}


def test_a_request_holds_no_more_bytes_than_a_collector_takes(start: Start, to: Receiver) -> None:
    server = start(Destination.collector(to.url))
    frames = [{"filename": "é" * 300, "fun_name": "f" * 300, "lineno": 1}] * 50
    server.store(*[event(f"E{number}", traceback=frames) for number in range(20)])
    wait_for(lambda: server.figures()["sent"] == 20, "all")
    assert max(len(body) for _, _, body in to.requests) <= 256 * 1024
    assert len(to.requests) > 1


@pytest.mark.parametrize("answer", [500, 503, 429, 401, 302, 404])
def test_what_may_be_taken_later_waits_and_is_sent_again(start: Start, to: Receiver, answer: int) -> None:
    to.answer = answer
    server = start(Destination.collector(to.url))
    server.store(event())
    wait_for(lambda: len(to.requests) >= 3, "more attempts")
    state = server.figures()
    assert (state["waiting"], state["problem"]) == (1, f"{Destination.collector(to.url).label} answered {answer}")
    to.answer = 200
    wait_for(lambda: server.figures()["sent"] == 1, "the event")
    assert server.figures()["problem"] == ""
    assert len(to.events) == 1


def test_the_receiver_says_how_long_to_wait_and_news_do_not_shorten_it(start: Start, to: Receiver) -> None:
    to.answer, to.headers = 429, {"Retry-After": "1"}
    server = start(Destination.collector(to.url))
    server.store(event())
    wait_for(lambda: to.requests, "the first attempt")
    refused = time.monotonic()
    to.answer = 200
    server.store(event())
    wait_for(lambda: server.figures()["sent"] == 2, "both")
    assert time.monotonic() - refused > 0.9
    assert len(to.requests) == 2


def test_the_event_that_spoils_a_batch_is_found_marked_and_blocks_nobody(start: Start, to: Receiver) -> None:
    to.poison = {"bad"}
    events = [event("bad" if number in (17, 60) else f"E{number}") for number in range(100)]
    server = start(Destination.collector(to.url))
    server.store(*events)
    wait_for(lambda: server.figures()["waiting"] == 0, "all")
    state = server.figures()
    assert (state["sent"], state["rejected"]) == (98, 2)
    assert {arrived["error_name"] for arrived in to.events} == {f"E{n}" for n in range(100) if n not in (17, 60)}
    assert len(to.events) == 98
    assert len(to.requests) < 60
    server.store(event("after"))
    wait_for(lambda: server.figures()["sent"] == 99, "what came after")


def test_what_waits_survives_a_restart(start: Start, to: Receiver) -> None:
    to.answer = 503
    destination = Destination.collector(to.url)
    server = start(destination)
    sent = [event() for _ in range(3)]
    server.store(*sent)
    wait_for(lambda: to.requests, "an attempt")
    server.close()
    to.answer = 200
    again = start(destination)
    wait_for(lambda: again.figures()["sent"] == 3, "all")
    assert sorted(to.ids()) == sorted(item["event_id"] for item in sent)


def test_closing_sends_what_can_be_sent(start: Start, to: Receiver) -> None:
    server = start(Destination.collector(to.url))
    server.store(event())
    assert server.close(5)
    assert len(to.events) == 1


def test_what_comes_while_a_turn_ends_is_sent_at_closing(
    start: Start, to: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, go_on = threading.Event(), threading.Event()
    ask = CollectorSource.next

    def slow(self: CollectorSource) -> OutboxParcel | None:
        parcel = ask(self)
        looked.set()
        go_on.wait(5)
        return parcel

    monkeypatch.setattr(CollectorSource, "next", slow)
    server = start(Destination.collector(to.url))
    assert looked.wait(5)  # a turn that has found nothing
    server.store(event())
    closing = threading.Thread(target=server.close, args=(5,))
    closing.start()
    wait_for(lambda: server.forwarding.is_closing, "the request to close")
    go_on.set()
    closing.join(5)
    assert len(to.events) == 1


def test_closing_does_not_wait_for_a_receiver_that_is_away(start: Start) -> None:
    server = start(Destination.collector("http://127.0.0.1:9"))
    server.store(event())
    begun = time.monotonic()
    assert server.close(5)
    assert time.monotonic() - begun < 3


def test_a_destination_that_hangs_does_not_hold_up_another(start: Start, to: Receiver) -> None:
    with receiver() as hanging:
        hanging.hang.set()
        server = start(Destination.collector(hanging.url), Destination.collector(to.url))
        server.store(event())
        wait_for(lambda: to.events, "the event at the other")
        hanging.hang.clear()


def test_two_servers_on_one_database_tell_people_once(start: Start, to: Receiver) -> None:
    destination = Destination.slack(to.url + "/services/x")
    servers = [start(destination), start(destination)]
    threads = [
        threading.Thread(target=lambda server=server, n=n: server.store(*[event(f"E{n}{i}") for i in range(10)]))
        for n, server in enumerate(servers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait_for(lambda: servers[0].figures()["sent"] == 20, "all")
    assert len(texts(to)) == len(set(texts(to))) == 20


def test_an_answer_that_the_database_did_not_take_is_kept_until_it_does(
    start: Start, to: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message has been sent: sending it again until the disk has room would annoy people."""
    full = threading.Event()
    full.set()
    settle = outbox.settle

    def settling(*arguments: object) -> None:
        if full.is_set():
            raise sqlite3.OperationalError("database or disk is full")
        settle(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(people_source, "settle", settling)
    server = start(Destination.slack(to.url + "/services/x"))
    server.store(event("one"))
    wait_for(lambda: to.requests, "the message")
    server.store(event("two"))
    time.sleep(0.3)
    assert texts(to) == ["one in dock"]
    full.clear()
    wait_for(lambda: server.figures()["sent"] == 2, "both")
    assert texts(to) == ["one in dock", "two in dock"]


def test_people_get_one_message_a_group_and_a_line_about_more(
    start: Start, to: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "QUIET_SECONDS", 1.5)
    server = start(Destination.slack(to.url + "/services/x"))
    server.store(event("A"))
    wait_for(lambda: texts(to) == ["A in dock"], "the first")
    told = time.monotonic()
    for _ in range(5):
        server.store(event("A", count=2))
    server.store(event("B"))
    wait_for(lambda: len(texts(to)) == 2, "the other group")
    wait_for(lambda: server.figures()["waiting"] == 5, "the note of it")
    wait_for(lambda: len(texts(to)) == 3, "the line")
    assert time.monotonic() - told > 1.2
    assert texts(to) == ["A in dock", "B in dock", "A in dock: 10 more"]
    wait_for(lambda: server.figures()["sent"] == 7, "the figures")


def test_what_was_told_is_remembered_over_a_restart(start: Start, to: Receiver) -> None:
    destination = Destination.slack(to.url + "/services/x")
    server = start(destination)
    server.store(event("A"))
    wait_for(lambda: server.figures()["sent"] == 1, "the message")
    server.close()
    again = start(destination)
    again.store(event("A"), event("B"))
    wait_for(lambda: again.figures()["sent"] == 2, "the other group")
    assert texts(to) == ["A in dock", "B in dock"]
    assert again.figures()["waiting"] == 1


def test_people_are_told_no_faster_than_slack_allows(
    start: Start, to: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Slack, "pause", 0.3)
    server = start(Destination.slack(to.url + "/services/x"))
    begun = time.monotonic()
    server.store(*[event(f"E{number}") for number in range(4)])
    wait_for(lambda: server.figures()["sent"] == 4, "all")
    assert time.monotonic() - begun > 0.8


def test_what_waits_for_a_former_destination_is_shown_and_sent_when_it_is_one_again(start: Start, to: Receiver) -> None:
    old = Destination.collector("http://127.0.0.1:9")
    server = start(old)
    server.store(event())
    server.close()
    with receiver() as other:
        changed = start(Destination.collector(other.url))
        changed.store(event())
        wait_for(lambda: changed.figures(0)["sent"] == 1, "the new one's")
        former = changed.figures(1)
        assert (former["destination"], former["waiting"]) == ("127.0.0.1:9", 1)
        assert "no longer configured" in str(former["problem"])
        changed.close()
    back = start(old)
    assert (back.figures(0)["waiting"], back.figures(0)["queued"]) == (1, 1)


def test_no_secret_is_in_the_database_or_in_the_state(start: Start, to: Receiver, place: str) -> None:
    to.answer = 503
    server = start(
        Destination.collector("https://user:pa55word@127.0.0.1:9/x", "the-token", session_key="the-key"),
        Destination.slack(to.url + "/services/T0/B0/the-webhook"),
    )
    server.store(event())
    wait_for(lambda: server.figures(0)["problem"] and server.figures(1)["problem"], "failures")
    state = json.dumps(server.database.read(server.forwarding.status).result(5))
    rows = repr(everything_of(server.database)).encode()
    server.close()
    files = [] if "://" in place else [path for path in Path(place).parent.iterdir() if path.is_file()]
    content = rows + b"".join(path.read_bytes() for path in files)
    for secret in ("pa55word", "the-token", "the-key", "the-webhook", "B0/"):
        assert secret not in state
        assert secret.encode() not in content
    assert "127.0.0.1:9" in state


def test_the_same_receiver_has_the_same_key_whatever_the_token() -> None:
    one = Destination.collector("https://errors.example.org", "a")
    assert key_of(one) == key_of(Destination.collector("https://errors.example.org:443/", "b"))
    assert key_of(one) != key_of(Destination.collector("https://errors.example.org/other"))


def test_an_idle_sender_sleeps_and_keeps_no_connection(start: Start, to: Receiver) -> None:
    server = start(Destination.collector(to.url))
    server.store(event())
    wait_for(lambda: server.figures()["sent"] == 1, "the event")
    wait_for(lambda: server.forwarding.is_at_rest, "the connection to be closed")


def erase(server: Server, *event_ids: str) -> None:
    """As somebody deletes errors here."""
    for event_id in event_ids:
        server.database.write(lambda connection, one=event_id: delete_errors(connection, Filters(), one)).result(5)
    server.forwarding.wake()


@pytest.mark.parametrize("token", ["", "report_own"])
def test_what_is_deleted_here_is_deleted_where_it_was_passed_on(start: Start, to: Receiver, token: str) -> None:
    kept, gone = event("Kept"), event("Gone")
    server = start(Destination.collector(to.url, token))
    server.store(kept, gone)
    wait_for(lambda: server.figures()["sent"] == 2, "both")
    erase(server, gone["event_id"])
    wait_for(lambda: to.deleted, "the deletion")
    assert to.deleted == [gone["event_id"]]
    assert to.ids() == [kept["event_id"]]
    brought, deleted = [headers for path, headers, _ in to.requests if path.startswith("/errors")]
    assert len(brought[SESSION_HEADER]) == 64
    assert deleted[SESSION_HEADER] == brought[SESSION_HEADER]
    assert deleted.get("Authorization") == brought.get("Authorization")


def test_a_deletion_waits_for_a_collector_that_is_away_also_over_a_restart(
    start: Start, to: Receiver, place: str
) -> None:
    gone = event()
    server = start(Destination.collector(to.url))
    server.store(gone)
    wait_for(lambda: server.figures()["sent"] == 1, "the event")
    to.answer = 503
    erase(server, gone["event_id"])
    wait_for(lambda: len(to.deleted) >= 2, "attempts")
    server.close()
    to.answer = 200
    attempts = len(to.deleted)
    again = start(Destination.collector(to.url))
    wait_for(lambda: len(to.deleted) > attempts, "the deletion")
    wait_for(lambda: not waiting_deletions(again), "the answer")
    assert again.figures()["problem"] == ""


@pytest.mark.parametrize("answer", [401, 403, 404, 405])
def test_a_deletion_that_is_refused_for_good_is_not_asked_for_again(start: Start, to: Receiver, answer: int) -> None:
    first, second = event("A"), event("B")
    server = start(Destination.collector(to.url))
    server.store(first)
    wait_for(lambda: server.figures()["sent"] == 1, "the event")
    to.answer = answer
    erase(server, first["event_id"])
    wait_for(lambda: to.deleted and not waiting_deletions(server), "the answer")
    assert (server.figures()["problem"] == "") == (answer == 404)
    to.answer = 200
    server.store(second)
    wait_for(lambda: server.figures()["sent"] == 2, "the other event")
    assert to.deleted == [first["event_id"]]


def test_people_and_servers_that_had_nothing_are_asked_to_delete_nothing(start: Start, to: Receiver) -> None:
    server = start(Destination.slack(to.url + "/slack"))
    one = event()
    server.store(one)
    wait_for(lambda: server.figures()["sent"] == 1, "the message")
    erase(server, one["event_id"])
    assert waiting_deletions(server) == 0


def waiting_deletions(server: Server) -> int:
    query = select(func.count()).select_from(deletions)
    return int(server.database.read(lambda connection: connection.execute(query).scalar_one()).result(5))
