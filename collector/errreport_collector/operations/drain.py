"""The end of a server: nobody comes in any more, and whoever is in gets an answer."""

import asyncio

from tornado.httpserver import HTTPServer

from ..running import Running

LOOK_SECONDS = 0.02
QUIET_LOOKS = 5
"""So often in a row nothing was under way: what had been sent before has been read by then."""


async def drain(server: HTTPServer, running: Running, patience: float) -> bool:
    """Refuse new connections, then wait for answers that are under way; False when not all were out in time.

    Connections that are kept open are told to close with their next answer.
    """
    running.is_stopping = True
    server.stop()
    running.service.listeners.close()
    return await answers_out(running, patience)


async def answers_out(running: Running, patience: float) -> bool:
    """Wait until every request that was taken has its answer, for `patience` seconds at most."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience
    quiet = 0
    while quiet < QUIET_LOOKS:
        if loop.time() >= deadline:
            return not running.active
        await asyncio.sleep(LOOK_SECONDS)
        quiet = 0 if running.active else quiet + 1
    return True
