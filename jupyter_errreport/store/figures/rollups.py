"""Keeps the figures of groups, notebooks and cells when errors are deleted or regrouped; `arrivals` adds new ones.

A table of figures is described by its columns alone: its primary key says what is counted apart, and each other column
has a meaning by its name, wherever it stands. Adding, deleting and moving errors are then one and the same: figures of
some errors, added or taken away. Those whose texts were thinned out count like all others, and go where others go.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    Table,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal,
    select,
    update,
)

from ..database.statements import Statement, listed
from ..database.upsert import insert_missing
from ..group_schema import (
    cell_sessions,
    group_cells,
    group_days,
    group_fingerprints,
    group_releases,
    group_sessions,
    groups,
    notebook_cells,
    notebook_days,
    notebook_releases,
    notebooks,
    thinned,
)
from ..schema import errors, texts
from .of_thinned import of_thinned

Row = dict[str, Any]

CELL: ColumnElement[str] = case(
    (errors.c.cell_hash.is_not(None), errors.c.cell_hash),
    (errors.c.execution_count >= 0, literal("[") + cast(errors.c.execution_count, String) + literal("]")),
    else_="",
)
"""What figures call the cell of an error: its hash, else its number in brackets; empty for none."""

_KEYS: dict[str, ColumnElement[Any]] = {
    **{name: errors.c[name] for name in ("group_id", "text_id", "fingerprint", "release", "session")},
    "notebook": errors.c.identity,
    "day": func.substr(errors.c.received_at, 1, 10),
    "cell": CELL,
}
_SUMS: dict[str, ColumnElement[Any]] = {
    "count": func.sum(errors.c.count),
    "events": func.count(),
    "execution_sum": func.sum(case((errors.c.execution_count > 0, errors.c.execution_count), else_=0)),
}
_BOUNDS: dict[str, ColumnElement[Any]] = {
    "first_seen": func.min(errors.c.received_at),
    "last_seen": func.max(errors.c.received_at),
}
_LINE: dict[str, ColumnElement[Any]] = {"first_line": func.max(errors.c.first_line)}


class Source(NamedTuple):
    """A table of what is counted."""

    table: Table
    keys: Mapping[str, ColumnElement[Any]]
    measures: Mapping[str, ColumnElement[Any]]


KEPT = Source(errors, _KEYS, _SUMS | _BOUNDS | _LINE)
THINNED = Source(
    thinned,
    {name: of_thinned(key) for name, key in _KEYS.items()},
    {
        **{name: func.sum(thinned.c[name]) for name in _SUMS},
        "first_seen": func.min(thinned.c.received_at),
        "last_seen": func.max(thinned.c.last_received_at),
        "first_line": func.max(thinned.c.first_line),
    },
)
_BOTH = (KEPT, THINNED)
_MERGED: Mapping[str, Any] = {"first_seen": min, "last_seen": max, "first_line": max}

_OF_GROUPS = (groups, group_days, group_releases, group_cells, group_fingerprints)
_OF_NOTEBOOKS = (notebooks, notebook_days, notebook_releases, notebook_cells)
_SESSIONS = {groups: group_sessions, notebook_cells: cell_sessions}
"""Where `sessions` counts the different sessions that had errors, and which table holds those."""


def take_away(connection: Connection, chosen: ColumnElement[bool], source: Source = KEPT) -> list[str]:
    """Take errors, which are about to be deleted, out of all figures; the groups that they were in."""
    query = select(source.table.c.group_id).where(_asked_of(source, chosen)).distinct()
    touched = connection.scalars(query).all()
    for table in (*_OF_GROUPS, texts, *_OF_NOTEBOOKS) if touched else ():
        _take(connection, table, chosen, (source,))
    return list(touched)


def move(connection: Connection, chosen: ColumnElement[bool], group_id: str) -> None:
    """Have errors of one group count for another, which must have a row; then their own rows say so too."""
    _move(connection, _OF_GROUPS, chosen, {"group_id": group_id})
    _rewrite(connection, chosen, group_id=group_id)


def move_to_notebook(
    connection: Connection, chosen: ColumnElement[bool], notebook: str, parts: Sequence[tuple[ColumnElement[bool], str]]
) -> None:
    """Have errors of one notebook count for another; `parts` are they all, each with the group that it is there."""
    _move(connection, _OF_NOTEBOOKS, chosen, {"notebook": notebook})
    for part, group_id in parts:
        _move(connection, _OF_GROUPS, part, {"group_id": group_id})
        _rewrite(connection, part, group_id=group_id, identity=notebook)


def _rewrite(connection: Connection, chosen: ColumnElement[bool], **values: str) -> None:
    for source in _BOTH:
        connection.execute(update(source.table).where(_asked_of(source, chosen)).values(values))


def _asked_of(source: Source, chosen: ColumnElement[bool]) -> ColumnElement[bool]:
    return chosen if source.table is errors else of_thinned(chosen)


def _move(connection: Connection, tables: Iterable[Table], chosen: ColumnElement[bool], to: Mapping[str, str]) -> None:
    for table in tables:
        _add(connection, table, chosen, to)
        _take(connection, table, chosen)


def _add(connection: Connection, table: Table, chosen: ColumnElement[bool], to: Mapping[str, str]) -> None:
    rows = _figures(connection, table, chosen, to)
    if not rows:
        return
    if table is not groups:
        connection.execute(insert_missing(connection, table), [{**row, **_zero(table)} for row in rows])
    _change(connection, table, rows, 1)
    if table in _SESSIONS:
        _add_sessions(connection, table, _SESSIONS[table], chosen, to)


def _take(connection: Connection, table: Table, chosen: ColumnElement[bool], sources: Sequence[Source] = _BOTH) -> None:
    """What is left without errors goes, but for what people wrote and decided."""
    rows = _figures(connection, table, chosen, sources=sources)
    if not rows:
        return
    if table in _SESSIONS:
        _take_sessions(connection, table, _SESSIONS[table], chosen, sources)
    _change(connection, table, rows, -1)
    empty = table.c.events <= 0
    if table is groups:
        empty = and_(empty, table.c.note == "", table.c.hint == "", table.c.status == "open")
    elif "failed_sessions" in table.c:
        empty = and_(empty, table.c.sessions <= 0)
    connection.execute(delete(table).where(_this(table), empty), _bound(rows))


def _figures(
    connection: Connection,
    table: Table,
    chosen: ColumnElement[bool],
    to: Mapping[str, str] = MappingProxyType({}),
    sources: Sequence[Source] = _BOTH,
) -> list[Row]:
    """What these errors come to in the rows of a table, in the order of its keys; `to` are keys they shall have."""
    found: dict[tuple[str, ...], Row] = {}
    for source in sources:
        for row in _figures_in(connection, source, table, _asked_of(source, chosen), to):
            other = found.setdefault(_key(table, row), row)
            if other is not row:
                for name in row.keys() - {column.name for column in table.primary_key}:
                    other[name] = _MERGED[name](other[name], row[name]) if name in _MERGED else other[name] + row[name]
    return [found[key] for key in sorted(found)]


def _figures_in(
    connection: Connection, source: Source, table: Table, chosen: ColumnElement[bool], to: Mapping[str, str]
) -> list[Row]:
    keys = {column.name: source.keys[column.name] for column in table.primary_key}
    grouped = [key for name, key in keys.items() if name not in to]
    keys |= {name: literal(value, String) for name, value in to.items() if name in keys}
    measures = {
        name: measure
        for name, measure in source.measures.items()
        # What a group is shown by is one error's: see `groups.samples`.
        if name in table.c and not (name in _LINE and table is groups)
    }
    query = select(*(expression.label(name) for name, expression in (keys | measures).items())).where(chosen)
    for name in ("release", "session"):
        if name in keys:
            query = query.where(source.table.c[name].is_not(None))
    query = query.group_by(*grouped).having(func.count() > 0)
    return [dict(row) for row in connection.execute(query).mappings()]


def _change(connection: Connection, table: Table, rows: list[Row], sign: int) -> None:
    changes: dict[str, Any] = {}
    for name in rows[0]:
        old, new = table.c[name], bindparam(f"new_{name}", type_=table.c[name].type)
        if name in _SUMS:
            changes[name] = old + sign * new
        elif name in _BOUNDS and sign > 0:
            changes[name] = case((old < new if name == "first_seen" else old > new, old), else_=new)
        elif name == "first_line" and sign > 0:
            changes[name] = new
    connection.execute(update(table).where(_this(table)).values(changes), _bound(rows))


def _add_sessions(
    connection: Connection, table: Table, pairs: Table, chosen: ColumnElement[bool], to: Mapping[str, str]
) -> None:
    """Note which sessions had these errors, and count those that had none in that row before."""
    rows = _figures(connection, pairs, chosen, to)
    if rows:
        known = _those(connection, pairs, rows)
        new = [row for row in rows if _key(pairs, row) not in known]
        connection.execute(insert_missing(connection, pairs), [{**row, "events": 0} for row in rows])
        _change(connection, pairs, rows, 1)
        _count_sessions(connection, table, new, 1)


def _take_sessions(
    connection: Connection, table: Table, pairs: Table, chosen: ColumnElement[bool], sources: Sequence[Source]
) -> None:
    """Forget that sessions had these errors, and count those that have none in that row any more."""
    rows = _figures(connection, pairs, chosen, sources=sources)
    if rows:
        _change(connection, pairs, rows, -1)
        empty = _those(connection, pairs, rows, "found.events <= 0")
        gone = [row for row in rows if _key(pairs, row) in empty]
        if gone:
            connection.execute(delete(pairs).where(_this(pairs)), _bound(gone))
            _count_sessions(connection, table, gone, -1)


def _count_sessions(connection: Connection, table: Table, pairs: list[Row], change: int) -> None:
    if pairs:
        changed = update(table).where(_this(table)).values(sessions=table.c.sessions + change)
        names = [column.name for column in table.primary_key]
        connection.execute(changed, _bound([{name: pair[name] for name in names} for pair in pairs]))


def _those(connection: Connection, table: Table, rows: list[Row], condition: str = "TRUE") -> set[tuple[str, ...]]:
    """The keys of those of these rows that are there, and for which the condition holds."""
    names = [column.name for column in table.primary_key]
    same = " AND ".join(f"found.{name} = keys.{letter}" for name, letter in zip(names, "abc", strict=False))
    found = ", ".join(f"found.{name}" for name in names)
    # Names of our own tables and columns.
    sql = f"SELECT {found} FROM {{keys}} JOIN {table.name} AS found ON {same} WHERE {condition}"  # noqa: S608
    return {tuple(row) for row in Statement(sql).rows(connection, listed(_key(table, row) for row in rows))}


def _key(table: Table, row: Row) -> tuple[str, ...]:
    return tuple(row[column.name] for column in table.primary_key)


def _this(table: Table) -> ColumnElement[bool]:
    """The row whose key is bound."""
    return and_(*(column == bindparam(f"new_{column.name}", type_=column.type) for column in table.primary_key))


def _bound(rows: list[Row]) -> list[Row]:
    return [{f"new_{name}": value for name, value in row.items()} for row in rows]


def _zero(table: Table) -> Row:
    counted = ("count", "events", "execution_sum", "sessions", "failed_sessions")
    return {name: 0 for name in counted if name in table.c}
