"""What became of the events that arrived since this server started."""

import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from ...contract import EVENT_STATUSES
from ...event import rfc3339

STATUSES = (*EVENT_STATUSES, "failed")


class Tally:
    """Counts on the event loop. Every event that arrived is counted once, under what its sender was told."""

    def __init__(self) -> None:
        self._since = rfc3339(time.time())
        self._counts: Counter[str] = Counter()

    def add(self, statuses: Iterable[str]) -> None:
        """Count answers: `stored`, `duplicate`, `rejected`, or `failed` for a 503, after which clients send again."""
        self._counts.update(statuses)

    def shown(self) -> dict[str, Any]:
        """The figures for `status`: `events` is the sum of the others."""
        counts = {status: self._counts[status] for status in STATUSES}
        return {"since": self._since, "events": sum(counts.values()), **counts}
