"""A month as bars that can be read off: a value a day, and within each bar the part of it that matters."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from ..numbers import grouped
from ..when import day_name
from .svg import across, element, image, title

HEIGHT, FOOT, HEAD = 130, 20, 14
"""Pixels of the bars, of the line of dates below them, and of the number above them. The width is the page's."""
LEAST = 1.5
FILL = 0.72
"""The part of a day's width that its bar takes."""


def chart(
    days: Sequence[Mapping[str, Any]], whole: str, part: str | None, label: str, words: tuple[str, str]
) -> Markup:
    """Bars for `days` of the figure `whole`, in each the figure `part` of it. `words` are what the two are called."""
    most = max((int(day[whole]) for day in days), default=0)
    step = 1 / max(1, len(days))
    parts = [_line(0), element("text", escape(grouped(most)), class_="most", x=0, y=HEAD - 4)] if most else []
    parts.append(_line(HEIGHT))
    for index, day in enumerate(days):
        told = f"{day_name(str(day['day']))}: {grouped(day[whole])} {words[0]}"
        bars = [_bar("whole", index, step, day[whole], most)]
        if part:
            told += f", {grouped(day[part])} {words[1]}"
            bars.append(_bar("part", index, step, day[part], most))
        # The whole height answers the pointer, not only the bar.
        area = element("rect", class_="area", x=across(index * step), y=HEAD, width=across(step), height=HEIGHT)
        parts.append(element("g", title(told), area, *bars))
    parts += [
        element(
            "text", escape(day_name(str(days[index]["day"]))), class_=f"date {class_}", x=x, y=HEAD + HEIGHT + FOOT - 4
        )
        for index, x, class_ in ((0, "0", "first"), (len(days) // 2, "50%", "middle"), (-1, "100%", "last"))
        if days
    ]
    return image(label, parts, "chart", height=HEAD + HEIGHT + FOOT, width="100%")


def _bar(class_: str, index: int, step: float, value: int, most: int) -> Markup:
    if not value:
        return Markup("")
    height = max(LEAST, value / most * HEIGHT)
    x, width = across((index + (1 - FILL) / 2) * step), across(FILL * step)
    return element("rect", class_=class_, x=x, y=HEAD + HEIGHT - height, width=width, height=height)


def _line(y: int) -> Markup:
    return element("line", class_="rule", x1=0, x2="100%", y1=HEAD + y + 0.5, y2=HEAD + y + 0.5)
