"""What a group is shown by: an error of its own, title, first line and cell of one and the same."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

from ..events.rows import cell_of
from ..figures.of_thinned import of_thinned
from ..figures.rollups import CELL
from ..group_schema import group_cells, groups, thinned
from ..paging import in_parts
from ..schema import errors
from .edited_cells import cell_free_of

_SHOWN = ("error_name", "error_message", "first_line", "kind", "language")


def renew_samples(connection: Connection, group_ids: Iterable[str]) -> None:
    """Show those of these groups whose cell has no error in them any more by the oldest one that they have."""
    of_cell = (group_cells.c.group_id == groups.c.group_id) & (group_cells.c.cell == groups.c.cell)
    for part in in_parts(sorted(set(group_ids))):
        query = select(groups.c.group_id).where(groups.c.group_id.in_(part))
        for group_id in connection.scalars(query.where(~select(group_cells.c.cell).where(of_cell).exists())).all():
            made = group_of_errors(connection, errors.c.group_id == group_id, group_id)
            if made is not None:
                shown = {name: made[name] for name in (*_SHOWN, "cell")}
                connection.execute(update(groups).where(groups.c.group_id == group_id).values(**shown))


def sample_of(row: Mapping[Any, Any]) -> dict[str, Any]:
    """What a group is shown by, from the row of an error."""
    return {**{name: row[name] for name in _SHOWN}, "cell": cell_of(row)}


def row_of_group(row: Mapping[Any, Any], group_id: str) -> dict[str, Any]:
    """A group that nothing is counted for yet, from the row of its first error."""
    shown = {**sample_of(row), "cell_free": cell_free_of(row), "notebook": row["identity"]}
    return {**shown, **_nothing_yet(group_id, row["received_at"])}


def group_of_errors(connection: Connection, chosen: ColumnElement[bool], group_id: str) -> dict[str, Any] | None:
    """A group that nothing is counted for yet, from the oldest of these errors; None when there is none.

    Where no text of them is kept, what is not known of them is as the group has it in which they are.
    """
    oldest = select(errors).where(chosen).order_by(errors.c.received_at, errors.c.event_id).limit(1)
    row = connection.execute(oldest).mappings().first()
    if row is not None:
        return row_of_group(row, group_id)
    known = (thinned.c.error_name, thinned.c.first_line, of_thinned(CELL).label("cell"))
    names = ("error_message", "kind", "language", "cell_free", "notebook")
    query = select(*known, thinned.c.received_at, *(groups.c[name] for name in names))
    query = query.join(groups, groups.c.group_id == thinned.c.group_id).where(of_thinned(chosen))
    rest = connection.execute(query.order_by(thinned.c.received_at, thinned.c.event_id).limit(1)).mappings().first()
    if rest is None:
        return None
    shown = {name: value for name, value in rest.items() if name != "received_at"}
    return {**shown, **_nothing_yet(group_id, rest["received_at"])}


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
