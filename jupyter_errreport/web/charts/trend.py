"""The trend of a month: sessions and how many of them failed; only errors where no session was counted."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..numbers import grouped
from .chart import chart

FIGURES = ("count", "sessions", "failed_sessions")


def trend(days: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The chart of `days`, what it is called, and `days` again for the table behind it."""
    sums = {name: sum(int(day[name]) for day in days) for name in FIGURES}
    if sums["sessions"]:
        failed, sessions = grouped(sums["failed_sessions"]), grouped(sums["sessions"])
        label = f"Sessions by day: {failed} of {sessions} had an error"
        picture = chart(days, "sessions", "failed_sessions", label, ("sessions", "with an error"))
    else:
        picture = chart(days, "count", None, f"Errors by day: {grouped(sums['count'])}", ("errors", ""))
    return {"picture": picture, "days": [day for day in days if any(day[name] for name in FIGURES)], **sums}
