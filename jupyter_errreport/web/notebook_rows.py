"""Notebooks as rows of a list."""

from collections.abc import Mapping
from typing import Any

from ..store.figures.share import error_free_share
from .charts.interval import interval, mood


def notebook_row(item: Mapping[str, Any]) -> dict[str, Any]:
    """A notebook's, a day's or a release's figures with `share`: of the sessions without an error; None without any."""
    share = error_free_share(item["sessions"], item["failed_sessions"])
    return {**item, "share": share and {**share, "picture": interval(share), "mood": mood(share)}}
