"""Tells people what happens: watches for it, words it, and sends it to Slack, webhooks, and whatever Apprise reaches.

`store.alerts` writes down what happened, in the transaction in which it did, and queues it for every channel. Here one
thread a channel takes it from there.
"""

from .alerting import Alerting
from .channels import Channel, ChannelError, channels_of
from .quiet_hours import QuietHours

__all__ = ["Alerting", "Channel", "ChannelError", "QuietHours", "channels_of"]
