"""A share and how sure it is: a band from the low to the high end of its interval, and a tick at the share itself.

Few sessions give a wide band, which is drawn pale and without a colour: it should not shout.
"""

from collections.abc import Mapping

from markupsafe import Markup

from ..numbers import percent
from .svg import across, element, image

HEIGHT = 10
GOOD, BAD = 0.9, 0.6
"""Shares of error-free sessions: all of the interval above the one is good, all of it below the other is bad."""
WIDE = 0.35
"""An interval wider than this says little."""


def mood(share: Mapping[str, float]) -> str:
    """`good` or `bad` only where the whole interval says so; `unsure` where it says little; else `fair`."""
    if share["high"] - share["low"] > WIDE:
        return "unsure"
    if share["low"] >= GOOD:
        return "good"
    return "bad" if share["high"] < BAD else "fair"


def interval(share: Mapping[str, float]) -> Markup:
    """The picture of `share`, `low` and `high`, all from 0 to 1."""
    low, high = share["low"], share["high"]
    label = f"{percent(share['share'])} error-free; with 95 % confidence between {percent(low)} and {percent(high)}"
    track = element("rect", class_="track", x=0, y=HEIGHT / 2 - 1, width="100%", height=2)
    band = element("rect", class_="band", x=across(low), y=1, width=across(high - low), height=HEIGHT - 2, rx=3)
    # Within the picture at both ends.
    tick = element("rect", class_="tick", x=across(share["share"] * 0.985), y=0, width="1.5%", height=HEIGHT, rx=1)
    return image(label, [track, band, tick], f"interval {mood(share)}", height=HEIGHT, width="100%")
