"""Long answers go out as fast as they are read: what waits in the process is counted in bytes, not in time."""

from __future__ import annotations

import asyncio
import gc
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests
from tornado.iostream import IOStream

from jupyter_errreport.api import error_pages, outgoing
from jupyter_errreport.api.service.outgoing import PIECE, WAITING_LIMIT, Outgoing
from jupyter_errreport.event import new_event_id, public_session
from jupyter_errreport.store.errors.errors import delete_errors
from jupyter_errreport.store.errors.insert import insert_errors
from jupyter_errreport.store.events.filters import Filters
from tests.support.waiting import wait_for

from .server import PREFIX, ApiServer

KEY = "d" * 32
MANY = 200
READERS = 30
LARGEST = 80_000
"""Bytes of the largest event that a client can have us keep, as JSON."""
ADDRESSES = (f"usages/{KEY}", "usages/", "errors/?limit=1000", "errors?limit=1000", "errors?limit=1000&format=csv")


@pytest.fixture
def full(server: ApiServer) -> ApiServer:
    """A server with a session of large errors: ten megabytes."""
    assert server.post("sessions", {"notebook": "dock", "uuid": KEY}).ok
    made: list[Any] = [
        {
            "event_id": new_event_id(),
            "timestamp": "2026-11-24T08:00:00.000000Z",
            "notebook": "dock",
            "kind": "cell",
            "language": "python",
            "error_name": f"E{number % 3}",
            "error_message": "m" * 1_000,
            "first_line": "l" * 500,
            "execution_count": number,
            "count": 1,
            "traceback": [{"filename": "f" * 300, "fun_name": "g" * 300, "lineno": 1}] * 50,
            "chain": [{"error_name": "c" * 200, "error_message": "m" * 1_000, "relation": "cause"}] * 10,
            "fingerprint": f"2-{number % 3}",
            "session": public_session(KEY),
        }
        for number in range(MANY)
    ]
    server.database.write(lambda connection: insert_errors(connection, made, None, 90)).result(30)
    return server


@pytest.fixture
def buffered(monkeypatch: pytest.MonkeyPatch) -> dict[int, int]:
    """For each connection the most that ever waited in this process to be sent."""
    most: dict[int, int] = {}
    write = IOStream.write

    def noting(stream: IOStream, data: Any) -> Any:
        sent = write(stream, data)
        most[id(stream)] = max(most.get(id(stream), 0), len(stream._write_buffer))
        return sent

    monkeypatch.setattr(IOStream, "write", noting)
    return most


@pytest.fixture
def ask(full: ApiServer) -> Iterator[Callable[[str], socket.socket]]:
    """Asks for something, and does not read the answer."""
    with ExitStack() as stack:

        def asking(address: str) -> socket.socket:
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            client.settimeout(10)
            client.connect(("127.0.0.1", full.port))
            client.sendall(f"GET {PREFIX}{address} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            return client

        yield asking


@pytest.mark.parametrize("address", ADDRESSES)
def test_readers_who_do_not_read_keep_a_piece_each_in_memory(
    ask: Callable[[str], socket.socket], buffered: dict[int, int], address: str
) -> None:
    for _ in range(READERS):
        ask(address)
    wait_for(lambda: sum(most > 0 for most in list(buffered.values())) >= READERS, "what waits")
    assert max(buffered.values()) <= PIECE + LARGEST
    assert sum(buffered.values()) < READERS * (PIECE + LARGEST)


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_reads_slowly_gets_all_of_it(full: ApiServer, address: str) -> None:
    whole = full.get(address)
    assert whole.headers["Transfer-Encoding"] == "chunked"
    if "csv" in address:
        assert whole.text.count("\r\n") == MANY + 1
        return
    shown = whole.json()
    shown = shown[0] if address == "usages/" else shown
    found = shown["errors"] if isinstance(shown, dict) else shown
    assert len({error["event_id"] for error in found}) == len(found) == MANY
    order = [error["received_at"] for error in found]
    assert order == sorted(order, reverse="errors?" in address)


def test_a_part_of_a_list_ends_where_the_next_one_begins(full: ApiServer) -> None:
    seen: list[str] = []
    url = "errors?limit=33"
    while url:
        answer = full.get(url)
        assert len(answer.json()) <= 33
        seen += [error["event_id"] for error in answer.json()]
        url = "errors" + answer.links["next"]["url"] if answer.links else ""
    assert len(seen) == len(set(seen)) == MANY


def test_what_is_deleted_or_comes_while_a_list_is_read_shifts_nothing(
    full: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [error["event_id"] for error in full.get("errors?limit=1000").json()]
    read = error_pages.list_errors
    changed: list[str] = []

    def changing(*args: Any, **more: Any) -> Any:
        if more and not changed:  # a later page
            changed.append(before[20])
            full.database.write(lambda connection: delete_errors(connection, Filters(), before[20])).result(5)
            full.database.write(
                lambda connection: insert_errors(connection, [_small(new_event_id())], None, 90)
            ).result(5)
        return read(*args, **more)

    monkeypatch.setattr(error_pages, "list_errors", changing)
    answer = full.get("errors?limit=50")
    first = [error["event_id"] for error in answer.json()]
    assert changed
    assert first == [event_id for event_id in before[:50] if event_id != changed[0]]
    rest = full.get("errors" + answer.links["next"]["url"]).json()
    assert rest[0]["event_id"] == before[50]


def _small(event_id: str) -> Any:
    return {
        "event_id": event_id,
        "timestamp": "2026-11-24T08:00:00.000000Z",
        "notebook": "dock",
        "kind": "cell",
        "language": "python",
        "error_name": "New",
        "error_message": "",
        "first_line": "",
        "execution_count": 1,
        "count": 1,
        "traceback": [],
        "chain": [],
        "fingerprint": "2-new",
    }


def test_who_does_not_read_is_cut_off(
    ask: Callable[[str], socket.socket], monkeypatch: pytest.MonkeyPatch, full: ApiServer
) -> None:
    monkeypatch.setattr(outgoing, "PATIENCE", 0.05)
    client = ask(f"usages/{KEY}")
    whole = len(full.get(f"usages/{KEY}").content)
    taken = 0
    wait_for(lambda: not _writing(), "the end of the connection")
    while data := _received(client):
        taken += len(data)
    assert 0 < taken < whole


def _writing() -> list[IOStream]:
    return [one for one in gc.get_objects() if isinstance(one, IOStream) and not one.closed() and one.writing()]


def _received(client: socket.socket) -> bytes:
    try:
        return client.recv(65_536)
    except ConnectionResetError:
        return b""


def test_what_fails_on_the_way_does_not_look_whole(full: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    read = error_pages.list_oldest_errors

    def failing(*args: Any, **more: Any) -> Any:
        if more.get("behind"):
            raise ValueError("no")
        return read(*args, **more)

    monkeypatch.setattr(error_pages, "list_oldest_errors", failing)
    with pytest.raises(requests.exceptions.RequestException):
        full.get("errors/?limit=1000")


def test_whole_answers_that_are_not_read_are_counted_and_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "PATIENCE", 0.0)
    monkeypatch.setattr(outgoing, "LEAST_RATE", 1e12)

    async def main() -> None:
        out, sent, cut = Outgoing(), asyncio.get_running_loop().create_future(), asyncio.Event()
        out.watch(sent, WAITING_LIMIT + 1, cut.set)
        assert out.is_full
        await asyncio.wait_for(cut.wait(), 10)
        sent.set_exception(OSError())
        await asyncio.sleep(0)
        assert (out.waiting, out.is_full) == (0, False)

    asyncio.run(main())


def test_while_too_much_waits_questions_are_refused_and_errors_are_taken(server: ApiServer) -> None:
    server.service.outgoing.waiting = WAITING_LIMIT + 1
    refused = server.get("groups")
    assert (refused.status_code, refused.json()["reason"]) == (503, "too_many_readers")
    assert int(refused.headers["Retry-After"]) > 0
    assert server.post("errors", {"error_name": "E"}).json()["status"] == "stored"
    server.service.outgoing.waiting = 0
    assert json.loads(server.get("groups").text)
