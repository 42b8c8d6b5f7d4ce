"""Hands what requests bring to the database: what waits at a moment in one transaction and one pass, in fair shares."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import NamedTuple

from ...store import Database
from ...store.database.fair_queue import FairQueue, Sender
from ...store.database.writer import OURSELVES
from ...store.errors.insert import Outcome, Request, insert_together

GATHER_PAUSE, GATHER_LIMIT = 0.002, 0.01
"""Under load: seconds in which nobody else came, and the most that a transaction waits for others."""
PART_LIMIT = 25
"""Events of a request that are stored at one turn of its sender."""
TOGETHER_LIMIT = 250
"""Events after which nothing more joins a transaction: others wait for its end."""
TRANSACTION_SECONDS, LEAST = 0.05, 100
"""How long a transaction should take: one that stores new groups takes many times as long as another. But it may hold
so many events however long each takes: on a busy machine short ones would cost more than they bring."""
WAITING_LIMIT = 2_000
"""Parts of requests of one address that may wait; more are refused, so that a flood does not fill the memory."""


class Crowded(Exception):  # noqa: N818 - the name says what is the case
    """So much of this address waits that no more is taken."""


class _Waiting(NamedTuple):
    request: Request
    outcomes: "asyncio.Future[list[Outcome]]"
    is_last: bool
    """Whether it is the last part of what was asked: then whoever asked may soon ask again."""


class Intake:
    """Belongs to one event loop. While a transaction runs, what comes waits for the next one."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._seconds_of_event = 0.0
        """How long events took last, each; half of it is what was known before."""
        self._waiting: FairQueue[_Waiting] = FairQueue()
        self._running: asyncio.Task[None] | None = None
        self._asking = 0
        """Requests that wait, in however many parts."""
        self._wanted = 0
        self._enough: asyncio.Event = asyncio.Event()
        """Set when as many requests wait as are `_wanted`."""

    async def store(self, request: Request, sender: Sender = OURSELVES) -> list[Outcome]:
        """What became of the events of a request, once they are on disk.

        A large request is stored in parts, each at a turn of its sender. Raises `StoreError` when not all of it was
        stored, or nobody knows, and `Crowded` when nothing was taken.
        """
        count = len(request.events)
        parts = [request._replace(events=request.events[at : at + PART_LIMIT]) for at in range(0, count, PART_LIMIT)]
        if sender != OURSELVES and self._waiting.waiting_of(sender.address) + len(parts) > WAITING_LIMIT:
            raise Crowded
        loop = asyncio.get_running_loop()
        outcomes: list[asyncio.Future[list[Outcome]]] = [loop.create_future() for _ in parts]
        for part, future in zip(parts, outcomes, strict=True):
            self._waiting.put(sender, _Waiting(part, future, future is outcomes[-1]))
        self._asking += 1
        if self._asking >= self._wanted:
            self._enough.set()
        if self._running is None:
            self._running = asyncio.ensure_future(self._run())
        return [outcome for part in await asyncio.gather(*outcomes) for outcome in part]

    async def _run(self) -> None:
        """Until nothing waits: 1. take what there is, 2. store it, 3. answer, 4. if there is much, let more come."""
        try:
            while self._waiting:
                taken = self._taken()
                await self._store(taken)
                answered = sum(waiting.is_last for waiting in taken)
                if answered > 1:
                    await self._gather(self._asking + answered)
        finally:
            self._running = None

    async def _gather(self, wanted: int) -> None:
        """Wait while more comes: a transaction costs most of what it does whatever it holds.

        At most until `wanted` requests wait: those who were just answered, and those who asked meanwhile.
        """
        self._wanted = wanted
        self._enough.clear()
        until = time.monotonic() + GATHER_LIMIT
        before = -1
        while before < self._asking < wanted and time.monotonic() < until:
            before = self._asking
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._enough.wait(), GATHER_PAUSE)

    def _taken(self) -> list[_Waiting]:
        taken: list[_Waiting] = []
        events = 0
        while self._waiting and events < self._most():
            waiting = self._waiting.pop()
            self._asking -= waiting.is_last
            if not waiting.outcomes.done():  # whoever asked has gone before we began: then it must not be stored either
                taken.append(waiting)
                events += len(waiting.request.events)
        return taken

    def _most(self) -> int:
        """Events of one transaction."""
        if not self._seconds_of_event:
            return TOGETHER_LIMIT
        return max(LEAST, min(TOGETHER_LIMIT, int(TRANSACTION_SECONDS / self._seconds_of_event)))

    def _learn(self, seconds: float, events: int) -> None:
        if events >= PART_LIMIT:  # of few events most is the transaction itself
            self._seconds_of_event = (self._seconds_of_event + seconds / events) / 2

    async def _store(self, taken: list[_Waiting]) -> None:
        """Store these in one transaction; when that fails, each alone."""
        requests = [waiting.request for waiting in taken]
        began = self._clock()
        try:
            work = self._database.write(lambda connection: insert_together(connection, requests))
            answers = await asyncio.wrap_future(work) if requests else []
        except Exception as error:
            if len(taken) == 1:
                _fail(taken[0], error)
            for waiting in taken if len(taken) > 1 else ():
                await self._store([waiting])
            return
        self._learn(self._clock() - began, sum(len(request.events) for request in requests))
        for waiting, outcomes in zip(taken, answers, strict=True):
            if not waiting.outcomes.done():
                waiting.outcomes.set_result(outcomes)


def _fail(waiting: _Waiting, error: Exception) -> None:
    if not waiting.outcomes.done():
        waiting.outcomes.set_exception(error)
