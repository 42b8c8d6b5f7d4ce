"""Passes on what was stored: to the operator's collector and to Slack."""

from typing import Any

from ..delivery import DeliveryQueue, Destination
from ..event import EventMessageType

CLOSE_SECONDS = 2.0


class Forwarding:
    """The destinations of one server and their queue, whose threads begin with the first event."""

    def __init__(self, collector_url: str, collector_token: str, slack_webhook: str) -> None:
        self._queue = DeliveryQueue()
        self._destinations: list[Destination] = []
        if collector_url:
            self._destinations.append(Destination.collector(collector_url, collector_token))
        if slack_webhook:
            self._destinations.append(Destination.slack(slack_webhook))

    @property
    def labels(self) -> list[str]:
        """What may be shown of the destinations."""
        return [destination.label for destination in self._destinations]

    def forward(self, events: list[EventMessageType]) -> None:
        """Queue events for every destination; returns at once."""
        for event in events:
            for destination in self._destinations:
                self._queue.submit(event, destination)

    def status(self) -> list[dict[str, Any]]:
        """How it stands with each destination."""
        known = {entry["destination"]: entry for entry in self._queue.status()}
        return [known.get(label, {"destination": label, "sent": 0, "waiting": 0}) for label in self.labels]

    def close(self) -> None:
        """Send what waits, for two seconds at most."""
        self._queue.close(CLOSE_SECONDS)
