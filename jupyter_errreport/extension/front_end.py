"""What the operator's settings mean for the front ends."""

from dataclasses import dataclass

from ..delivery import Destination
from .collector_cells import CollectorCells
from .decisions import Decisions


@dataclass(frozen=True)
class FrontEnd:
    """Kept in the Jupyter server's settings as `errreport_front_end`."""

    notice: str
    """What readers are told where errors go beyond this server; empty when they stay."""
    collector: Destination | None
    """Where a notebook is published, with the token for that; None for this server."""
    collector_cells: CollectorCells | None
    """What readers elsewhere stumbled over; None without a collector."""
    decisions: Decisions
    """Tells the collector of what is decided here."""
