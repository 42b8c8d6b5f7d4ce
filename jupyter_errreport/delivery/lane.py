"""The events for one destination on their way from the spool to it, and the thread that sends them."""

import threading
import time
from typing import Callable, Iterable, Optional

from .destination import Destination
from .engine import Engine, EngineThread, Patience
from .engine.parcel import Cells
from .figures import Figures
from .receivers import RECEIVERS
from .receivers.addressed import Addressed
from .spool import Item, Spool
from .spool_parcel import SpoolParcel
from .spool_source import Hints, SpoolSource


class Lane(Figures):
    """One destination's events: source, receiver, the engine between them, and the figures."""

    def __init__(self, destination: Destination, spool: Spool, patience: Optional[Patience] = None) -> None:
        super().__init__()
        kind = RECEIVERS[destination.kind]
        self._source = SpoolSource(destination, spool, self, kind.limit)
        self._receiver = Addressed(kind)
        self._engine: Engine[SpoolParcel] = Engine(self._source, self._receiver, patience)
        self._thread = EngineThread(self._engine, f"errreport-{destination.kind}")
        self._known = {destination}

    @property
    def destination(self) -> Destination:
        """Where events go, with the token, connection file and session that are in use now."""
        return self._source.destination

    @property
    def waiting(self) -> int:
        """Errors of this process that no receiver has answered for."""
        return self._source.waiting(own=True)

    @property
    def adopted_waiting(self) -> int:
        """Errors of earlier processes that this one found and no receiver has answered for."""
        return self._source.waiting(own=False)

    @property
    def on_answered(self) -> Callable[[Hints], None]:
        """Called on the lane's thread when a receiver has answered, with its hints for our own events."""
        return self._source.on_answered

    @on_answered.setter
    def on_answered(self, call: Callable[[Hints], None]) -> None:
        self._source.on_answered = call

    @property
    def thread(self) -> threading.Thread:
        """The thread that sends; it may not have been started yet."""
        return self._thread.thread

    @property
    def is_connected(self) -> bool:
        """Whether a connection may be open."""
        return self._receiver.is_connected

    # -- what comes in ------------------------------------------------------------------------------------------------

    def put(self, destination: Destination, event_id: str, count: int, body: bytes, wanted: Callable[[], bool]) -> None:
        """Spool an event, on disk when this returns, and wake the thread.

        Unless it is no longer `wanted` by then, as when reporting was turned off while the disk took its time.
        """
        if self._source.put(destination, event_id, count, body, wanted):
            self._wake()

    def adopt(self, items: Iterable[Item]) -> None:
        """Send what processes left that are gone, before one's own: it is older."""
        if self._source.adopt(items):
            self._wake()

    def readdress(self, destination: Destination, again: bool = True) -> None:
        """The same receiver, from now on with another token, connection file or session; what waits goes along.

        Unless `again`, one that was in use before is older than what is in use now.
        """
        if destination != self.destination and (again or destination not in self._known):
            self._known.add(destination)
            self._source.readdress(destination)
            self._engine.start_over()
            self._thread.wake()

    def take_key(self, notebook: str, token: str) -> None:
        """What an earlier process left of this notebook, without any token, goes with this one from now on."""
        if self._source.take_key(notebook, token):
            self._engine.start_over()
            self._thread.wake()

    def tell_session(self, cells: Cells) -> None:
        """Have the session opened, also when there will be no event, and told how many cells went well and failed."""
        if self._source.tell_session(cells):
            self._wake()

    # -- who can't wait -----------------------------------------------------------------------------------------------

    def discard(self) -> int:
        """Delete what this process spooled and no receiver has answered for; returns how many errors."""
        count = self._source.discard()
        self._thread.wake()
        return count

    def hurry(self) -> None:
        """Cut short whatever wait the thread is in."""
        self._engine.retry_now()
        self._thread.wake()

    def hope(self) -> None:
        """The receiver has just answered another lane: what waits here because of a failure is tried again."""
        if self._thread.has_started and self._source.has_work:
            self._engine.hope()
            self._thread.wake()

    def flush(self, deadline: float) -> bool:
        """Try now to send all, until one attempt fails; False when something is left at `deadline` (monotonic)."""
        source, engine = self._source, self._engine
        engine.hurry(deadline)
        self._thread.wake()
        if self._thread.has_started:
            self._thread.wait_for(lambda: not engine.is_hurried or not (source.has_own or source.has_cells), deadline)
        else:  # the interpreter is shutting down and starts no more threads
            while source.has_work and engine.is_hurried and time.monotonic() < deadline:
                engine.turn()
        engine.take_time()
        return not source.has_own

    def close(self, deadline: float) -> None:
        """End the thread after the attempt that it is in; until `deadline` let others have what is not sent."""
        self._thread.close()
        self._source.leave(lambda: time.monotonic() > deadline)

    def _wake(self) -> None:
        self._thread.start()  # at the interpreter's end there is none: `flush` sends by itself
        self._thread.wake()
