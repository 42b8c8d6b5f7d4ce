"""The page of one notebook: how many people get through it, and in which cells the others get stuck."""

from typing import Any

from sqlalchemy import Connection

from ..contract import is_nobodys
from ..store.figures.share import error_free_share
from ..store.groups.groups import GroupFilters, list_groups
from ..store.names.listing import list_names, similar_notebooks
from ..store.notebooks import find_notebook, list_notebooks
from ..store.published.sources import cells_in_order
from .charts.heat import HeatCell, heat, heat_strip
from .charts.trend import FIGURES, trend
from .days import filled, first_day, today
from .group_rows import group_rows
from .notebook_rows import notebook_row
from .numbers import percent, plural
from .visible import visible

OTHERS = 100
"""Notebooks that are offered as being this one, those of which something was heard last."""
ROWS = 8
"""Open groups that are shown; all are a click away."""


def notebook_page(connection: Connection, name: str, scope: str | None) -> dict[str, Any] | None:
    """What the page shows; None when nothing was heard of the notebook, or the reader's token does not open it."""
    notebook = find_notebook(connection, name, scope)
    if notebook is None:
        return None
    last = today()
    in_order = _in_order(notebook["cells"], cells_in_order(connection, notebook["notebook"]))
    cells = [_cell(cell, index, notebook["sessions"]) for index, cell in enumerate(in_order)]
    others = [row["notebook"] for row in list_notebooks(connection, None, OTHERS, None, scope).items]
    filters = GroupFilters(status="open", notebook=notebook["notebook"], scope=scope)
    groups = list_groups(connection, filters, "sessions", ROWS)
    return {
        "notebook": {**notebook_row(notebook), "is_nobodys": is_nobodys(notebook["notebook"])},
        "strip": heat_strip([cell["heat_cell"] for cell in cells]),
        "cells": [cell for cell in cells if cell["count"]],
        "trend": trend(filled(notebook["days"], FIGURES, last)),
        "releases": [notebook_row(release) for release in reversed(notebook["releases"])],
        "groups": group_rows(connection, groups.items, first_day(last, 2)),
        "more_groups": groups.next is not None,
        "names": list_names(connection, notebook["notebook"]),
        "others": [name for name in others if name != notebook["notebook"] and not is_nobodys(name)],
        "similar": [] if notebook["count"] else similar_notebooks(connection, notebook["notebook"], scope),
    }


def _in_order(failed: list[dict[str, Any]], published: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cells in which somebody failed, at their places among all cells where the author has published those.

    A cell that readers have changed comes behind the author's that is run in its place; errors of no cell are in none.
    """
    failed = [cell for cell in failed if cell["cell"]]
    known = {cell["cell"]: cell for cell in failed}
    calm = {"count": 0, "sessions": 0}
    placed = [
        {**known.pop(cell["cell"], calm), **cell, "execution_count": cell["number"], "changed": False}
        for cell in published
    ]
    changed = [{**cell, "changed": bool(published)} for cell in failed if cell["cell"] in known]
    return sorted([*placed, *changed], key=lambda cell: (cell["execution_count"] is None, cell["execution_count"] or 0))


def _cell(cell: dict[str, Any], index: int, sessions: int) -> dict[str, Any]:
    """A cell with the share of sessions that failed there, where sessions were counted, and its place in the strip."""
    number = cell["execution_count"]
    label = "?" if number is None else str(number)
    failed = min(cell["sessions"], sessions)
    passed = error_free_share(sessions, failed)
    sure = 1 - passed["high"] if passed else 0.0
    told = plural(cell["sessions"], "session") + " failed here" if cell["sessions"] else "nobody failed here"
    if passed and cell["sessions"]:
        told = f"{percent(1 - passed['share'])} of sessions failed here ({failed})"
    first = visible(cell["first_line"])[:80]
    told = f"Cell {label}: {told}{'. ' + first if first else ''}"
    return {
        **cell,
        "label": label,
        "share": None if passed is None else 1 - passed["share"],
        "heat": heat(sure),
        "anchor": f"cell-{index}",
        "heat_cell": HeatCell(label, sure, told, f"#cell-{index}" if cell["count"] else None),
    }
