"""Has new errors of a cell that was edited go where those of it are."""

from collections.abc import Sequence

from sqlalchemy import Connection

from ...event import EventMessageType
from ..groups.alike_cells import AlikeCells
from ..groups.edited_cells import CellKey, cell_free_of, groups_of_cells
from ..groups.known_groups import Known, known_groups
from ..groups.regroupings import Place, add_rule


def join_edited(
    connection: Connection,
    taken: Sequence[tuple[EventMessageType, Place, str]],
    group_of: dict[Place, str],
    groups: dict[str, Known],
) -> tuple[dict[str, str], dict[CellKey, str]]:
    """Have new errors of a cell that was edited go where those of it are, in `group_of` and for good.

    What the fingerprints of the new groups would be without the cell, and the groups of the cells among these errors.
    """
    cell_free: dict[str, str] = {}
    keys: dict[int, CellKey] = {}
    fresh: dict[int, Place] = {}
    for index, (event, place, _) in enumerate(taken):
        if not event.get("cell_hash"):
            continue
        group = group_of[place]
        if group in groups:
            free = groups[group].cell_free
        else:
            free = cell_free[group] if group in cell_free else cell_free_of(event)
        if free:
            cell_free[group] = free
            if group not in groups:
                fresh[index] = place
            if event.get("cell_id"):
                keys[index] = (place.notebook, free, event["cell_id"])
    found = groups_of_cells(connection, keys.values())
    alike = AlikeCells(connection, fresh.values())
    cells: dict[CellKey, str] = {}
    for index in sorted({*keys, *fresh}):
        event, place, _ = taken[index]
        key, alone, group = keys.get(index), None, group_of[place]
        origin = (found.get(key) or cells.get(key)) if key else None
        if group not in groups and group == place.origin:
            if origin is None and index in fresh:
                origin, alone = alike.group_of(event, place), place.cell
            if origin and origin != group:
                add_rule(connection, place._replace(cell=""), origin, alone)
                for other, current in group_of.items():
                    if current == group:
                        group_of[other] = origin
                groups.update(known_groups(connection, [origin]))
        alike.add(place, group_of[place])
        if key:
            cells.setdefault(key, group_of[place])
    return cell_free, cells
