"""The events for one destination on their way from the spool to it, and the thread that sends them."""

import random
import threading
import time
from collections import deque
from typing import Any, Callable, Deque, Dict, Iterable, List, NamedTuple, Optional, Set, Tuple

from ..contract import BATCH_EVENTS, BODY_LIMIT, LIMIT_PREFIX
from .destination import JUPYTER, SLACK, Destination
from .outcome import Hint, Outcome
from .spool import Item, Spool, opened

FIRST_RETRY, LONGEST_RETRY = 0.5, 300.0
"""Seconds before a failed send is tried again: doubled each time, with full jitter."""
LONGEST_ASKED = 3_600.0
"""Seconds of a `Retry-After` that are honoured."""
READ_TIMEOUT = 10.0
"""Seconds to wait for an answer."""
TRANSPORTS_KEPT = 8
SLACK_INTERVAL = 1.0
"""Seconds between two messages: Slack takes one a second (https://api.slack.com/docs/rate-limits)."""


Hints = Dict[str, Optional[Hint]]
"""What an author has to say, by the ids of events; None where the receiver will know a little later."""


class Sent(NamedTuple):
    """An event that a receiver has answered for."""

    event_id: str
    body: bytes


class _Waiting:
    """One event that no receiver has answered for."""

    __slots__ = ("box", "entry", "errors", "own")

    def __init__(self, item: Item, own: bool) -> None:
        self.box, self.entry = item
        self.errors = self.entry.errors
        self.own = own
        """Whether this process spooled it, and not one before it."""

    def goes_with(self, other: "_Waiting") -> bool:
        """Whether both may be sent in one request: to the same receiver, with the same rights, for one session."""
        return self.box is other.box and self.entry.sender == other.entry.sender and self.own == other.own

    def let_go(self) -> None:
        """Send it no more: delete what is one's own, leave to others what is not."""
        if self.own:
            self.box.remove(self.entry)
        else:
            self.box.release(self.entry)


class Lane:
    """One destination's events. The figures count errors, which an event may stand for several of.

    Always: spooled = sent + duplicate + waiting + rejected + dropped + forgotten + elsewhere.
    """

    def __init__(self, destination: Destination, spool: Spool) -> None:
        self.destination = destination
        self.spooled = self.sent = self.duplicate = self.rejected = self.dropped = 0
        self.forgotten = 0
        """Deleted unsent because reporting was turned off."""
        self.elsewhere = 0
        """Sent by another process, which took this one for gone, or deleted by somebody."""
        self.adopted_sent = 0
        """Left by processes before this one, and sent by it: in none of the figures above."""
        self.problem = ""
        """Why the last attempt failed; empty when it did not."""
        self.rejection = ""
        """Why the receiver will not take the last event that it rejected; empty when it took all."""
        self.last: Optional[Sent] = None
        """The newest event of this process that the receiver has answered for."""
        self.on_answered: Callable[[Hints], None] = _nothing
        """Called on the lane's thread when a receiver has answered, with its hints for our own events."""
        self._spool = spool
        self._known = {destination}
        self._items: Deque[_Waiting] = deque()
        self._sending: List[_Waiting] = []
        self._limit = BATCH_EVENTS
        """Events in a request: halved while one is looked for that makes the receiver refuse them all."""
        self._cells_due: Optional[Tuple[int, int]] = None
        """What the receiver is still to be told of the session."""
        self._given_up = False
        """Whether the running attempt was asked for by somebody who no longer wants it."""
        self._change = threading.Condition()
        self._hurry = threading.Event()
        self._deadline: Optional[float] = None
        self._closed = False
        self._delay = FIRST_RETRY
        self._transports: Dict[Destination, Any] = {}
        self._thread: Optional[threading.Thread] = None

    @property
    def waiting(self) -> int:
        """Errors of this process that no receiver has answered for."""
        return self._waiting(own=True)

    @property
    def adopted_waiting(self) -> int:
        """Errors of earlier processes that this one found and no receiver has answered for."""
        return self._waiting(own=False)

    # -- what comes in ------------------------------------------------------------------------------------------------

    def put(self, destination: Destination, event_id: str, count: int, body: bytes, wanted: Callable[[], bool]) -> None:
        """Spool an event, on disk when this returns, and wake the thread.

        Unless it is no longer `wanted` by then, as when reporting was turned off while the disk took its time.
        """
        with self._change:
            busy = {item.entry.event_id for item in self._sending}
        item, dropped = self._spool.put(destination, event_id, count, body, busy)
        waiting = _Waiting(item, own=True)
        with self._change:
            self.spooled += count
            self._drop({entry.event_id for entry in dropped})
            keep = wanted()
            if keep:
                self._items.append(waiting)
                self._wake()
            else:
                self.forgotten += count
        if not keep:
            waiting.let_go()

    def adopt(self, items: Iterable[Item]) -> None:
        """Send what processes left that are gone, before one's own: it is older."""
        with self._change:
            known = {item.entry.event_id for item in self._sending} | {item.entry.event_id for item in self._items}
            new = [_Waiting(item, own=False) for item in items if item.entry.event_id not in known]
            if new:
                self._items = deque(sorted([*new, *self._items], key=lambda item: item.entry.event_id))
                self._wake()

    def readdress(self, destination: Destination, again: bool = True) -> None:
        """The same receiver, from now on with another token, connection file or session; what waits goes along.

        Unless `again`, one that was in use before is older than what is in use now.
        """
        with self._change:
            if destination != self.destination and (again or destination not in self._known):
                self._known.add(destination)
                self.destination = destination
                self._cells_due = None
                self._delay = FIRST_RETRY
                self._hurry.set()

    def tell_session(self, cells: Tuple[int, int]) -> None:
        """Have the session opened, also when there will be no event, and told how many cells went well and failed."""
        with self._change:
            if self.destination.session_key:
                self._cells_due = cells
                self._wake()

    # -- who can't wait -----------------------------------------------------------------------------------------------

    def discard(self) -> int:
        """Delete what this process spooled and no receiver has answered for; returns how many errors."""
        with self._change:
            sending, items = self._sending, list(self._items)
            count = sum(item.errors for item in sending + items if item.own)
            self.forgotten += count
            self._items.clear()
            self._sending = []
            self._cells_due, self._given_up = None, True
            self._change.notify_all()
        for item in items + [item for item in sending if item.own]:  # of the others the thread knows more
            item.let_go()
        return count

    def hurry(self) -> None:
        """Cut short whatever wait the thread is in."""
        self._hurry.set()

    def flush(self, deadline: float) -> bool:
        """Try now to send all, until one attempt fails; False when something is left at `deadline` (monotonic)."""
        with self._change:
            self._deadline = deadline
            self._hurry.set()
            alone = self._thread is None  # the interpreter is shutting down and starts no more threads
        while alone and self._has_work() and self._hurry.is_set() and time.monotonic() < deadline:
            self._turn()
        with self._change:
            while (self._has_own() or self._cells_due is not None) and self._hurry.is_set() and not alone:
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    break
                self._change.wait(remaining)
            self._deadline = None
            self._hurry.clear()
            return not self._has_own()

    def close(self, deadline: float) -> None:
        """End the thread after the attempt that it is in; until `deadline` let others have what is not sent."""
        with self._change:
            self._closed = True
            self._hurry.set()
            self._change.notify_all()
            items = list(self._items)
        for item in items:
            if time.monotonic() > deadline:
                break
            item.box.release(item.entry)

    # -- the thread ---------------------------------------------------------------------------------------------------

    def _wake(self) -> None:
        if self._thread is None:
            thread = threading.Thread(target=self._run, name=f"errreport-{self.destination.kind}", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # Python 3.12 and newer, at exit: `flush` sends by itself
                return
            self._thread = thread
        self._change.notify_all()

    def _run(self) -> None:
        """Sleep while there is nothing to do; else take turns, and wait after each as long as it says."""
        while not self._closed:
            with self._change:
                if not self._has_work():
                    self._limit = BATCH_EVENTS
                    self._disconnect()
                    self._change.notify_all()
                    self._change.wait()
                    continue
            try:
                pause = self._turn()
            except Exception as error:
                pause = self._stumbled(error)
            if pause:
                self._disconnect()
                self._hurry.wait(pause)
                if self._deadline is None and not self._closed:
                    self._hurry.clear()
        self._disconnect()

    def _turn(self) -> float:
        """One attempt to send. Returns the seconds to wait before the next one.

        1. Open the session if that is due.
        2. Take as many events as one request may hold, claim their files, and send them.
        3. Judged by the receiver: remove or set aside, and count. Refused as a whole: go on with half of them.
           Not judged: put them back in front and wait longer than the last time.
        """
        with self._change:
            cells, destination = self._cells_due, self.destination
            self._given_up = False
            batch = self._sending = self._take()
        if cells is not None:
            told = self._transport(destination).tell_session(cells, self._timeout(), lambda: not self._given_up)
            with self._change:
                if not told.problem and self._cells_due == cells:
                    self._cells_due = None
                    self._change.notify_all()
                if told.problem and not batch:
                    self.problem = told.problem
                    return self._put_off(told)
        if not batch:
            return 0.0
        loaded = self._load(batch)
        with self._change:
            given_up = self._sending is not batch
            if not given_up:
                self.elsewhere += sum(item.errors for item in batch if item.own and item not in loaded.items)
                batch = self._sending = loaded.items
                self._change.notify_all()
        if given_up:
            return self._let_go(loaded.items, None)
        if not batch:
            return 0.0
        outcome = loaded.outcome or self._transport(loaded.destination).send(
            loaded.bodies, self._timeout(), lambda: self._sending is batch
        )
        if self._sending is not batch:
            return self._let_go(batch, outcome.statuses)
        return self._judge(batch, loaded.bodies, outcome)

    def _take(self) -> List[_Waiting]:
        """The next events: as many as one request may hold, of those that go with the oldest."""
        batch: List[_Waiting] = []
        rest: Deque[_Waiting] = deque()
        size = 0
        limit = 1 if self.destination.kind == SLACK else self._limit
        for item in self._items:
            fits = len(batch) < limit and size + item.entry.size <= BODY_LIMIT
            if not batch or (fits and item.goes_with(batch[0])):
                batch.append(item)
                size += item.entry.size
            else:
                rest.append(item)
        self._items = rest
        return batch

    def _load(self, batch: List[_Waiting]) -> "_Loaded":
        """Claim and read the files of a batch. Those that another process has taken are left out."""
        items: List[_Waiting] = []
        bodies: List[bytes] = []
        destination = self.destination
        for item in batch:
            try:
                item.entry = item.box.claim(item.entry)
            except FileNotFoundError:  # another process has it
                continue
            except OSError:  # a disk that became read-only: nobody else can claim it either
                pass
            try:
                destination, body = opened(item.box.read(item.entry), item.box.key)
            except FileNotFoundError:
                continue
            except OSError as error:
                problem = f"an event could not be read again ({error.strerror or type(error).__name__})"
                return _Loaded(batch, [b""] * len(batch), destination, Outcome(problem=problem))
            except ValueError:  # nothing that we wrote
                item.box.set_aside(item.entry)
                continue
            items.append(item)
            bodies.append(body)
        return _Loaded(items, bodies, self._addressed(destination, items), None)

    def _addressed(self, destination: Destination, items: List[_Waiting]) -> Destination:
        """Where a file's event goes: with today's token if it is our own, to today's Jupyter server."""
        if (items and items[0].own) or destination.kind == JUPYTER:
            return destination._replace(address=self.destination.address, token=self.destination.token)
        return destination

    def _judge(self, batch: List[_Waiting], bodies: List[bytes], outcome: Outcome) -> float:
        """What becomes of a batch; returns the seconds to wait before the next attempt."""
        statuses = outcome.statuses
        halved = outcome.is_whole and len(batch) > 1
        if statuses is not None and not halved:
            for item, status, reason in zip(batch, statuses, outcome.reasons or [""] * len(batch)):
                self._put_away(item, status, reason)
        with self._change:
            self.problem = outcome.problem
            if self._sending is not batch:  # turned off this very moment
                return self._let_go(batch, statuses)
            self._sending = []
            pause = SLACK_INTERVAL if self.destination.kind == SLACK else 0.0
            if halved:
                self._items.extendleft(reversed(batch))
                self._limit = len(batch) // 2
            elif statuses is not None:
                for item, status in zip(batch, statuses):
                    self._answered(item, status)
                for item, body in zip(batch, bodies):
                    # An older one is sent again when its receiver is asked once more for the author's hint.
                    if item.own and (self.last is None or item.entry.event_id >= self.last.event_id):
                        self.last = Sent(item.entry.event_id, body)
                if outcome.is_whole:
                    self._limit = BATCH_EVENTS
                self._delay = FIRST_RETRY
            else:
                self._items.extendleft(reversed(batch))
                pause = self._put_off(outcome)
            self._change.notify_all()
        if statuses is not None and not halved:
            hints = zip(batch, outcome.hints or [Hint()] * len(batch))
            self.on_answered({item.entry.event_id: hint for item, hint in hints if item.own})
        return pause

    def _put_off(self, outcome: Outcome) -> float:
        """Nothing came of an attempt; returns the seconds to wait before the next one."""
        self._hurry.clear()  # who asked to hurry has had the attempt
        self._change.notify_all()
        asked = min(outcome.retry_after or 0.0, LONGEST_ASKED)
        pause = max(asked, random.uniform(0, self._delay))  # noqa: S311 - jitter
        self._delay = min(self._delay * 2, LONGEST_RETRY)
        return pause

    def _stumbled(self, error: Exception) -> float:
        """After a mistake of our own: nothing is lost, and nothing shows but in the status."""
        with self._change:
            self.problem = f"a fault of our own ({type(error).__name__})"
            self._items.extendleft(reversed(self._sending))
            self._sending = []
            self._hurry.clear()
            self._change.notify_all()
        return LONGEST_RETRY

    def _put_away(self, item: _Waiting, status: str, reason: str) -> None:
        """Be done with the file of an event that the receiver has judged."""
        if status != "rejected":
            item.box.remove(item.entry)
            return
        self.rejection = reason
        if reason.startswith(LIMIT_PREFIX):
            item.box.turn_away(item.entry)
        else:
            item.box.set_aside(item.entry)

    def _answered(self, item: _Waiting, status: str) -> None:
        if not item.own:
            self.adopted_sent += item.errors
        elif status == "stored":
            self.sent += item.errors
        elif status == "duplicate":
            self.duplicate += item.errors
        else:
            self.rejected += item.errors

    def _let_go(self, items: List[_Waiting], statuses: Optional[List[str]]) -> float:
        """What was given up while it was on its way: the receiver may have answered for it all the same."""
        for number, item in enumerate(items):
            if statuses is None:
                item.let_go()
                continue
            item.box.remove(item.entry)
            with self._change:
                self.forgotten -= item.errors if item.own else 0
                self._answered(item, statuses[number])
        return 0.0

    def _drop(self, ids: Set[str]) -> None:
        """Forget events whose files had to make room."""
        if ids:
            self.dropped += sum(item.errors for item in self._items if item.own and item.entry.event_id in ids)
            self._items = deque(item for item in self._items if item.entry.event_id not in ids)

    def _has_work(self) -> bool:
        return bool(self._items) or self._cells_due is not None

    def _has_own(self) -> bool:
        return any(item.own for item in [*self._items, *self._sending])

    def _waiting(self, own: bool) -> int:
        with self._change:
            return sum(item.errors for item in [*self._items, *self._sending] if item.own == own)

    def _transport(self, destination: Destination) -> Any:
        """The HTTP client for a destination; an import that a kernel without errors can spare."""
        from .transport import Transport

        if destination not in self._transports:
            self._disconnect()
            if len(self._transports) >= TRANSPORTS_KEPT:  # the sessions of many earlier kernels
                self._transports.clear()
            self._transports[destination] = Transport(destination)
        return self._transports[destination]

    def _disconnect(self) -> None:
        """Keep no connection open."""
        for transport in self._transports.values():
            transport.close()

    def _timeout(self) -> float:
        deadline = self._deadline
        return READ_TIMEOUT if deadline is None else max(0.1, min(READ_TIMEOUT, deadline - time.monotonic()))


class _Loaded(NamedTuple):
    """A batch as it is read from the spool."""

    items: List[_Waiting]
    bodies: List[bytes]
    destination: Destination
    outcome: Optional[Outcome]
    """What is to be told without an attempt, when the files can't be read."""


def _nothing(hints: Hints) -> None:
    return
