"""How long an engine waits for what."""

import random
from typing import NamedTuple, Optional

LEAST_RETRY = 0.01


class Patience(NamedTuple):
    """Seconds; the same for all, but for who is told why something else suits them."""

    first_retry: float = 0.5
    longest_retry: float = 300.0
    """Before a failed request is made again: from the first to the longest, doubled each time, with full jitter."""
    longest_asked: float = 3_600.0
    """The most of a `Retry-After` that is honoured."""
    answer: float = 10.0
    """For an answer."""


class Backoff:
    """How long to wait after a failure, longer after each."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._longest = patience.first_retry

    def reset(self) -> None:
        """It went well, or there is reason to hope so."""
        self._longest = self._patience.first_retry

    def next(self, asked: Optional[float]) -> float:
        """Seconds to wait now, when the receiver `asked` for so many."""
        jittered = random.uniform(LEAST_RETRY, self._longest)  # noqa: S311
        self._longest = min(self._longest * 2, self._patience.longest_retry)
        return max(min(asked or 0.0, self._patience.longest_asked), jittered)
