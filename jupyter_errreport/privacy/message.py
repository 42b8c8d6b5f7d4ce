"""The message of an error. Until messages are scrubbed by where their words come from, none leaves the kernel."""

from typing import Optional

WITHHELD = "<withheld>"
"""What is sent in place of a message that stays in the kernel."""


def public_message(message: Optional[str]) -> str:
    """The part of an error's message that may leave: nothing of it yet; an empty message is told as empty."""
    return "" if message == "" else WITHHELD
