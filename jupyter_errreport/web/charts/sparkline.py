"""A month of one figure as small bars, one a day: the shape, and in words what it says."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from ..numbers import grouped, plural
from ..when import day_name
from .svg import element, image, shortest

BAR, GAP, HEIGHT = 3, 1, 24
LEAST = 2.0
"""Height of the smallest bar that is not nothing."""


def sparkline(days: Sequence[Mapping[str, Any]], name: str = "count", thing: str = "error") -> Markup:
    """Bars for `days`, oldest first; the last one, today, stands out."""
    values = [int(day[name]) for day in days]
    most = max(values, default=0)
    # One path for all bars but today's: a list has a hundred of these pictures.
    tall = [max(LEAST, value / most * HEIGHT) if value > 0 else 0.0 for value in values]
    path = "".join(_bar(index, height) for index, height in enumerate(tall[:-1]) if height)
    width = max(0, len(values) * (BAR + GAP) - GAP)
    parts = [element("path", class_="base", d=f"M0 {HEIGHT}h{width}v1h-{width}z"), element("path", d=path)]
    if tall and tall[-1]:
        parts.append(element("path", class_="today", d=_bar(len(tall) - 1, tall[-1])))
    box = f"0 0 {width} {HEIGHT + 1}"
    return image(told(days, name, thing), parts, "spark", width=width, height=HEIGHT + 1, viewBox=box)


def _bar(index: int, height: float) -> str:
    return f"M{index * (BAR + GAP)} {HEIGHT}h{BAR}v-{shortest(height)}h-{BAR}z"


def told(days: Sequence[Mapping[str, Any]], name: str, thing: str) -> str:
    """What the bars say."""
    values = [int(day[name]) for day in days]
    if not any(values):
        return f"no {thing}s in {len(values)} days"
    most = max(values)
    top = day_name(str(days[values.index(most)]["day"]))
    summed, last = plural(sum(values), thing), grouped(values[-1])
    return f"{summed} in {len(values)} days, most on {top} ({grouped(most)}), {last} today"
