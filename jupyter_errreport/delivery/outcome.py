"""What became of an attempt to send."""

from typing import List, NamedTuple, Optional, Sequence


class Hint(NamedTuple):
    """An author's words about a group of errors, as a receiver sent them; empty for none."""

    text: str = ""
    source: str = ""
    """From which collector the receiver has them; empty for its own."""


class Outcome(NamedTuple):
    """The result of one request. `statuses` has an entry for each event when the receiver has judged them."""

    statuses: Optional[List[str]] = None
    """`stored`, `duplicate` or `rejected` for each event sent; None when they must be sent again."""
    problem: str = ""
    """One sentence for the reader; empty when all went well. Holds no secret and no answer of a stranger's."""
    retry_after: Optional[float] = None
    """Seconds that the receiver asked to wait."""
    is_whole: bool = False
    """Whether the request was rejected as a whole, so that the good in it may be taken without the bad."""
    reasons: Sequence[str] = ()
    """Why each event was rejected, in the receiver's word for programs where it gave one; empty for the others."""
    hints: Sequence[Optional[Hint]] = ()
    """What the author has to say of each event's group; None where the receiver will know a little later."""
    is_session_told: bool = False
    """Whether the receiver knows what it was to be told of the sender's session, or never will."""


def judged(status: str, count: int, problem: str = "") -> Outcome:
    """An outcome in which all `count` events met the same fate."""
    is_rejected = status == "rejected"
    return Outcome([status] * count, problem, is_whole=is_rejected, reasons=[problem if is_rejected else ""] * count)
