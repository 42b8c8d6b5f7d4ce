"""Answers on their way to clients: in pieces, each of which waits for the one before; who does not read is cut off."""

import asyncio
from collections.abc import AsyncIterable, Callable
from typing import Any

from tornado.iostream import StreamClosedError

PIECE = 64 * 1024
"""Characters of a long answer that are written before its client has to have taken them."""
PATIENCE = 30.0
"""Seconds that a client may take for a piece, or for a small answer."""
LEAST_RATE = 32 * 1024
"""Bytes a second that a client has to take of an answer that is no small one."""
WAITING_LIMIT = 64 * 1024 * 1024
"""Bytes of whole answers that may wait for clients to read them; then further questions have to wait."""


class Outgoing:
    """What waits in this process for clients to read it. Belongs to one event loop."""

    def __init__(self) -> None:
        self.waiting = 0
        """Bytes of whole answers."""

    @property
    def is_full(self) -> bool:
        """Whether so much waits that nothing more should be asked for."""
        return self.waiting > WAITING_LIMIT

    def watch(self, sent: "asyncio.Future[None]", size: int, cut_off: Callable[[], None]) -> None:
        """Count an answer until it is `sent`, and have its client `cut_off` when that takes too long."""
        if sent.done():
            return
        self.waiting += size
        late = asyncio.get_running_loop().call_later(PATIENCE + size / LEAST_RATE, cut_off)

        def gone(sent: "asyncio.Future[None]") -> None:
            self.waiting -= size
            late.cancel()
            if not sent.cancelled():
                sent.exception()  # it was asked for: that a client has gone is no news

        sent.add_done_callback(gone)


async def send(handler: Any, texts: AsyncIterable[str]) -> None:
    """Answer with these texts, one after another, as fast as the client reads them, and not more than it has read.

    What fails on the way ends the connection: an answer that ends as it should is whole.
    """
    stream = handler.request.connection.stream
    try:
        written = 0
        async for text in texts:
            handler.write(text)
            written += len(text)
            if written >= PIECE:
                written = 0
                await asyncio.wait_for(handler.flush(), PATIENCE)
        handler.finish()
    except StreamClosedError:
        return
    except asyncio.TimeoutError:
        stream.close()
    except Exception:
        stream.close()
        raise
