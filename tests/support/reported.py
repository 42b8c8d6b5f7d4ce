"""A kernel together with the receiver that it reports to."""

from __future__ import annotations

from typing import Any

from tests.support.kernels import Kernel
from tests.support.receiver import Receiver


class Reported:
    """A kernel and what it reports."""

    def __init__(self, running: Kernel, to: Receiver, runtime: str) -> None:
        self.kernel = running
        self.receiver = to
        self.runtime = runtime

    def events_of(self, code: str, **kwargs: Any) -> list[dict[str, Any]]:
        """Everything that is reported because of one cell: `flush` sends whatever was captured."""
        before = len(self.receiver.events)
        self.kernel.run(code, **kwargs)
        assert "All sent." in self.kernel.run("%errreport flush").text
        return self.receiver.events[before:]

    def event_of(self, code: str, **kwargs: Any) -> dict[str, Any]:
        """The one event of a cell that fails in one way."""
        events = self.events_of(code, **kwargs)
        assert len(events) == 1, events
        return events[0]
