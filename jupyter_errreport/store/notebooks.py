"""What is known of each notebook: its sessions, how many of them had no error, and in which cells people get stuck."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from .events.filters import after, contains, in_scope
from .group_schema import notebook_cells, notebook_days, notebook_releases, notebooks
from .groups.groups import shown_cell
from .naming import Naming, notebook_of
from .paging import Cursor, Page, page_of
from .published.sources import published_at

CELL_LIMIT = 500
"""Cells of a notebook that are told, in the order in which they stand there."""


def list_notebooks(
    connection: Connection, q: str | None, limit: int, cursor: Cursor | None = None, scope: str | None = None
) -> Page:
    """The notebooks of which something was heard last, those whose name has the text `q` in it."""
    query = select(notebooks).where(in_scope(notebooks, scope))
    if q:
        query = query.where(contains(func.lower(notebooks.c.notebook), q))
    if cursor is not None:
        query = query.where(after(notebooks, "last_seen", "notebook", cursor))
    query = query.order_by(notebooks.c.last_seen.desc(), notebooks.c.notebook.desc()).limit(limit + 1)
    items = [dict(row) for row in connection.execute(query).mappings()]
    return page_of(items, limit, "last_seen", "notebook")


def find_notebook(connection: Connection, notebook: str, scope: str | None = None) -> dict[str, Any] | None:
    """A notebook with its figures by cell, day and release; None when nothing was heard of it, nor published.

    The name of a copy that was recognised leads to the notebook of which it is one.
    """
    naming = Naming(connection, (notebook,))
    called = (naming.of_name(notebook)[0], naming.copied(notebook))
    found = (_row(connection, name, scope) for name in called if name is not None)
    row = next((row for row in found if row is not None), None)
    if row is None:
        return None
    notebook = row["notebook"]
    return {
        **row,
        "cells": cells_of(connection, notebook),
        "days": _of(connection, notebook_days, notebook, notebook_days.c.day),
        "releases": _of(connection, notebook_releases, notebook, notebook_releases.c.first_seen),
    }


def cells_of(connection: Connection, notebook: str) -> list[dict[str, Any]]:
    """The cells that failed for somebody, in the order in which they are usually run; what has no place comes last."""
    query = select(notebook_cells).where(notebook_cells.c.notebook == notebook_of(connection, notebook))
    query = query.order_by(notebook_cells.c.count.desc(), notebook_cells.c.cell).limit(CELL_LIMIT)
    cells = [shown_cell(row) for row in connection.execute(query).mappings()]
    return sorted(cells, key=lambda cell: (cell["execution_count"] is None, cell["execution_count"] or 0, cell["cell"]))


def _row(connection: Connection, notebook: str, scope: str | None) -> dict[str, Any] | None:
    """The figures of a notebook; nothing but zeros when it was only published so far."""
    query = select(notebooks).where(notebooks.c.notebook == notebook, in_scope(notebooks, scope))
    row = connection.execute(query).mappings().first()
    if row is not None:
        return dict(row)
    moment = published_at(connection, notebook, scope)
    if moment is None:
        return None
    figures = dict.fromkeys(("count", "events", "sessions", "failed_sessions"), 0)
    return {"notebook": notebook, **figures, "first_seen": moment, "last_seen": moment}


def days_of_all(connection: Connection, since: str, scope: str | None = None) -> list[dict[str, Any]]:
    """The figures of all notebooks together by day, from the day of `since` on, oldest first."""
    figures = ("count", "sessions", "failed_sessions")
    query = select(notebook_days.c.day, *(func.sum(notebook_days.c[name]).label(name) for name in figures))
    query = query.where(notebook_days.c.day >= since[:10], in_scope(notebook_days, scope))
    query = query.group_by(notebook_days.c.day).order_by(notebook_days.c.day)
    return [{name: row[name] for name in ("day", *figures)} for row in connection.execute(query).mappings()]


def days_of_notebooks(connection: Connection, names: Sequence[str], since: str) -> dict[str, list[dict[str, Any]]]:
    """For each notebook the days (from `since` on) on which it had errors or sessions, oldest first."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    query = select(notebook_days).where(notebook_days.c.notebook.in_(names), notebook_days.c.day >= since[:10])
    for row in connection.execute(query.order_by(notebook_days.c.notebook, notebook_days.c.day)).mappings():
        found[row["notebook"]].append({name: row[name] for name in ("day", "count", "sessions", "failed_sessions")})
    return found


def _of(connection: Connection, table: Any, notebook: str, order: Any) -> list[dict[str, Any]]:
    query = select(table).where(table.c.notebook == notebook).order_by(order)
    return [
        {name: value for name, value in row.items() if name not in ("notebook", "events")}
        for row in connection.execute(query).mappings()
    ]
