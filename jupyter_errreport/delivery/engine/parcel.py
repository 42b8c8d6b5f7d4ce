"""What goes to a receiver of errors in one request."""

from typing import Optional, Sequence, Tuple

Cells = Tuple[int, int]
"""How many cells of a session went well, and how many failed."""


class Parcel:
    """Events; or, for our own servers, what became of a session, or a deletion. Sources add what they need to know."""

    def __init__(
        self,
        events: Sequence[bytes] = (),
        cells: Optional[Cells] = None,
        session: Optional[bytes] = None,
        erases: str = "",
    ) -> None:
        self.events = events
        """Encoded."""
        self.cells = cells
        """What a collector is to be told of the sender's own session, before the events."""
        self.session = session
        """What opens another's session at a collector, or tells its counts."""
        self.erases = erases
        """The path of what a server is to delete."""
        self.is_given_up = False
        """Whether nobody wants it to be sent any more."""
