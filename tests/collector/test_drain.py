"""A collector that is stopped answers those who are in, and lets nobody else in."""

from __future__ import annotations

import json
import signal
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from jupyter_errreport.event import new_event_id
from tests.support.collectors import Collector
from tests.support.postgresql import PostgreSQLServer
from tests.support.waiting import wait_for

from .conftest import Start

pytestmark = pytest.mark.needs("installed wheel")

MANY = 100


class Poster:
    """One request, of which half of the body is on its way."""

    def __init__(self, collector: Collector, more: str = "") -> None:
        self.event_id = new_event_id()
        self.body = json.dumps({"error_name": "A", "event_id": self.event_id, "error_message": "x" * 200}).encode()
        address = urlsplit(collector.url)
        assert address.hostname and address.port
        self.socket = socket.create_connection((address.hostname, address.port), timeout=20)
        head = f"POST /errors HTTP/1.1\r\nHost: x\r\nContent-Length: {len(self.body)}\r\n{more}\r\n"
        self.socket.sendall(head.encode() + self.body[:50])

    def finish(self) -> tuple[bytes, bytes]:
        """Send the other half; head and body of the answer."""
        self.socket.sendall(self.body[50:])
        received = b""
        while b"\r\n\r\n" not in received or not received.endswith(b"}"):
            part = self.socket.recv(65536)
            if not part:
                break
            received += part
        self.socket.close()
        head, _, body = received.partition(b"\r\n\r\n")
        return head, body


def is_refused(collector: Collector) -> bool:
    address = urlsplit(collector.url)
    try:
        socket.create_connection((address.hostname or "", address.port or 0), timeout=5).close()
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:  # in the moment in which the socket is closed
        return False
    return False


def stop_under_load(collector: Collector) -> None:
    posters = [Poster(collector) for _ in range(MANY)]
    # What a request says of the whole is known once an answer to a later one is there.
    assert collector.get("healthz").status_code == 200
    collector.process.send_signal(signal.SIGTERM)
    wait_for(lambda: is_refused(collector), "refused connections")
    assert collector.process.poll() is None, "those who are in have no answer yet"
    for poster in posters:
        head, body = poster.finish()
        assert head.startswith(b"HTTP/1.1 200"), (head, collector.log)
        assert json.loads(body)["status"] == "stored"
    assert collector.process.wait(30) == 0
    stored = {str(row[0]) for row in collector.sql("SELECT event_id FROM errors")}
    assert {poster.event_id for poster in posters} <= stored
    assert "Traceback" not in collector.log


def test_whoever_is_in_is_answered_and_nobody_else_comes_in(start: Start) -> None:
    stop_under_load(start("--ErrReportCollector.drain_seconds=30", "--no-limits"))


@pytest.mark.needs("postgresql")
def test_several_processes_drain_alike(tmp_path: Path, postgresql: PostgreSQLServer) -> None:
    url = postgresql.fresh()
    options = ("--processes=3", "--ErrReportCollector.drain_seconds=30", "--no-limits")
    collector = Collector(Path(sys.executable), tmp_path, *options, db=url)
    try:
        for _ in range(10):  # all of them serve
            assert collector.get("readyz").status_code == 200
        stop_under_load(collector)
    finally:
        if collector.process.poll() is None:
            collector.kill()
        postgresql.drop(url)


def test_a_request_that_never_ends_does_not_hold_the_stop_for_ever(start: Start) -> None:
    collector = start("--ErrReportCollector.drain_seconds=0.5")
    poster = Poster(collector)
    assert collector.get("healthz").status_code == 200
    assert collector.stop() == 0
    assert poster.event_id not in {row[0] for row in collector.sql("SELECT event_id FROM errors")}
    assert "requests under way" in collector.log


def test_a_connection_that_is_kept_is_told_to_close_and_sees_that_it_is_not_ready(start: Start) -> None:
    collector = start("--ErrReportCollector.drain_seconds=30")
    holding = Poster(collector)
    address = urlsplit(collector.url)
    kept = socket.create_connection((address.hostname or "", address.port or 0), timeout=20)
    asking = b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n"
    kept.sendall(asking % b"healthz")
    assert b"200 OK" in kept.recv(65536)
    collector.process.send_signal(signal.SIGTERM)
    wait_for(lambda: is_refused(collector), "refused connections")
    kept.sendall(asking % b"readyz")
    answer = kept.recv(65536)
    assert answer.startswith(b"HTTP/1.1 503")
    assert b"Connection: close" in answer
    holding.finish()
    assert collector.process.wait(30) == 0
