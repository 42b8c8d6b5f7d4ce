"""The thread that serves one destination from the outbox."""

import logging
import random
import threading
import time

from ..delivery import Destination
from ..delivery.outcome import Outcome
from ..delivery.transport import Transport
from ..store import StoreError
from ..store.database.backend import Lock
from .parcels import LONGEST_QUIET, Parcel, Parcels

FIRST_RETRY, LONGEST_RETRY = 0.5, 300.0
"""Seconds before a failed request is made again: doubled each time, with full jitter."""
LONGEST_ASKED = 3_600.0
"""The most that a receiver's Retry-After can put it off, in seconds."""
READ_TIMEOUT = 10.0
"""Seconds to wait for an answer."""
HOUR = 3_600.0

log = logging.getLogger(__name__)


class Sender:
    """Sleeps while nothing is due. What was answered is not sent again, unless the process was killed in between.

    Jupyter servers of one user share a database: they take turns, or people would be told everything twice.
    """

    def __init__(self, destination: Destination, parcels: Parcels, lock: Lock, sender_key: str = "") -> None:
        """`sender_key` is shown to a collector, which then lets this server delete what it sent."""
        self._label = destination.label
        self._parcels = parcels
        self._lock = lock
        self._transport = Transport(destination, sender_key)
        self._answer: tuple[Parcel, Outcome] | None = None
        """What was answered, until the database has taken it."""
        self._delay = FIRST_RETRY
        self._expired_at = time.monotonic()
        self._news = threading.Event()
        self._closing = threading.Event()
        self._deadline = float("inf")
        self._thread = threading.Thread(target=self._run, name=f"errreport-to-{destination.kind}", daemon=True)

    def start(self) -> None:
        """Begin with what waits."""
        self._thread.start()

    def wake(self) -> None:
        """There may be something to send. Does not cut short a wait that a failed request is due to."""
        self._news.set()

    def close(self, deadline: float) -> None:
        """Send what can be sent until `deadline` (monotonic), then end; `join` waits for it."""
        self._deadline = deadline
        self._parcels.closing = True
        self._closing.set()
        self._news.set()

    def join(self) -> bool:
        """Wait for the end until the deadline of `close`; False when the thread is still at it."""
        if self._thread.ident is not None:
            self._thread.join(max(0.0, self._deadline - time.monotonic()))
        return not self._thread.is_alive()

    def _run(self) -> None:
        """Take turns; sleep after one in which nothing was due until there is news, after one that failed for a while.

        News that come during a turn are seen by the next one; so is `close`, before which something may have come.
        """
        while time.monotonic() < self._deadline:
            self._news.clear()
            closing = self._closing.is_set()
            pause = self._turn()
            if pause == 0.0:
                continue
            if closing:
                break
            if pause is None:
                self._transport.close()
                self._news.wait(self._due_in())
            else:
                self._closing.wait(pause)
        self._transport.close()

    def _turn(self) -> float | None:
        """One request, if one is due; the seconds to wait after it, None when nothing is due.

        1. Ask the outbox what comes next, and send it.
        2. Not taken: wait longer than the last time, or as long as the receiver says.
        3. Answered: have the outbox keep that. If the database can't, that is what comes next.
        """
        try:
            self._expire()
            with self._lock:
                if self._answer is None:
                    parcel = self._parcels.next()
                    if parcel is None:
                        return None
                    outcome = self._parcels.send(self._transport, parcel, self._timeout())
                    if outcome.statuses is None:
                        self._parcels.put_off(outcome.problem)
                        return self._later(outcome.retry_after)
                    self._answer = parcel, outcome
                self._parcels.answered(*self._answer)
                self._answer = None
                self._delay = FIRST_RETRY
                time.sleep(self._parcels.pause)
                return 0.0
        except StoreError as error:
            log.warning("Passing errors on to %s has to wait: %s", self._label, error)
        except Exception:
            log.exception("Passing errors on to %s failed.", self._label)
        return self._later(None)

    def _later(self, asked: float | None) -> float:
        """Seconds to wait before the next attempt."""
        jittered = random.uniform(0.01, self._delay)  # noqa: S311
        self._delay = min(self._delay * 2, LONGEST_RETRY)
        return max(min(asked or 0.0, LONGEST_ASKED), jittered)

    def _due_in(self) -> float | None:
        try:
            return self._parcels.due_in()
        except Exception:  # the next turn will say what is wrong
            return LONGEST_QUIET

    def _expire(self) -> None:
        """Once an hour: drop what is too old to be sent."""
        if time.monotonic() - self._expired_at > HOUR:
            self._parcels.expire()
            self._expired_at = time.monotonic()

    def _timeout(self) -> float:
        return max(0.1, min(READ_TIMEOUT, self._deadline - time.monotonic()))
