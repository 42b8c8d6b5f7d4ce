"""What goes over the wire between a kernel and a real server: a proxy on loopback that passes all on and keeps it."""

from __future__ import annotations

import gzip
import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

_HOP_BY_HOP = ("connection", "host", "transfer-encoding", "content-length")
ANSWER_SECONDS = 60

Answer = tuple[int, list[tuple[str, str]], bytes]
"""Status, headers, body."""


@dataclass(frozen=True)
class SentRequest:
    """One request as the client sent it."""

    method: str
    target: str
    """Path and query, as they stood in the request line."""
    headers: tuple[tuple[str, str], ...]
    body: bytes
    """Unpacked where it was compressed, else byte for byte."""

    @property
    def name(self) -> str:
        """Method and path, as a person names a request."""
        return f"{self.method} {self.target.partition('?')[0]}"

    @property
    def text(self) -> str:
        """The body as it stood there."""
        return self.body.decode("utf-8", "backslashreplace")

    @property
    def head(self) -> str:
        """Request line and headers, as they are and without the escapes of a URL."""
        lines = [f"{self.method} {self.target}", *(f"{name}: {value}" for name, value in self.headers)]
        return "\n".join([*lines, *map(unquote, lines)])

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events that it brings."""
        if self.method != "POST" or not self.body or not self.name.endswith("/errors"):
            return []
        content = json.loads(self.body)
        return content if isinstance(content, list) else [content]


class Wire:
    """Stands before a server; it keeps what came by until that is taken."""

    def __init__(self, server_url: str) -> None:
        self._server = urlsplit(server_url)
        self._lock = threading.Lock()
        self._requests: list[SentRequest] = []
        self._proxy = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._proxy.daemon_threads = True
        threading.Thread(target=self._proxy.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        """Where the client sends to."""
        return f"http://127.0.0.1:{self._proxy.server_address[1]}"

    def take(self) -> list[SentRequest]:
        """The requests since this was asked last."""
        with self._lock:
            taken, self._requests = self._requests, []
        return taken

    def close(self) -> None:
        self._proxy.shutdown()
        self._proxy.server_close()

    def _pass_on(self, request: SentRequest, body: bytes) -> Answer:
        headers = {name: value for name, value in request.headers if name.lower() not in _HOP_BY_HOP}
        with closing(http.client.HTTPConnection(self._server.netloc, timeout=ANSWER_SECONDS)) as connection:
            connection.request(request.method, request.target, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()

    def _keep(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> SentRequest:
        packed = any(name.lower() == "content-encoding" and value == "gzip" for name, value in headers)
        request = SentRequest(method, target, tuple(headers), gzip.decompress(body) if packed else body)
        with self._lock:
            self._requests.append(request)
        return request

    def _handler(wire: Wire) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                request = wire._keep(self.command, self.path, list(self.headers.items()), body)
                status, headers, content = wire._pass_on(request, body)
                self.send_response(status)
                for name, value in headers:
                    if name.lower() not in _HOP_BY_HOP:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

            def log_message(self, *args: Any) -> None:
                pass

        return Handler


@contextmanager
def wire(server_url: str) -> Iterator[Wire]:
    """A wire to this server for the length of a test."""
    running = Wire(server_url)
    try:
        yield running
    finally:
        running.close()
