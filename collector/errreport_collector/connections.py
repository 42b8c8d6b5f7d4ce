"""The door: how many connections there may be, of one address and in all, and who has to go for whom."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Callable, Collection
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream

from jupyter_errreport.api.service.turns import network_of

IDLE_SECONDS = 20.0
"""For how long a connection may say nothing between requests, and how long the head of a request may take."""
BODY_SECONDS = 30.0
"""How long the body of a request may take."""
SPARE_FILES = 200
"""Files that a process needs besides its clients' connections: databases, channels, logs."""
REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 10\r\nConnection: close\r\nContent-Type: application/json\r\n"
    b'Content-Length: 87\r\n\r\n{"message": "Too many connections. Try again later.", "reason": "too_many_connections"}'
)


class Door:
    """Who is in, the oldest first. One that has asked nothing, or not yet to the end, goes for one that comes."""

    def __init__(
        self, most: int, most_of_an_address: int, trusted: Collection[str], busy: Callable[[], Collection[Any]]
    ) -> None:
        """`trusted` are proxies, whose clients share their address; `busy` gives those who wait for an answer."""
        self._most = most
        self._most_of_an_address = most_of_an_address
        self._trusted = frozenset(trusted)
        self._busy = busy
        self._inside: dict[str, OrderedDict[Any, None]] = {}
        self._address_of: dict[Any, str] = {}

    def __len__(self) -> int:
        return len(self._address_of)

    def enter(self, connection: Any, address: str) -> bool:
        """Whether there is room for a connection, or could be made."""
        address = address if address in self._trusted else network_of(address)
        if self._count(address) >= self._most_of_an_address and address not in self._trusted:
            has_room = self._send_away(address)
        elif len(self) >= self._most:
            has_room = any(map(self._send_away, sorted(self._inside, key=self._count, reverse=True)))
        else:
            has_room = True
        if has_room:
            self._address_of[connection] = address
            self._inside.setdefault(address, OrderedDict())[connection] = None
        return has_room

    def leave(self, connection: Any) -> None:
        """It is closed."""
        address = self._address_of.pop(connection, None)
        if address is not None:
            del self._inside[address][connection]
            if not self._inside[address]:
                del self._inside[address]

    def _count(self, address: str) -> int:
        return len(self._inside.get(address, ()))

    def _send_away(self, address: str) -> bool:
        """Close the oldest connection of an address on which nobody waits for an answer; False when there is none."""
        busy = set(self._busy())
        for connection in self._inside[address]:
            if connection not in busy:
                self.leave(connection)
                connection.close()
                return True
        return False


class GuardedServer(HTTPServer):
    """Lets in whom its door lets in; others are told to come back."""

    door: Door

    def handle_stream(self, stream: IOStream, address: Any) -> None:
        """Serve a connection, or refuse it."""
        if self.door.enter(stream, str(address[0]) if isinstance(address, tuple) and address else ""):
            super().handle_stream(stream, address)
        else:
            stream.write(REFUSAL).add_done_callback(lambda sent: _end(stream, sent))

    def on_close(self, server_conn: Any) -> None:
        """A connection has ended."""
        self.door.leave(server_conn.stream)
        super().on_close(server_conn)


def _end(stream: IOStream, sent: "asyncio.Future[None]") -> None:
    if not sent.cancelled():
        sent.exception()  # it was asked for: that the client has gone already is no news
    stream.close()


def room_for(wanted: int) -> int:
    """How many connections of `wanted` the system's limit of open files leaves room for, raised as far as may be."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < needed:
        raised = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
            soft = raised
    return wanted if soft == resource.RLIM_INFINITY else max(1, min(wanted, soft - SPARE_FILES))
