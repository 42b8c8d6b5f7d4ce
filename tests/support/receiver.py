"""A receiver on loopback that answers as a collector and keeps what it was sent; it can be told to misbehave."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """Keeps the events and the raw requests; `answer` is the status that it gives."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.answer = 200
        self.answers: dict[str, Any] = {}
        """What GET, PUT and PATCH of a path are answered, by path; the events otherwise."""
        self.headers: dict[str, str] = {}
        self.deleted: list[str] = []
        """The last parts of the paths that it was asked to delete."""
        self.body: bytes | None = None
        """What everything is answered instead of JSON."""
        self.poison: set[str] = set()
        """Names of errors; a request with one of them is answered 400."""
        self.unknown: set[str] = set()
        """Paths that are answered 404."""
        self.key = ""
        """The token without which reports are refused; empty for none."""
        self.hints: dict[str, str] = {}
        """What the author has to say, by the error's name."""
        self.open = threading.Event()
        """While cleared, what comes is taken, and answered only when it is set again."""
        self.open.set()
        self.hang = threading.Event()
        """While set, requests are accepted and never answered."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def ids(self) -> list[str]:
        return [event["event_id"] for event in self.events]

    def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                receiver.requests.append((self.path, dict(self.headers.items()), body))
                if receiver.hang.is_set():
                    receiver.hang.wait()
                    while receiver.hang.is_set():
                        threading.Event().wait(0.05)
                    return
                answer: Any = {}
                if receiver.key and self.headers.get("Authorization") != f"Bearer {receiver.key}":
                    self._reply(401, answer)
                    return
                if receiver.answer == 200 and self.path.endswith("/errors"):
                    events = json.loads(body)
                    if receiver.poison & {event.get("error_name") for event in events}:
                        self._reply(400, answer)
                        return
                    receiver.events += events
                    answer = [{"event_id": event["event_id"], "status": "stored"} for event in events]
                    for event, told in zip(events, answer, strict=True):
                        if event.get("error_name") in receiver.hints:
                            told["hint"] = receiver.hints[event["error_name"]]
                receiver.open.wait()
                self._reply(404 if self.path in receiver.unknown else receiver.answer, answer)

            def do_GET(self) -> None:
                receiver.requests.append((self.path, dict(self.headers.items()), b""))
                self._reply(receiver.answer, receiver.answers.get(self.path, {"errors": receiver.events}))

            def do_DELETE(self) -> None:
                receiver.requests.append((self.path, dict(self.headers.items()), b""))
                wanted = self.path.rpartition("/")[2]
                receiver.deleted.append(wanted)
                receiver.events = [event for event in receiver.events if event.get("event_id") != wanted]
                self._reply(receiver.answer, {"deleted": 1})

            def do_PATCH(self) -> None:
                self.do_PUT()

            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.requests.append((self.path, dict(self.headers.items()), body))
                self._reply(receiver.answer, receiver.answers.get(self.path, {}))

            def _reply(self, status: int, answer: Any) -> None:
                body = json.dumps(answer).encode() if receiver.body is None else receiver.body
                self.send_response(status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                pass

        return Handler


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver for the length of a test."""
    running = Receiver()
    try:
        yield running
    finally:
        running.close()
