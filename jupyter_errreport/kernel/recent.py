"""The newest events of a kernel, to be sent again: with words of the reader, or for an answer that comes later."""

from collections import OrderedDict
from typing import Dict, List, NamedTuple, Optional

from ..contract import COMMENTS_LIMIT
from ..delivery import Destination
from ..event import EventMessageType

KEPT = 50


class Reported(NamedTuple):
    """An event as one destination got it."""

    event: EventMessageType
    destination: Destination


class RecentEvents:
    """The newest events of one kernel, each as its destinations got it. For the worker, but for `say`."""

    def __init__(self) -> None:
        self._events: OrderedDict[str, Dict[Destination, EventMessageType]] = OrderedDict()

    def reported(self, event: EventMessageType, destination: Destination) -> None:
        """An event was made for this destination."""
        self._events.setdefault(event["event_id"], {})[destination] = event
        while len(self._events) > KEPT:
            self._events.popitem(last=False)

    def find(self, event_id: str, destination: Destination) -> Optional[EventMessageType]:
        """An event as this destination got it; None for one that is not among the newest."""
        return self._events.get(event_id, {}).get(destination)

    def say(self, text: str, event_id: str = "") -> Optional[List[Reported]]:
        """Say something of an error, of the newest if none is named; the events to send again, as it is now.

        None when there is no such error; none to send when enough was said of it.
        """
        event_id = event_id or next(reversed(self._events), "")
        if event_id not in self._events:
            return None
        again = []
        for destination, event in self._events[event_id].items():
            said = event.get("comments", [])
            if len(said) < COMMENTS_LIMIT:
                changed = event.copy()
                changed["comments"] = [*said, text]
                again.append(Reported(changed, destination))
        for reported in again:
            self._events[event_id][reported.destination] = reported.event
        return again
