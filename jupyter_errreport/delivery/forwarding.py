"""Passes events on from a server that stored them: to a collector, to Slack."""

from typing import Any, Dict, List

from ..event import EventMessageType
from .destination import Destination
from .queue import DeliveryQueue


class Forwarding:
    """The destinations of one server and the queue before them, whose threads begin with the first event."""

    def __init__(self, destinations: List[Destination]) -> None:
        self._queue = DeliveryQueue()
        self._destinations = destinations

    @property
    def labels(self) -> List[str]:
        """What may be shown of the destinations."""
        return [destination.label for destination in self._destinations]

    def forward(self, events: List[EventMessageType]) -> None:
        """Queue events for every destination; returns at once."""
        for event in events:
            for destination in self._destinations:
                self._queue.submit(event, destination)

    def status(self) -> List[Dict[str, Any]]:
        """How it stands with each destination, without secrets."""
        used = {lane["identity"]: lane for lane in self._queue.status()}
        idle = {"sent": 0, "duplicate": 0, "waiting": 0, "rejected": 0, "dropped": 0, "problem": ""}
        states = []
        for destination in self._destinations:
            state = dict(used.get(destination.identity, idle), destination=destination.label, kind=destination.kind)
            state.pop("identity", None)
            states.append(state)
        return states

    def close(self, timeout: float) -> bool:
        """Send what waits, for `timeout` seconds at most; False when something is left."""
        return self._queue.close(timeout)
