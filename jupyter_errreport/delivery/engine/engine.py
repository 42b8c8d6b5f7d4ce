"""When what a source holds is sent, when again, and who is told what became of it."""

import time
from typing import Any, Callable, ContextManager, Generic, Optional, Tuple

from ..outcome import Outcome
from .patience import Backoff, Patience
from .receiver import Receiver
from .source import NotNow, P, Source

LONGEST_QUIET = 300.0
"""Seconds after which a source is asked again that could not say when it has something."""


class Engine(Generic[P]):
    """Delivers from one source to one receiver, a parcel a turn.

    Without a thread of its own: whoever drives it calls `turn`, then waits `due_in` seconds, or until there is news.
    `turn`, `due_in` and `rest` are for one caller at a time, the others for anybody.
    """

    def __init__(
        self,
        source: Source[P],
        receiver: Receiver[P],
        patience: Optional[Patience] = None,
        turns: "Optional[ContextManager[Any]]" = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`turns` is held from `next` to the end of the receiver's pause, where several processes share a source."""
        self._source = source
        self._receiver = receiver
        self._patience = patience or Patience()
        self._turns = turns
        self._clock = clock
        self._sleep = sleep
        self._backoff = Backoff(self._patience)
        self._not_before = clock()
        self._is_changed = False
        """Whether there was reason to hope since the last attempt began: its failure says nothing of the next one."""
        self._is_asked_to_wait = False
        """Whether the receiver itself has said how long to wait."""
        self._is_idle = False
        """Whether the source had nothing when it was last asked."""
        self._unkept: Optional[Tuple[P, Outcome]] = None
        """What the receiver answered, until the source has taken it: sent again it would annoy people."""
        self._deadline: Optional[float] = None
        self.is_hurried = False
        """Whether somebody waits for all to be sent, and no attempt that began since has failed."""
        self._had_no_try = False
        """Whether no attempt began since somebody asked to hurry."""

    def turn(self) -> None:
        """One attempt, if one is due. Never raises.

        1. Ask the source what comes next, and send it.
        2. Not judged: put it off; wait longer than the last time, or as long as the receiver asks.
        3. Judged: have the source keep that. If it can't, that is what comes next.
        """
        if not self.is_hurried and self._clock() < self._not_before:
            return
        try:
            if self._turns is None:
                pause = self._attempt()
                if pause:
                    self._not_before = self._clock() + pause
                return
            with self._turns:
                self._sleep(self._attempt())
        except NotNow:
            self._wait(None)
        except Exception as error:
            self._wait(self._source.failed(error))

    def due_in(self) -> Optional[float]:
        """After a turn: seconds until the next one can achieve anything; None when something must come in first."""
        left = 0.0 if self.is_hurried else max(0.0, self._not_before - self._clock())
        if not self._is_idle:
            return left
        try:
            due = self._source.due_in()
        except Exception:  # the next turn will say what is wrong
            due = LONGEST_QUIET
        return None if due is None else max(due, left)

    def rest(self) -> None:
        """Close connections, before a wait."""
        self._receiver.close()

    def retry_now(self) -> None:
        """Cut short the wait that a failure is due to: something has changed."""
        self._not_before = self._clock()

    def hope(self) -> None:
        """Another way to the same receiver works: try at once, unless it asked to be left alone for longer."""
        if not self._is_asked_to_wait:
            self.start_over()

    def start_over(self) -> None:
        """The receiver is another than the one that failed: try at once, and begin with the shortest waits."""
        self._backoff.reset()
        self._is_changed = True
        self.retry_now()

    def hurry(self, deadline: float) -> None:
        """Without waits until an attempt fails, and no answer is waited for after `deadline` (of the clock)."""
        self._deadline = deadline
        self._had_no_try = True
        self.is_hurried = True

    def take_time(self) -> None:
        """Nobody waits any more."""
        self._deadline = None
        self.is_hurried = False

    def _attempt(self) -> float:
        """Send what comes next; returns the seconds for which the receiver is to be left alone after it."""
        if self._unkept is None:
            self._is_changed = self._had_no_try = False
            parcel = self._source.next()
            self._is_idle = parcel is None
            if parcel is None:
                return 0.0
            outcome = self._sent(parcel)
            if outcome.statuses is None:
                if self._source.put_off(parcel, outcome):
                    self._wait(outcome.retry_after)
                return 0.0
            self._unkept = parcel, outcome
        self._source.answered(*self._unkept)
        self._unkept = None
        self._is_asked_to_wait = False
        self._backoff.reset()
        return self._receiver.pause

    def _sent(self, parcel: P) -> Outcome:
        try:
            return self._receiver.send(parcel, self._timeout())
        except Exception as error:  # a fault of the receiver's code
            asked = self._source.failed(error)
            return Outcome(problem=f"a fault of our own ({type(error).__name__})", retry_after=asked)

    def _wait(self, asked: Optional[float]) -> None:
        self.is_hurried = self.is_hurried and self._had_no_try  # else who asked to hurry has had the attempt
        self._is_idle = False
        self._is_asked_to_wait = asked is not None
        pause = self._backoff.next(asked)
        self._not_before = self._clock() + (0.0 if self._is_changed and asked is None else pause)

    def _timeout(self) -> float:
        longest, deadline = self._patience.answer, self._deadline
        return longest if deadline is None else max(0.1, min(longest, deadline - self._clock()))
