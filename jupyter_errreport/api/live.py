"""Tells open pages that something was stored, so that they can show it (server-sent events, HTML's own)."""

import asyncio
import contextlib
from typing import ClassVar

from tornado.iostream import StreamClosedError

from .http.access import Access
from .http.resource import Resource

HEARTBEAT_SECONDS = 25.0
"""How often something is sent at least: proxies close connections on which nothing happens."""
CALM_SECONDS = 1.0
"""The least time between two events: a storm of errors must not become a storm of pages."""


class Live(Resource):
    """`live`."""

    access: ClassVar[dict[str, Access]] = {"get": "read"}
    _gone = False
    _news: asyncio.Event | None = None

    async def get(self) -> None:
        """An event each time that something was stored, until the reader or the server goes."""
        listeners = self.service.listeners
        if listeners.is_full:
            self.set_status(204)  # by which a browser knows not to ask again
            self.finish()
            return
        self.set_header("Content-Type", "text/event-stream; charset=utf-8")
        self.set_header("X-Accel-Buffering", "no")
        self._auto_finish = False  # nobody is there to hear the end, when the page was closed
        with listeners.listening() as news, contextlib.suppress(StreamClosedError):
            self._news = news
            await self.flush()
            while not (listeners.closed or self._gone):
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(news.wait(), HEARTBEAT_SECONDS)
                self.write("data: news\n\n" if news.is_set() else ":\n\n")
                news.clear()
                await self.flush()
                await asyncio.sleep(CALM_SECONDS)
            self.finish()

    def on_connection_close(self) -> None:
        """The page was closed."""
        super().on_connection_close()
        self._gone = True
        if self._news is not None:
            self._news.set()  # its place is free at once, and not only after the next heartbeat
