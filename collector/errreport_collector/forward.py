"""Passes stored errors on to where the operator wants them."""

from typing import Any

from jupyter_errreport.delivery import DeliveryQueue, Destination
from jupyter_errreport.event import EventMessageType


class Forwarding:
    """The collector's destinations, and the queue before them. Its threads start with the first event."""

    def __init__(self, slack_webhook: str) -> None:
        self._queue = DeliveryQueue()
        self._destinations = [Destination.slack(slack_webhook)] if slack_webhook else []

    def forward(self, events: list[EventMessageType]) -> None:
        """Queue these events for every destination. Never blocks."""
        for event in events:
            for destination in self._destinations:
                self._queue.submit(event, destination)

    def state(self) -> list[dict[str, Any]]:
        """How each destination is, for `status`. Without secrets."""
        used = self._queue.status()
        known = {(lane["kind"], lane["destination"]) for lane in used}
        idle = [
            {"destination": destination.label, "kind": destination.kind, "sent": 0, "waiting": 0, "problem": ""}
            for destination in self._destinations
            if (destination.kind, destination.label) not in known
        ]
        return used + idle

    def close(self, timeout: float) -> bool:
        """Send what waits, for `timeout` seconds at most; False when something is left, and lost."""
        return self._queue.close(timeout)
