"""The list of notebooks as a page."""

from typing import Any

from sqlalchemy import Connection

from ..store.notebooks import days_of_notebooks
from .charts.sparkline import sparkline
from .days import filled, first_day, today
from .notebook_rows import notebook_row


def notebooks_page(connection: Connection, notebooks: list[dict[str, Any]]) -> dict[str, Any]:
    """What the page shows: each notebook with its share, and its month as a sparkline."""
    last = today()
    days = days_of_notebooks(connection, [item["notebook"] for item in notebooks], first_day(last))
    return {
        "notebooks": [
            {**notebook_row(item), "spark": sparkline(filled(days[item["notebook"]], ("count",), last))}
            for item in notebooks
        ]
    }
