"""Keeps the errors of an edited cell together where its author has published it before and after: it has one lineage.

Two cells of one version are never joined: what lineages say of a group is asked of all cells that it has.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from ...event import fingerprint_of, fingerprint_parts
from ..database.statements import Statement, listed
from ..events.rows import event_of
from ..figures.of_thinned import is_any
from ..group_schema import group_cells, group_fingerprints, groups, regroupings
from ..paging import in_parts
from ..schema import errors, source_cells
from .regroupings import Place, groups_of, merge, split

_LINEAGES = Statement(
    "SELECT own.notebook, own.cell_hash, other.cell_hash, MIN(other.version) FROM {keys}"
    " JOIN source_cells AS own ON own.notebook = keys.a AND own.cell_hash = keys.b"
    " JOIN source_cells AS other ON other.notebook = own.notebook AND other.lineage = own.lineage"
    " AND other.cell_hash <> own.cell_hash GROUP BY own.notebook, own.cell_hash, other.cell_hash"
)


class AlikeCells:
    """What lineages say of new errors, in the order in which these arrive."""

    def __init__(self, connection: Connection, fresh: Iterable[Place]) -> None:
        """`fresh` are places of errors in whose fingerprint the cell takes part, and of whose group there is none."""
        self._connection = connection
        self._others: dict[tuple[str, str], list[tuple[int, str]]] = {}
        self._arrived: dict[str, set[str]] = {}
        wanted = sorted({(place.notebook, place.cell) for place in fresh})
        if wanted:
            for notebook, cell, other, version in _LINEAGES.rows(connection, listed(wanted)):
                self._others.setdefault((notebook, cell), []).append((version, other))

    @property
    def cells(self) -> list[str]:
        """The cells of which there is another version."""
        return sorted(cell for _, cell in self._others)

    def group_of(self, event: Mapping[Any, Any], place: Place) -> str | None:
        """The group in which errors of the same cell are as it was before an edit, or is after it.

        None where there is none, and where it was decided otherwise.
        """
        if (place.notebook, place.cell) not in self._others or self._is_decided(place):
            return None
        for _, other in sorted(self._others[place.notebook, place.cell]):
            group = self._group_of_other(event, place, other)
            if group is not None and not self._stands_beside(place, group):
                return group
        return None

    def add(self, place: Place, group: str) -> None:
        """An error of this cell goes into this group."""
        if self._others:
            self._arrived.setdefault(group, set()).add(place.cell)

    def _is_decided(self, place: Place) -> bool:
        rules = select(regroupings.c.group_id).where(regroupings.c.origin == place.origin)
        return self._connection.execute(rules.limit(1)).first() is not None

    def _group_of_other(self, event: Mapping[Any, Any], place: Place, other: str) -> str | None:
        """The group of this error in another cell, if there is one."""
        parts = fingerprint_parts(
            event["error_name"], event["error_message"], event["traceback"], event["language"], event["cell_hash"]
        )
        there = Place(place.notebook, fingerprint_of(parts._replace(cell=other)), other)
        group = groups_of(self._connection, [there])[there]
        if group in self._arrived:
            return group
        its = select(groups.c.group_id).where(groups.c.group_id == group, groups.c.notebook == place.notebook)
        return self._connection.execute(its).scalar()

    def _stands_beside(self, place: Place, group: str) -> bool:
        """Whether a group has errors of another cell that stands in one version with this one."""
        versions = select(source_cells.c.version).where(
            source_cells.c.notebook == place.notebook, source_cells.c.cell_hash == place.cell
        )
        beside = select(source_cells.c.cell_hash).where(
            source_cells.c.notebook == place.notebook,
            source_cells.c.version.in_(versions),
            source_cells.c.cell_hash != place.cell,
        )
        cells = set(self._connection.scalars(beside))
        return not cells.isdisjoint(self._arrived.get(group, ())) or _has_one_of(self._connection, group, cells)


def join_alike(connection: Connection, notebook: str, cells: Sequence[str]) -> None:
    """Join what came before its cell was published: groups about which nobody has decided anything."""
    alike = AlikeCells(connection, [Place(notebook, "", cell) for cell in cells])
    undecided = (groups.c.status == "open") & (groups.c.note == "") & (groups.c.hint == "")
    query = select(groups.c.group_id, groups.c.cell).where(groups.c.notebook == notebook, undecided)
    query = query.where(groups.c.cell_free.is_not(None), groups.c.events > 0)
    for cell in alike.cells:
        for group, _ in connection.execute(query.where(groups.c.cell == cell).order_by(groups.c.group_id)).all():
            its = select(errors).where(errors.c.group_id == group).order_by(errors.c.received_at, errors.c.event_id)
            row = connection.execute(its.limit(1)).mappings().first()
            if row is None:  # what there is of it was only counted
                continue
            place = Place(notebook, row["fingerprint"], cell)
            origin = alike.group_of(event_of(row), place) if (group, row["cell_hash"]) == (place.origin, cell) else None
            if origin is None or origin == group or _fingerprints(connection, group) > 1:
                continue
            merge(connection, group, origin, None)
            rule = (regroupings.c.origin == group) & (regroupings.c.cell == "")
            connection.execute(update(regroupings).where(rule).values(fingerprint=place.fingerprint, alike=cell))


def part_alike(connection: Connection, notebook: str, cells: Sequence[str]) -> None:
    """Part cells of a new version of a notebook that likeness had joined: they are two, as both stand in it."""
    standing = set(cells)
    query = select(regroupings).where(regroupings.c.notebook == notebook, regroupings.c.alike.is_not(None))
    for rule in connection.execute(query).mappings().all():
        if rule["alike"] in standing and _has_one_of(connection, rule["group_id"], standing - {rule["alike"]}):
            its = (errors.c.group_id == rule["group_id"]) & (errors.c.fingerprint == rule["fingerprint"])
            if is_any(connection, its):
                split(connection, rule["group_id"], rule["fingerprint"], "", None)
            else:
                connection.execute(delete(regroupings).where(regroupings.c.origin == rule["origin"]))


def _fingerprints(connection: Connection, group: str) -> int:
    query = select(func.count()).select_from(group_fingerprints).where(group_fingerprints.c.group_id == group)
    return connection.execute(query).scalar_one()


def _has_one_of(connection: Connection, group: str, cells: set[str]) -> bool:
    """Whether there is an error of one of these cells in a group."""
    return any(
        connection.execute(
            select(group_cells.c.cell).where(group_cells.c.group_id == group, group_cells.c.cell.in_(part)).limit(1)
        ).first()
        for part in in_parts(sorted(cells))
    )
