"""The door of the collector: idle and half-open connections go for those that come; the log tells it once a minute."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections import Counter
from typing import Any

import pytest
from errreport_collector.connections import Door, GuardedServer, room_for
from errreport_collector.observing.logs import join_logs
from errreport_collector.observing.repeated import ACCESS, OncePerMinute
from hypothesis import given
from hypothesis import strategies as st
from tornado.httpclient import AsyncHTTPClient
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler


class Connection:
    def __init__(self, address: str, is_busy: bool) -> None:
        self.address, self.is_busy, self.is_closed = address, is_busy, False

    def close(self) -> None:
        self.is_closed = True


connections = st.lists(
    st.builds(Connection, st.sampled_from(["192.0.2.1", "192.0.2.2", "::1", "proxy"]), st.booleans())
)


@given(connections, st.integers(1, 6), st.integers(1, 4))
def test_the_door_keeps_its_limits_and_closes_nobody_who_waits_for_an_answer(
    coming: list[Connection], most: int, most_of_an_address: int
) -> None:
    inside: list[Connection] = []
    door = Door(most, most_of_an_address, ["proxy"], lambda: [one for one in inside if one.is_busy])
    for one in coming:
        others = [other for other in inside if other.address == one.address]
        is_full = len(others) >= most_of_an_address and one.address != "proxy"
        could_go = others if is_full else inside
        enters = door.enter(one, one.address)
        if is_full or len(inside) >= most:
            assert enters == any(not other.is_busy for other in could_go)
        else:
            assert enters
        inside = [other for other in inside if not other.is_closed] + [one] * enters
        assert len(door) == len(inside) <= most
        counts = Counter(other.address for other in inside)
        assert all(count <= most_of_an_address for address, count in counts.items() if address != "proxy")
    assert not any(one.is_closed and one.is_busy for one in coming)
    for one in coming:
        door.leave(one)
    assert len(door) == 0


def test_of_who_says_nothing_the_oldest_of_the_greediest_address_goes_first() -> None:
    door = Door(4, 3, [], list)
    greedy = [Connection("192.0.2.1", False) for _ in range(3)]
    other = Connection("192.0.2.2", False)
    for one in (*greedy, other):
        assert door.enter(one, one.address)
    assert door.enter(Connection("192.0.2.3", False), "192.0.2.3")
    assert [one.is_closed for one in (*greedy, other)] == [True, False, False, False]


class Hello(RequestHandler):
    def get(self) -> None:
        self.finish("hello")


@pytest.mark.parametrize("said", [b"", b"GET / HT", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"])
def test_idle_and_half_open_connections_keep_nobody_out(said: bytes) -> None:
    async def main() -> list[bytes]:
        server = GuardedServer(Application([("/", Hello)]))
        server.door = Door(20, 10, [], list)
        sockets = bind_sockets(0, "127.0.0.1")
        server.add_sockets(sockets)
        place = sockets[0].getsockname()[:2]
        held = []
        for _ in range(100):
            held.append(await asyncio.open_connection(*place))
            held[-1][1].write(said)
            await held[-1][1].drain()
        answers = []
        for _ in range(3):
            answer = await AsyncHTTPClient(force_instance=True).fetch(f"http://127.0.0.1:{place[1]}/")
            answers.append(answer.body)
            assert len(server.door) <= 10
        for _, writer in held:
            writer.close()
        server.stop()
        await server.close_all_connections()
        return answers

    assert asyncio.run(main()) == [b"hello"] * 3


def test_who_finds_only_people_at_work_inside_is_told_to_come_back() -> None:
    async def main() -> bytes:
        server = GuardedServer(Application([("/", Hello)]))
        busy: Any = Connection("127.0.0.1", True)
        server.door = Door(1, 1, [], lambda: [busy])
        assert server.door.enter(busy, "127.0.0.1")
        sockets = bind_sockets(0, "127.0.0.1", socket.AF_INET)
        server.add_sockets(sockets)
        reader, writer = await asyncio.open_connection(*sockets[0].getsockname()[:2])
        answer = await reader.read()
        writer.close()
        server.stop()
        return answer

    head, _, body = asyncio.run(main()).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: 10" in head
    assert f"Content-Length: {len(body)}".encode() in head
    assert b'"too_many_connections"' in body


def test_connections_leave_room_for_the_files_that_a_process_needs() -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    room = room_for(10**9)
    after = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert room == 10**9 or room < after
    assert room_for(1) == 1


class Lines(logging.Handler):
    def __init__(self, now: list[float]) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.addFilter(OncePerMinute(lambda: now[0]))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def test_what_repeats_is_one_line_a_minute_with_its_number() -> None:
    now = [0.0]
    handler, log = Lines(now), logging.Logger("errreport_collector.test")
    log.addHandler(handler)
    for number in range(1_000):
        log.warning("Alerts have to wait: %s", number)
    log.error("Looking for spikes failed: %s", "x")
    now[0] = 61.0
    log.warning("Alerts have to wait: %s", "again")
    log.warning("Alerts have to wait: %s", "again")
    assert handler.lines == [
        "Alerts have to wait: 0",
        "Looking for spikes failed: x",
        "Alerts have to wait: again (and 999 more like this)",
    ]


def test_failures_of_two_places_are_two_kinds_and_each_is_told_once() -> None:
    now = [0.0]
    handler, log = Lines(now), logging.Logger("asyncio")
    log.addHandler(handler)
    for number in range(10):
        for place in (_one, _other):
            try:
                place()
            except ValueError:
                log.error("%s failed.\nhandle: %d", "It", number, exc_info=True)
    assert len(handler.lines) == 2


def _one() -> None:
    raise ValueError("one")


def _other() -> None:
    raise ValueError("other")


def test_each_request_has_its_line_and_no_stranger_fills_the_memory_with_kinds() -> None:
    now = [0.0]
    handler = Lines(now)
    access, log = logging.Logger(ACCESS), logging.Logger("tornado.general")
    access.addHandler(handler), log.addHandler(handler)
    for _ in range(5):
        access.info("GET / 200")
    assert handler.lines == ["GET / 200"] * 5
    for number in range(3_000):
        log.warning(f"malformed {number}")
    assert len(handler.lines) <= 5 + 1_001
    (kept,) = (one for one in handler.filters if isinstance(one, OncePerMinute))
    assert len(kept._told) <= 1_001


def test_the_collector_joins_the_logs_that_strangers_can_fill() -> None:
    application_log = logging.Logger("application")
    handler = logging.NullHandler()
    application_log.addHandler(handler)
    loggers = [logging.getLogger(name) for name in ("asyncio", "tornado.general")]
    before = [(logger.parent, logger.level) for logger in loggers]
    try:
        join_logs(application_log)
        assert all(logger.parent is application_log for logger in loggers)
        assert any(isinstance(one, OncePerMinute) for one in handler.filters)
    finally:
        for logger, (parent, level) in zip(loggers, before, strict=True):
            logger.parent = parent
            logger.setLevel(level)
