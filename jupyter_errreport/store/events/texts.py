"""The texts that a search looks into, each kept once: far fewer than the errors that have them."""

import hashlib

from ...event import EventMessageType


def text_id(event: EventMessageType) -> str:
    """The key of an event's text."""
    return hashlib.blake2b(text_of(event).encode("utf-8", "replace"), digest_size=16).hexdigest()


def text_of(event: EventMessageType) -> str:
    """The error's name, its message and the cell's first line, in lower case."""
    return "\n".join((event["error_name"], event["error_message"], event["first_line"])).lower()
