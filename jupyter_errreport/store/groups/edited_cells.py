"""Keeps the errors of a cell together when its author edits it, where the cell takes part in their fingerprint.

That it is the same cell is plain by its id: in one notebook, with the same error otherwise. What sources say of it,
`alike_cells` knows.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, or_, select, update

from ...event import fingerprint_of, fingerprint_parts
from ..database.statements import Statement, listed
from ..group_schema import cell_groups, thinned
from ..schema import errors

CellKey = tuple[str, str, str]
"""A notebook, what a fingerprint would be without the cell, and the cell's id."""

_FOUND = Statement(
    "SELECT found.notebook, found.cell_free, found.cell_id, found.group_id FROM {keys} JOIN cell_groups AS found"
    " ON found.notebook = keys.a AND found.cell_free = keys.b AND found.cell_id = keys.c"
    " JOIN groups ON groups.group_id = found.group_id"
)
_KEEP = Statement(
    "INSERT INTO cell_groups (notebook, cell_free, cell_id, group_id) VALUES {rows}"
    " ON CONFLICT (notebook, cell_free, cell_id) DO UPDATE SET group_id = excluded.group_id"
    " WHERE NOT EXISTS (SELECT 1 FROM groups WHERE groups.group_id = cell_groups.group_id)"
)


def cell_free_of(event: Mapping[Any, Any]) -> str | None:
    """What the fingerprint of an event, or of a row of `errors`, would be without the cell; None when it has none."""
    if not event.get("cell_hash"):
        return None
    traceback = event["traceback"]
    frames = json.loads(traceback) if isinstance(traceback, str) else traceback
    parts = fingerprint_parts(
        event["error_name"], event["error_message"], frames, event["language"], event["cell_hash"]
    )
    return fingerprint_of(parts._replace(cell="")) if parts.cell else None


def groups_of_cells(connection: Connection, keys: Iterable[CellKey]) -> dict[CellKey, str]:
    """The groups in which errors of these cells are."""
    wanted = sorted(set(keys))
    return {tuple(key): group for *key, group in _FOUND.rows(connection, listed(wanted))} if wanted else {}


def keep_cells(connection: Connection, found: Mapping[CellKey, str]) -> None:
    """Remember in which group errors of these cells are, unless that is known."""
    _KEEP.many(connection, [(*key, found[key]) for key in sorted(found)])


def move_cells(connection: Connection, group_id: str, to: str, those_of_errors: bool = False) -> None:
    """The cells of a group are another's now; with `those_of_errors` only those whose errors are."""
    its = cell_groups.c.group_id == group_id
    if those_of_errors:
        moved = (
            select(table.c.cell_id).where(table.c.group_id == to, table.c.cell_id.is_not(None))
            for table in (errors, thinned)
        )
        its &= or_(*map(cell_groups.c.cell_id.in_, moved))
    connection.execute(update(cell_groups).where(its).values(group_id=to))
