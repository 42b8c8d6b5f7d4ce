"""A service that Apprise talks to can't fill the collector's memory with its answer."""

from __future__ import annotations

import gzip
import threading
import tracemalloc
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from errreport_collector.alerting.channels.apprise_channel import AppriseChannel
from errreport_collector.alerting.message import Message

BOMB = gzip.compress(b"\0" * 60_000_000)


class Bombing(BaseHTTPRequestHandler):
    """Says 200, and much more."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(BOMB)))
        self.end_headers()
        self.wfile.write(BOMB)

    def log_message(self, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bombing)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield int(server.server_address[1])
    server.shutdown()
    server.server_close()
    thread.join()


def test_no_more_is_read_of_an_answer_to_apprise_than_of_any_other(port: int) -> None:
    channel = AppriseChannel(f"json://127.0.0.1:{port}/")
    message = Message("An alert", (), more=2)
    tracemalloc.start()
    try:
        channel.send(message, "1")
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 10_000_000
    # Requests afterwards are left alone.
    assert len(requests.post(f"http://127.0.0.1:{port}/", data=b"x", timeout=60).content) == 60_000_000
