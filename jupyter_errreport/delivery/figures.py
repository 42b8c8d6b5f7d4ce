"""What became of the errors that were spooled for one destination."""

from typing import NamedTuple, Optional


class Sent(NamedTuple):
    """An event that a receiver has answered for."""

    event_id: str
    body: bytes


class Figures:
    """They count errors, which an event may stand for several of.

    Always: spooled = sent + duplicate + waiting + rejected + dropped + forgotten + elsewhere.
    """

    def __init__(self) -> None:
        self.spooled = self.sent = self.duplicate = self.rejected = self.dropped = 0
        self.forgotten = 0
        """Deleted unsent because reporting was turned off."""
        self.elsewhere = 0
        """Sent by another process, which took this one for gone, or deleted by somebody."""
        self.adopted_sent = 0
        """Left by processes before this one, and sent by it: in none of the figures above."""
        self.problem = ""
        """Why the last attempt failed; empty when it did not."""
        self.rejection = ""
        """Why the receiver will not take the last event that it rejected; empty when it took all."""
        self.last: Optional[Sent] = None
        """The newest event of this process that the receiver has answered for."""

    def count(self, errors: int, own: bool, status: str) -> None:
        """A receiver has answered for an event that stands for so many errors."""
        if not own:
            self.adopted_sent += errors
        elif status == "stored":
            self.sent += errors
        elif status == "duplicate":
            self.duplicate += errors
        else:
            self.rejected += errors
