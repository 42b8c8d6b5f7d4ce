"""The senders of `ingest.py`: as fast as they are answered, or at a pace of their own; and somebody who looks on."""

from __future__ import annotations

import asyncio
import random
import re
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import NamedTuple

from figures import p99

ADMIN = "benchmark"
"""The token of whoever looks on."""
_DASHBOARD = ("", "groups")


@dataclass(frozen=True)
class Server:
    """A server under test."""

    name: str
    port: int
    processor: Callable[[], float]
    """Seconds of processor time that it has used, all its processes together."""
    request: Callable[[random.Random, int], bytes]
    """A whole request with so many new events."""
    stored: Callable[[], int] | None = None
    """How many events it has stored; None for one that has stored all that it answered."""
    beside: Callable[[], float] | None = None
    """Seconds of processor time of the database server that it uses."""


class Round(NamedTuple):
    """What one turn with a server gave."""

    rate: float
    """Events a second, from the first that was sent until all were stored."""
    answered: float
    """Events a second that were answered, stored or not."""
    processor: float
    """Seconds of processor time an event."""
    beside: float
    """The same of its database server; 0 without one."""
    times: list[float]
    """Seconds that each request took."""

    @property
    def p99(self) -> float:
        """Seconds that 99 of 100 requests took at most."""
        return p99(self.times)


class Client:
    """One connection, which is opened anew when its server has closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> bytes:
        """The content of an answer, which must be 200 and reject nothing."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        content = await _content(reader, head)
        if b" 200 " not in head[:20] or b'"rejected"' in content:
            sys.exit(f"It answered {head[:20]!r} {content[:200]!r}")
        if b"\r\nconnection: close" in head:
            self.close()
        return content

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def turn(server: Server, size: int, connections: int, seconds: float) -> Round:
    """Send over some connections as fast as they are answered, `size` events a request."""
    stored = server.stored() if server.stored else 0
    processor, beside = server.processor(), server.beside() if server.beside else 0.0
    began = time.monotonic()
    took = await asyncio.gather(*(_send(server, size, began + seconds) for _ in range(connections)))
    answered = time.monotonic() - began
    times = [one for some in took for one in some]
    events = len(times) * size
    while server.stored and server.stored() < stored + events:
        await asyncio.sleep(0.05)
    elapsed = time.monotonic() - began
    return Round(
        events / elapsed,
        events / answered,
        (server.processor() - processor) / events,
        (server.beside() - beside) / events if server.beside else 0.0,
        times,
    )


async def pace(server: Server, rate: float, seconds: float) -> Round:
    """Send single events at random moments, `rate` a second, whether or not those before them were answered.

    A time is from the moment at which the event was due: a sender that is late makes it longer.
    """
    chance = random.Random()
    idle: list[Client] = []
    times: list[float] = []

    async def send(due: float, request: bytes) -> None:
        client = idle.pop() if idle else Client(server.port)
        await client.ask(request)
        times.append(time.monotonic() - due)
        idle.append(client)

    processor, began = server.processor(), time.monotonic()
    due = began
    sent = []
    while (due := due + chance.expovariate(rate)) < began + seconds:
        request = server.request(chance, 1)
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        sent.append(asyncio.create_task(send(due, request)))
    await asyncio.gather(*sent)
    elapsed = time.monotonic() - began
    for client in idle:
        client.close()
    used = (server.processor() - processor) / len(times)
    return Round(len(times) / elapsed, len(times) / elapsed, used, 0.0, times)


@asynccontextmanager
async def dashboard(server: Server) -> AsyncIterator[list[int]]:
    """Somebody has the overview and the groups open: each page is loaded anew when its live stream has news.

    Gives the sizes in bytes of all the pages that were loaded, so far.
    """
    sizes: list[int] = []
    pages = [asyncio.create_task(_look_at(server, page, sizes)) for page in _DASHBOARD]
    try:
        yield sizes
    finally:
        for page in pages:
            page.cancel()
            with suppress(asyncio.CancelledError):
                await page


async def _look_at(server: Server, path: str, sizes: list[int]) -> None:
    head = f"HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {ADMIN}\r\nAccept: "
    client = Client(server.port)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        writer.write(f"GET /live {head}text/event-stream\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        while True:
            sizes.append(len(await client.ask(f"GET /{path} {head}text/html\r\n\r\n".encode())))
            await reader.readuntil(b"data: news\n\n")
    finally:
        writer.close()
        client.close()


async def _send(server: Server, size: int, until: float) -> list[float]:
    client, chance, times = Client(server.port), random.Random(), []
    while time.monotonic() < until:
        request = server.request(chance, size)
        began = time.monotonic()
        await client.ask(request)
        times.append(time.monotonic() - began)
    client.close()
    return times


async def _content(reader: asyncio.StreamReader, head: bytes) -> bytes:
    """What follows the head of an answer, whose end is told in one of three ways."""
    if length := re.search(rb"\r\ncontent-length: (\d+)", head):
        return await reader.readexactly(int(length[1]))
    if b"\r\ntransfer-encoding: chunked" not in head:
        return await reader.read()
    content = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        content += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
    return content
