"""The open pages that want to know when something was stored."""

import asyncio
import contextlib
from collections.abc import Iterator

LISTENERS_LIMIT = 200


class Listeners:
    """Those who wait for news. All of it happens on the server's event loop."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()
        self.closed = False

    def __len__(self) -> int:
        return len(self._waiting)

    def tell(self) -> None:
        """Something was stored or decided."""
        for news in self._waiting:
            news.set()

    def close(self) -> None:
        """The server stops: let everybody go."""
        self.closed = True
        self.tell()

    @property
    def is_full(self) -> bool:
        """Whether nobody else can be told."""
        return self.closed or len(self) >= LISTENERS_LIMIT

    @contextlib.contextmanager
    def listening(self) -> Iterator[asyncio.Event]:
        """An event that is set when there are news."""
        news = asyncio.Event()
        self._waiting.add(news)
        try:
            yield news
        finally:
            self._waiting.discard(news)
