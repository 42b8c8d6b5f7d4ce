"""What a group is shown by: an error of its own, title, first line and cell of one and the same."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from ..events.rows import cell_of
from ..group_schema import group_cells, groups
from ..paging import in_parts
from ..schema import errors
from .edited_cells import cell_free_of


def renew_samples(connection: Connection, group_ids: Iterable[str]) -> None:
    """Show those of these groups whose cell has no error in them any more by the oldest one that they have."""
    of_cell = (group_cells.c.group_id == groups.c.group_id) & (group_cells.c.cell == groups.c.cell)
    for part in in_parts(sorted(set(group_ids))):
        query = select(groups.c.group_id).where(groups.c.group_id.in_(part))
        for group_id in connection.scalars(query.where(~select(group_cells.c.cell).where(of_cell).exists())).all():
            oldest = select(errors).where(errors.c.group_id == group_id)
            oldest = oldest.order_by(errors.c.received_at, errors.c.event_id).limit(1)
            row = connection.execute(oldest).mappings().first()
            if row is not None:
                its = groups.c.group_id == group_id
                connection.execute(update(groups).where(its).values(**sample_of(row)))


def sample_of(row: Mapping[Any, Any]) -> dict[str, Any]:
    """What a group is shown by, from the row of an error."""
    shown = ("error_name", "error_message", "first_line", "kind", "language")
    return {**{name: row[name] for name in shown}, "cell": cell_of(row)}


def row_of_group(row: Mapping[Any, Any], group_id: str) -> dict[str, Any]:
    """A group that nothing is counted for yet, from the row of its first error."""
    shown = {**sample_of(row), "cell_free": cell_free_of(row), "notebook": row["identity"]}
    return {**shown, **_nothing_yet(group_id, row["received_at"])}


def empty_group(other: Mapping[str, Any], group_id: str) -> dict[str, Any]:
    """A group that nothing is counted for yet, shown by what another one is shown by (its row)."""
    names = ("error_name", "error_message", "first_line", "kind", "language", "cell", "cell_free", "notebook")
    return {**{name: other[name] for name in names}, **_nothing_yet(group_id, other["first_seen"])}


def _nothing_yet(group_id: str, moment: str) -> dict[str, Any]:
    return {
        "group_id": group_id,
        **dict.fromkeys(("count", "events", "sessions"), 0),
        **dict.fromkeys(("first_seen", "last_seen", "status_at"), moment),
        "status": "open",
        "wakes_again": False,
        "note": "",
        "hint": "",
    }
