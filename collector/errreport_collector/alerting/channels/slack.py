"""A Slack channel."""

import json

from ..message import Message
from ..slack_blocks import blocks_of
from .channel import HttpChannel


class Slack(HttpChannel):
    """A Slack channel, by its incoming webhook."""

    kind = "slack"
    label = "Slack"

    def send(self, message: Message, message_id: str) -> None:
        """Post blocks."""
        self.post(json.dumps(blocks_of(message)).encode(), {})
