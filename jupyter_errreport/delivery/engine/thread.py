"""A thread that drives one engine."""

import threading
import time
from typing import Any, Callable, Optional

from .engine import Engine


class EngineThread:
    """Takes turns while something is due, and sleeps when nothing is; news wake it.

    News that come during a turn are seen by the next one; so is `close`, before which something may have come.
    """

    def __init__(self, engine: "Engine[Any]", name: str) -> None:
        self._engine = engine
        self._change = threading.Condition()
        """Told when there is news, and after every turn."""
        self._has_news = False
        self._deadline: Optional[float] = None
        self.is_at_rest = False
        """Whether it sleeps until something comes, or is due, and keeps no connection open."""
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def has_started(self) -> bool:
        """Whether it was started once."""
        return self.thread.ident is not None

    @property
    def is_closing(self) -> bool:
        """Whether it was told to end."""
        return self._deadline is not None

    def start(self) -> bool:
        """Begin, unless it has; False when the interpreter starts no threads, as at its end since Python 3.12."""
        if not self.has_started:
            try:
                self.thread.start()
            except RuntimeError:
                return self.has_started
        return True

    def wake(self) -> None:
        """There may be something to send. Does not cut short a wait that a failed request is due to."""
        with self._change:
            self._has_news = True
            self._change.notify_all()

    def wait_for(self, condition: Callable[[], bool], deadline: float) -> None:
        """Until this holds after a turn or some news, or until `deadline` (monotonic)."""
        with self._change:
            self._change.wait_for(condition, max(0.0, deadline - time.monotonic()))

    def close(self, deadline: Optional[float] = None) -> None:
        """Send what can be sent until `deadline` (monotonic), then end; without one end after this attempt."""
        with self._change:
            self._deadline = time.monotonic() if deadline is None else deadline
            if deadline is not None:
                self._engine.hurry(deadline)
            self._has_news = True
            self._change.notify_all()

    def join(self, timeout: float) -> bool:
        """Wait for its end; False when it is still at it after `timeout` seconds."""
        if self.has_started:
            self.thread.join(max(0.0, timeout))
        return not self.thread.is_alive()

    def _run(self) -> None:
        while self._deadline is None or time.monotonic() < self._deadline:
            with self._change:
                self._has_news = False
                is_last = self.is_closing
            self._engine.turn()
            pause = self._engine.due_in()
            with self._change:
                self._change.notify_all()
            if pause == 0.0:
                continue
            if is_last:
                break
            self._engine.rest()
            with self._change:
                self.is_at_rest = not self._has_news
                self._change.wait_for(lambda: self._has_news, pause)
                self.is_at_rest = False
        self._engine.rest()
        with self._change:
            self._change.notify_all()
