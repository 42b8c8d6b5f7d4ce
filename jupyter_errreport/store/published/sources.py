"""The code cells that authors publish, in several versions: what readers' errors are shown in."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from ..database.clock import stamp
from ..events.filters import Scope, in_scope
from ..groups.alike_cells import join_alike, part_alike
from ..naming import names_said, notebook_of
from ..news import tell_others
from ..schema import source_cells, sources
from .lineages import first_of_each, lineages_of

VERSIONS_KEPT = 50
"""Versions of a notebook that are kept, the newest ones."""


class PublishedCell(NamedTuple):
    """A code cell of an author's."""

    source: str
    cell_hash: str | None
    """None when there is no code in it."""
    first_line: str
    """As the kernel of a reader would send it."""


def publish_source(
    connection: Connection, notebook: str, cells: Sequence[PublishedCell], language: str, release: str | None = None
) -> dict[str, Any]:
    """Keep the code cells, in their order, as a new version; what `find_source` calls a version, with `is_new`.

    When the newest version has the same cells there is none (`is_new` is False); `release`, if given, becomes its.
    """
    notebook = notebook_of(connection, notebook)
    newest = _newest(connection, notebook)
    is_new = not newest or _sources(connection, notebook, newest) != [cell.source for cell in cells]
    version = newest + is_new
    its = (sources.c.notebook == notebook) & (sources.c.version == version)
    if is_new:
        row = {"notebook": notebook, "version": version}
        header = {"published_at": stamp(), "release": release, "language": language}
        connection.execute(insert(sources).values(**row, **header))
        lineages = _lineages(connection, notebook, newest, cells, language)
        rows = [
            {**row, "number": number, **cell._asdict(), "lineage": lineages.get(cell.cell_hash or "")}
            for number, cell in enumerate(cells, 1)
        ]
        if rows:
            connection.execute(insert(source_cells), rows)
        part_alike(connection, notebook, list(lineages))
        join_alike(connection, notebook, list(lineages))
        _forget(connection, notebook, version - VERSIONS_KEPT)
    elif release is not None:
        connection.execute(update(sources).where(its).values(release=release))
    if is_new or release is not None:
        tell_others(connection)
    kept = connection.execute(select(sources).where(its)).mappings().one()
    return {**kept, "is_new": is_new}


def withdraw_source(connection: Connection, notebook: str) -> int:
    """Forget all versions; how many there were."""
    notebook = published_as(connection, notebook)
    tell_others(connection)
    return _forget(connection, notebook, _newest(connection, notebook))


def find_source(
    connection: Connection, notebook: str, version: int | None = None, scope: Scope = None
) -> dict[str, Any] | None:
    """A version (the newest) with its `cells`, and the list of `versions`; None when there is none to be seen."""
    notebook = published_as(connection, notebook)
    query = select(sources).where(sources.c.notebook == notebook, in_scope(sources, scope))
    query = query.order_by(sources.c.version.desc())
    versions = [dict(row) for row in connection.execute(query).mappings()]
    found = next((row for row in versions if version is None or row["version"] == version), None)
    if found is None:
        return None
    its = (source_cells.c.notebook == notebook) & (source_cells.c.version == found["version"])
    columns = (source_cells.c.number, source_cells.c.cell_hash, source_cells.c.source)
    cells = connection.execute(select(*columns).where(its).order_by(source_cells.c.number)).mappings()
    shown = ("version", "published_at", "release")
    return {
        **found,
        "cells": [dict(cell) for cell in cells],
        "versions": [{name: row[name] for name in shown} for row in versions],
    }


def cells_in_order(connection: Connection, notebook: str) -> list[dict[str, Any]]:
    """All code cells of the newest version, also those in which nobody failed; empty when none was published.

    `cell` is what `notebooks.cells_of` calls it, None for one without code; `first_line` is as readers send it.
    """
    notebook = published_as(connection, notebook)
    its = (source_cells.c.notebook == notebook) & (source_cells.c.version == _newest(connection, notebook))
    columns = (source_cells.c.number, source_cells.c.cell_hash.label("cell"), source_cells.c.first_line)
    query = select(*columns).where(its).order_by(source_cells.c.number)
    return [dict(row) for row in connection.execute(query).mappings()]


def published_as(connection: Connection, notebook: str) -> str:
    """Under which of its names a notebook is published: its own, else the one of which that was done last."""
    own = notebook_of(connection, notebook)
    names = names_said(connection, own)
    if not names:
        return own
    query = select(sources.c.notebook).where(sources.c.notebook.in_([own, *names]))
    query = query.order_by((sources.c.notebook != own), sources.c.published_at.desc()).limit(1)
    return connection.execute(query).scalar() or own


def published_at(connection: Connection, notebook: str, scope: Scope) -> str | None:
    """When a notebook was published last; None when it was not."""
    query = select(func.max(sources.c.published_at)).where(sources.c.notebook == notebook, in_scope(sources, scope))
    return connection.execute(query).scalar()


def _lineages(
    connection: Connection, notebook: str, newest: int, cells: Sequence[PublishedCell], language: str
) -> dict[str, str]:
    """The lineages of a new version's cells, by their hashes; those of older ones that are no more theirs change."""
    query = select(source_cells.c.cell_hash, source_cells.c.lineage).where(
        source_cells.c.notebook == notebook, source_cells.c.cell_hash.is_not(None)
    )
    known = {row.cell_hash: row.lineage for row in connection.execute(query.distinct())}
    before = select(source_cells.c.cell_hash, source_cells.c.source).where(
        source_cells.c.notebook == notebook, source_cells.c.version == newest
    )
    before = before.order_by(source_cells.c.number)
    found = lineages_of(
        first_of_each([(cell.cell_hash, cell.source) for cell in cells]),
        first_of_each([(row.cell_hash, row.source) for row in connection.execute(before)]),
        known,
        language,
    )
    for cell, lineage in found.items():
        if known.get(cell, lineage) != lineage:
            its = (source_cells.c.notebook == notebook) & (source_cells.c.cell_hash == cell)
            connection.execute(update(source_cells).where(its).values(lineage=lineage))
    return found


def _newest(connection: Connection, notebook: str) -> int:
    query = select(func.max(sources.c.version)).where(sources.c.notebook == notebook)
    return connection.execute(query).scalar() or 0


def _sources(connection: Connection, notebook: str, version: int) -> list[str]:
    its = (source_cells.c.notebook == notebook) & (source_cells.c.version == version)
    return list(connection.scalars(select(source_cells.c.source).where(its).order_by(source_cells.c.number)))


def _forget(connection: Connection, notebook: str, up_to: int) -> int:
    """Delete versions up to a number; how many."""
    for table in (source_cells, sources):
        old = (table.c.notebook == notebook) & (table.c.version <= up_to)
        deleted = connection.execute(delete(table).where(old)).rowcount
    return deleted
