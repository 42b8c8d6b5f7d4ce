"""The bounded queue in memory between those who have events and those who take them: one lane a destination.

Kept in memory only: what waits when a process is killed is lost. The interface is meant for a queue on disk behind it.
"""

import os
import random
import threading
import time
from collections import deque
from typing import Any, Deque, Dict, Iterable, List, NamedTuple, Optional, Tuple

from ..event import EventMessageType, encode
from .destination import SLACK, Destination

CAPACITY = 1_000
"""Events that may wait for one destination; the oldest is dropped and counted."""
BATCH_EVENTS, BATCH_BYTES = 100, 200_000
FIRST_RETRY, LONGEST_RETRY = 0.5, 300.0
"""Seconds before a failed send is tried again: doubled each time, with full jitter."""
READ_TIMEOUT = 10.0
"""Seconds to wait for an answer."""
SLACK_INTERVAL = 1.0
"""Seconds between two messages: Slack takes one a second (https://api.slack.com/docs/rate-limits)."""


class Item(NamedTuple):
    """One event on its way."""

    event_id: str
    body: bytes


class Lane:
    """The events for one destination, and the thread that sends them; made when the first event comes."""

    def __init__(self, destination: Destination) -> None:
        self.destination = destination
        self.sent = self.duplicate = self.rejected = self.dropped = 0
        self.problem = ""
        """Why the last attempt failed; empty when it did not."""
        self.last: Optional[Item] = None
        """The newest event that the receiver has answered for."""
        self._items: Deque[Item] = deque()
        self._sending: List[Item] = []
        self._session_due = False
        self._given_up = False
        """Whether the running attempt was asked for by somebody who no longer wants it."""
        self._change = threading.Condition()
        self._hurry = threading.Event()
        self._deadline: Optional[float] = None
        self._closed = False
        self._delay = FIRST_RETRY
        self._transport: Any = None
        self._thread: Optional[threading.Thread] = None

    @property
    def waiting(self) -> int:
        """Events that no receiver has answered for."""
        return len(self._items) + len(self._sending)

    def put(self, items: Iterable[Item]) -> None:
        """Queue events and wake the thread."""
        with self._change:
            for item in items:
                if len(self._items) >= CAPACITY:
                    self._items.popleft()
                    self.dropped += 1
                self._items.append(item)
            self._wake()

    def open_session(self) -> None:
        """Have the session opened, also when there will be no event."""
        with self._change:
            self._session_due = bool(self.destination.session_key)
            self._wake()

    def discard(self) -> int:
        """Forget the events that no receiver has answered for; returns how many."""
        return len(self.hand_over())

    def hand_over(self) -> List[Item]:
        """Give up the events that no receiver has answered for, those of a running attempt among them."""
        with self._change:
            items = self._sending + list(self._items)
            self._items.clear()
            self._sending = []
            self._session_due, self._given_up = False, True
            self._change.notify_all()
            return items

    def hurry(self) -> None:
        """Cut short whatever wait the thread is in."""
        self._hurry.set()

    def flush(self, deadline: float) -> bool:
        """Try now to send all, until one attempt fails; False when something is left at `deadline` (monotonic)."""
        with self._change:
            self._deadline = deadline
            self._hurry.set()
            if self._thread is None:  # the interpreter is shutting down and starts no more threads
                self._open()
                while self._items and self._hurry.is_set() and time.monotonic() < deadline:
                    self._turn()
            while (self.waiting or self._session_due) and self._hurry.is_set() and self._thread is not None:
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    break
                self._change.wait(remaining)
            self._deadline = None
            self._hurry.clear()
            return not self.waiting

    def close(self) -> None:
        """End the thread after the attempt that it is in."""
        with self._change:
            self._closed = True
            self._hurry.set()
            self._change.notify_all()

    def _wake(self) -> None:
        if self._thread is None:
            thread = threading.Thread(target=self._run, name=f"errreport-{self.destination.kind}", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # Python 3.12 and newer, at exit: `flush` sends by itself
                return
            self._thread = thread
        self._change.notify_all()

    def _open(self) -> None:
        """Make the HTTP client, in the thread that uses it: an import that a kernel without errors can spare."""
        from .transport import Transport

        self._transport = Transport(self.destination)

    def _run(self) -> None:
        """Sleep while there is nothing to do; else take turns, and wait after each as long as it says."""
        self._open()
        while not self._closed:
            with self._change:
                if not self._items and not self._session_due:
                    self._transport.close()
                    self._change.notify_all()
                    self._change.wait()
                    continue
            pause = self._turn()
            if pause:
                self._hurry.wait(pause)
        self._transport.close()

    def _turn(self) -> float:
        """One attempt to send. Returns the seconds to wait before the next one.

        1. Open the session if that is due.
        2. Take as many events as one request may hold, and send them.
        3. Judged by the receiver: count them. Not judged: put them back in front and wait longer than the last time.
        """
        with self._change:
            session_due, self._session_due = self._session_due, False
            self._given_up = False
            batch = self._sending = self._batch()
        if session_due:
            self._transport.open_session(self._timeout(), lambda: not self._given_up)
        if not batch:
            return 0.0
        outcome = self._transport.send([item.body for item in batch], self._timeout(), lambda: self._sending is batch)
        with self._change:
            self.problem = outcome.problem
            given_up = self._sending is not batch
            self._sending = []
            if outcome.statuses is not None:
                self.sent += outcome.statuses.count("stored")
                self.duplicate += outcome.statuses.count("duplicate")
                self.rejected += outcome.statuses.count("rejected")
                self.last = batch[-1]
                self._delay = FIRST_RETRY
                pause = SLACK_INTERVAL if self.destination.kind == SLACK else 0.0
            elif given_up:
                pause = 0.0
            else:
                self._items.extendleft(reversed(batch))
                self._hurry.clear()  # who asked to hurry has had the attempt
                asked = min(outcome.retry_after or 0.0, LONGEST_RETRY)
                pause = max(asked, random.uniform(0, self._delay))  # noqa: S311 - jitter
                self._delay = min(self._delay * 2, LONGEST_RETRY)
            self._change.notify_all()
        return pause

    def _batch(self) -> List[Item]:
        """The next events: as many as one request may hold."""
        batch: List[Item] = []
        size = 0
        limit = 1 if self.destination.kind == SLACK else BATCH_EVENTS
        while self._items and len(batch) < limit and (not batch or size + len(self._items[0].body) < BATCH_BYTES):
            item = self._items.popleft()
            batch.append(item)
            size += len(item.body)
        return batch

    def _timeout(self) -> float:
        deadline = self._deadline
        return READ_TIMEOUT if deadline is None else max(0.1, min(READ_TIMEOUT, deadline - time.monotonic()))


class DeliveryQueue:
    """The lanes of one process, by destination. A forked child begins with empty ones: the events are its parent's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lanes: Dict[Tuple[str, str], Lane] = {}
        self._pid = os.getpid()

    def submit(self, event: EventMessageType, destination: Destination) -> None:
        """Queue one event. Returns at once."""
        self._lane(destination).put([Item(event.get("event_id", ""), encode(event))])

    def open_session(self, destination: Destination) -> None:
        """Tell a collector that a session has begun. Returns at once."""
        self._lane(destination).open_session()

    def flush(self, timeout: float) -> bool:
        """Send what waits, for at most `timeout` seconds altogether; False when something is left."""
        deadline = time.monotonic() + timeout
        lanes = self.lanes()
        for lane in lanes:
            lane.hurry()  # all at once, not one after another
        done = [lane.flush(deadline) for lane in lanes]
        return all(done)

    def discard(self) -> int:
        """Forget what waits; returns how many events that were."""
        return sum(lane.discard() for lane in self.lanes())

    def close(self, timeout: float) -> bool:
        """Flush, then end the threads."""
        done = self.flush(timeout)
        for lane in self.lanes():
            lane.close()
        return done

    def lanes(self) -> List[Lane]:
        """The lanes that exist, in the order of their first event."""
        with self._lock:
            return list(self._lanes.values()) if self._pid == os.getpid() else []

    def status(self) -> List[Dict[str, Any]]:
        """The figures of each lane. `identity` may be a secret (a webhook): it is for telling lanes apart."""
        return [
            {
                "identity": lane.destination.identity,
                "sent": lane.sent,
                "duplicate": lane.duplicate,
                "waiting": lane.waiting,
                "rejected": lane.rejected,
                "dropped": lane.dropped,
                "problem": lane.problem,
            }
            for lane in self.lanes()
        ]

    def _lane(self, destination: Destination) -> Lane:
        if self._pid != os.getpid():
            self._pid, self._lanes, self._lock = os.getpid(), {}, threading.Lock()
        with self._lock:
            lane = self._lanes.get(destination.identity)
            if lane is None or lane.destination != destination:
                new = self._lanes[destination.identity] = Lane(destination)
                if lane is not None:  # the same receiver, now with another token or session
                    lane.close()
                    new.put(lane.hand_over())
                lane = new
            return lane
