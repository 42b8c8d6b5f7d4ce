"""Waiting until something is the case, with a sign of life."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from .problem import DemoProblem

Found = TypeVar("Found")
FIRST_SIGN, SIGN_SECONDS = 5.0, 5.0


def wait_until(
    condition: Callable[[], Found | None], what: str, seconds: float, alive: Callable[[float], None]
) -> Found:
    """What `condition` returns, once that is true. `alive` is told now and then for how many seconds this has lasted.

    Raises `DemoProblem` when it is not true after `seconds`.
    """
    started = time.monotonic()
    next_sign = FIRST_SIGN
    while True:
        found = condition()
        if found:
            return found
        elapsed = time.monotonic() - started
        if elapsed > seconds:
            raise DemoProblem(f"After {seconds:g} s {what}.")
        if elapsed > next_sign:
            alive(elapsed)
            next_sign += SIGN_SECONDS
        time.sleep(0.05)
