"""Hands what requests bring to the database: all that waits at a moment in one transaction and one pass."""

import asyncio
import time
from typing import NamedTuple

from ...store import Database
from ...store.errors.insert import Outcome, Request, insert_together

TOGETHER_LIMIT = 2_000
"""Events after which no further request joins a transaction: others wait for its end."""
GATHER_PAUSE, GATHER_LIMIT = 0.003, 0.01
"""Under load: seconds in which nobody else came, and the most that a transaction waits for others."""


class _Waiting(NamedTuple):
    request: Request
    outcomes: "asyncio.Future[list[Outcome]]"


class Intake:
    """Belongs to one event loop. While a transaction runs, what comes waits for the next one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Waiting] = []
        self._running: asyncio.Task[None] | None = None

    async def store(self, request: Request) -> list[Outcome]:
        """What became of the events of a request, once they are on disk.

        Raises `StoreError` when nothing was stored, or nobody knows.
        """
        outcomes: asyncio.Future[list[Outcome]] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(request, outcomes))
        if self._running is None:
            self._running = asyncio.ensure_future(self._run())
        return await outcomes

    async def _run(self) -> None:
        """Until nothing waits: 1. take what there is, 2. store it, 3. answer, 4. if there is much, let more come."""
        try:
            while self._waiting:
                taken = self._taken()
                await self._store(taken)
                if len(taken) > 1:
                    await self._gather()
        finally:
            self._running = None

    async def _gather(self) -> None:
        """Wait while more comes: a transaction costs most of what it does whatever it holds."""
        until = time.monotonic() + GATHER_LIMIT
        before = -1
        while before < len(self._waiting) and time.monotonic() < until:
            before = len(self._waiting)
            await asyncio.sleep(GATHER_PAUSE)

    def _taken(self) -> list[_Waiting]:
        taken: list[_Waiting] = []
        events = 0
        while self._waiting and events < TOGETHER_LIMIT:
            waiting = self._waiting.pop(0)
            if not waiting.outcomes.done():  # whoever asked has gone before we began: then it must not be stored either
                taken.append(waiting)
                events += len(waiting.request.events)
        return taken

    async def _store(self, taken: list[_Waiting]) -> None:
        """Store these in one transaction; when that fails, each alone."""
        requests = [waiting.request for waiting in taken]
        try:
            work = self._database.write(lambda connection: insert_together(connection, requests))
            answers = await asyncio.wrap_future(work) if requests else []
        except Exception as error:
            if len(taken) == 1:
                _fail(taken[0], error)
            for waiting in taken if len(taken) > 1 else ():
                await self._store([waiting])
            return
        for waiting, outcomes in zip(taken, answers, strict=True):
            if not waiting.outcomes.done():
                waiting.outcomes.set_result(outcomes)


def _fail(waiting: _Waiting, error: Exception) -> None:
    if not waiting.outcomes.done():
        waiting.outcomes.set_exception(error)
