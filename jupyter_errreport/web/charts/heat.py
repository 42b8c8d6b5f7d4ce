"""A notebook's cells in their order as a strip: the more of its sessions failed in a cell, the warmer."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

from .svg import across, element, image, title

HEIGHT = 48
STEPS = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
"""From which share of the sessions on a cell has the next colour: `heat0` for none, `heat7` for the warmest."""
NUMBERED = 30
"""Cells up to which each has room for its number."""


class HeatCell(NamedTuple):
    """One cell of the strip."""

    label: str
    sure: float
    """The share of sessions that failed there at least, by its confidence interval: few sessions stay cool."""
    told: str
    """In words: the share, and what the cell is."""
    address: str | None
    """Where there is more to read of it; None where nobody failed."""


def heat(sure: float) -> int:
    """The number of a colour, 0 to 7."""
    return sum(1 for step in STEPS if sure > step)


def heat_strip(cells: Sequence[HeatCell]) -> Markup:
    """The strip; each cell that has an address leads there."""
    step = 1 / max(1, len(cells))
    gap = min(0.004, step / 5)
    parts = []
    for index, cell in enumerate(cells):
        x = index * step
        level = heat(cell.sure)
        inside = [
            title(cell.told),
            element("rect", class_=f"heat{level}", x=across(x), y=0, width=across(step - gap), height=HEIGHT, rx=4),
        ]
        if len(cells) <= NUMBERED:
            inside.append(
                element(
                    "text", escape(cell.label), class_=f"on{level}", x=across(x + (step - gap) / 2), y=HEIGHT / 2 + 5
                )
            )
        if cell.address is None:
            parts.append(element("g", *inside, role="img", aria_label=cell.told))
        else:
            parts.append(element("a", *inside, href=cell.address, aria_label=cell.told))
    return image("Cells, in their order", parts, "heat", role="group", height=HEIGHT, width="100%")
