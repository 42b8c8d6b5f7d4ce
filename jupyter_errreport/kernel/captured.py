"""What travels from the failure to the spool: a snapshot at first, then an event."""

import re
from typing import Hashable, NamedTuple, Tuple

from ..contract import MESSAGE_LIMIT
from ..delivery import Destination
from ..event import ErrorSnapshot, EventMessageType
from .folding import Times

_DIGITS = re.compile(r"\d+")


class Captured(NamedTuple):
    """What travels from the hook to the worker."""

    snapshot: ErrorSnapshot
    notebook: str
    """As the front end names it: not yet fit to leave."""
    destinations: Tuple[Destination, ...]
    epoch: int
    """How often reporting had been turned off: what was captured before an `off` does not leave after an `on`."""
    times: Times
    errors: int = 1
    """How many errors this one stands for."""

    @property
    def likeness(self) -> Hashable:
        """Equal for two errors whose events are equal but for numbers; found without scrubbing, in microseconds."""
        snapshot = self.snapshot
        return (
            self.epoch,
            self.destinations,
            self.notebook,
            snapshot.kind,
            snapshot.classes[0][:2],
            _DIGITS.sub("0", (snapshot.message or "")[:MESSAGE_LIMIT]),
            snapshot.source,
            snapshot.cell_id,
            snapshot.syntax_lineno,
            tuple(
                [
                    (frame.code.co_filename, frame.code.co_name, frame.lineno)
                    for frame in (*snapshot.frames, *snapshot.told)
                ]
            ),
        )


class Made(NamedTuple):
    """The event of an error, and what it is addressed with."""

    event: EventMessageType
    notebook: str
    destinations: Tuple[Destination, ...]
    epoch: int
    times: Times

    @property
    def likeness(self) -> Hashable:
        """Equal for two events that say the same of the same cell: `count` is all that a second one adds."""
        event = self.event
        cell = (event.get("cell_id"), event.get("cell_hash"), event["first_line"])
        return self.epoch, self.destinations, self.notebook, event.get("kind"), event.get("fingerprint"), cell
