"""The days of a chart: one behind another, also those on which nothing happened."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

MONTH = 30
"""Days that a chart has."""


def today() -> date:
    """The day that it is, in UTC."""
    return datetime.now(timezone.utc).date()


def first_day(last: date, length: int = MONTH) -> str:
    """The first of `length` days that end with `last`, as text."""
    return (last - timedelta(days=length - 1)).isoformat()


def filled(
    days: Iterable[Mapping[str, Any]], names: tuple[str, ...], last: date, length: int = MONTH
) -> list[dict[str, Any]]:
    """The `length` days that end with `last`, oldest first, with the figures `names` of each; 0 for none."""
    known = {str(day["day"]): day for day in days}
    chosen = [(last - timedelta(days=back)).isoformat() for back in range(length - 1, -1, -1)]
    return [{"day": day, **{name: known.get(day, {}).get(name, 0) for name in names}} for day in chosen]
