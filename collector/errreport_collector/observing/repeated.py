"""What repeats in the log stands there once a minute, with how often: nobody must be able to fill the disk with it."""

import logging
import time
from collections.abc import Callable

SECONDS = 60.0
KINDS_LIMIT = 1_000
"""Kinds of lines that are remembered."""
ACCESS = "errreport_collector.access"
"""The log of requests, in which each line counts: fail2ban reads it."""


class OncePerMinute(logging.Filter):
    """For a handler: lines of one kind are those of one logger, level and template, and one type of exception."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._told: dict[tuple[object, ...], list[float]] = {}
        """When a line of a kind was last let through, and how many were not since."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a line goes into the log. What was kept out since the last one of its kind is added to it."""
        if record.name == ACCESS:
            return True
        kind, now = _kind(record), self._clock()
        if kind not in self._told and len(self._told) >= KINDS_LIMIT:
            self._told = {one: told for one, told in self._told.items() if now - told[0] < SECONDS}
            kind = kind if len(self._told) < KINDS_LIMIT else _OTHERS
        told = self._told.get(kind)
        if told is not None and now - told[0] < SECONDS:
            told[1] += 1
            return False
        self._told[kind] = [now, 0]
        if told is not None and told[1]:
            record.msg, record.args = f"{record.getMessage()} (and {int(told[1])} more like this)", ()
        return True


_OTHERS = ("others",)
"""What is left over is one kind."""


def _kind(record: logging.LogRecord) -> tuple[object, ...]:
    error = record.exc_info[1] if record.exc_info else None
    where = error.__traceback__ if error is not None else None
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = (where.tb_frame.f_code.co_filename, where.tb_lineno) if where is not None else None
    # A line that was put together by its writer differs each time: what they have in common stands first.
    return record.name, record.levelno, str(record.msg).split("\n")[0][:60], type(error), place
