"""Passes on what a server has stored: to a collector every event, to people (Slack) one message a group.

Both servers use it. It stands between `store`, whose outbox says what waits, and `delivery`, which sends.
"""

from .forwarding import Forwarding

__all__ = ["Forwarding"]
