"""Where people are told, one file a kind: Slack, a signed webhook, or one of the services that Apprise knows."""

from .channel import Channel, ChannelError
from .configured import channels_of

__all__ = ["Channel", "ChannelError", "channels_of"]
