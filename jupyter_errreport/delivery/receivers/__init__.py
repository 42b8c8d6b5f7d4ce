"""Who takes errors: one file a receiver, which makes a request of events and understands the answer."""

from typing import Dict, Type

from ..destination import COLLECTOR, JUPYTER, SLACK, Destination
from .http_receiver import HttpReceiver
from .server import Server
from .slack import Slack

RECEIVERS: Dict[str, Type[HttpReceiver]] = {COLLECTOR: Server, JUPYTER: Server, SLACK: Slack}
"""By the kinds of destinations."""


def receiver_for(destination: Destination, sender_key: str = "") -> HttpReceiver:
    """Whoever stands at a destination. `sender_key` is shown to servers: who has it may delete what it sent."""
    if RECEIVERS[destination.kind] is Server:
        return Server(destination, sender_key)
    return RECEIVERS[destination.kind](destination)
