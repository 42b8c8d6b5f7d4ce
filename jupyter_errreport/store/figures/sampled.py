"""Errors of which only the id and the count were kept: they are in the figures, and their share in those is known.

Asked for, that share has those too whose texts were kept at first, and thinned out later (`thinned`).

An id stands among the tombstones, so that an error that is sent again counts once. The table `sampled` says how many
errors of a group (or of none: then of a notebook, or of none) there were on a day.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, func, select, update

from ..database.statements import Statement, upsert_of
from ..database.upsert import insert_missing
from ..events.filters import Filters, in_scope
from ..group_schema import group_days, groups, notebook_days, notebooks, sampled, thinned
from ..naming import is_notebook
from ..paging import in_parts

NONE = ""
"""In place of a group or a notebook that is not kept."""


class Counted(NamedTuple):
    """An error that is counted, and not kept."""

    event_id: str
    notebook: str
    group_id: str
    times: int
    received_at: str


_IDS = Statement("INSERT INTO tombstones (event_id, deleted_at) VALUES (?, ?) ON CONFLICT DO NOTHING")
_SEEN = {
    "group_id": Statement("UPDATE groups SET last_seen = ? WHERE group_id = ? AND last_seen < ?"),
    "notebook": Statement("UPDATE notebooks SET last_seen = ? WHERE notebook = ? AND last_seen < ?"),
}
_MORE = {
    "group_id": Statement('UPDATE groups SET "count" = "count" + ?, events = events + ? WHERE group_id = ?'),
    "notebook": Statement('UPDATE notebooks SET "count" = "count" + ?, events = events + ? WHERE notebook = ?'),
}
_LEDGER = upsert_of(sampled, ("notebook", "group_id", "day", "count", "events"), ("count", "events"), {})
_GROUP_DAYS = upsert_of(group_days, ("group_id", "day", "count", "events"), ("count", "events"), {})
_NOTEBOOK_DAYS = upsert_of(
    notebook_days,
    ("notebook", "day", "count", "events", "sessions", "failed_sessions"),
    ("count", "events"),
    {},
)


def count_sampled(connection: Connection, counted: Sequence[Counted]) -> None:
    """Remember their ids, and count them."""
    if not counted:
        return
    _IDS.many(connection, [(one.event_id, one.received_at) for one in counted])
    figures: dict[tuple[str, str, str], tuple[int, int]] = {}
    last: dict[tuple[str, str], str] = {}
    for one in counted:
        key = one.notebook, one.group_id, one.received_at[:10]
        count, events = figures.get(key, (0, 0))
        figures[key] = count + one.times, events + 1
        last[key[:2]] = max(last.get(key[:2], ""), one.received_at)
    _add(connection, figures)
    for index, column in enumerate(("notebook", "group_id")):
        seen = [(moment, key[index], moment) for key, moment in sorted(last.items()) if key[index] != NONE]
        _SEEN[column].many(connection, seen)


def where_kept(connection: Connection, counted: Sequence[Counted], there: Sequence[tuple[str, str]]) -> list[Counted]:
    """The same, where errors have just moved: each in the notebook and the group that it is of now, if there are such.

    What was in no notebook, or in no group, is so still.
    """
    known: dict[Table, set[str]] = {}
    for index, (table, column) in enumerate(((notebooks, notebooks.c.notebook), (groups, groups.c.group_id))):
        parts = in_parts(sorted({names[index] for names in there}))
        known[table] = {name for part in parts for name in connection.scalars(select(column).where(column.in_(part)))}
    found = []
    for one, (notebook, group) in zip(counted, there, strict=True):
        notebook = notebook if one.notebook and notebook in known[notebooks] else NONE
        group = group if one.group_id and notebook and group in known[groups] else NONE
        found.append(one._replace(notebook=notebook, group_id=group))
    return found


def forget_sampled(connection: Connection, filters: Filters) -> list[str]:
    """Take out of the figures what belongs to errors that are deleted by these filters, where that is known.

    The groups of which it was, or `NONE`.
    """
    if filters.error_name is not None or filters.session is not None or filters.q is not None or filters.since:
        return []
    chosen: list[ColumnElement[bool]] = [in_scope(sampled, filters.scope)]
    if filters.notebook is not None:
        chosen.append(is_notebook(sampled.c.notebook, filters.notebook))
    if filters.group is not None:
        chosen.append(sampled.c.group_id == filters.group)
    if filters.until is not None:
        chosen.append(sampled.c.day < filters.until[:10])
    return _take(connection, and_(*chosen))


def move_sampled(connection: Connection, group_id: str, into: str, notebook: str | None = None) -> None:
    """Have those of one group count for another, which may be another `notebook`'s; both must have their rows."""
    its = sampled.c.group_id == group_id
    if rows := _rows(connection, its):
        _move(connection, rows, its, notebook or rows[0]["notebook"], into)


def move_sampled_of_notebook(connection: Connection, notebook: str, to: str) -> None:
    """Have those of one notebook count for another, and for none of its groups."""
    its = sampled.c.notebook == notebook
    if rows := _rows(connection, its):
        row = connection.execute(select(notebooks).where(notebooks.c.notebook == notebook)).mappings().one()
        zero = dict.fromkeys(("count", "events", "sessions", "failed_sessions"), 0)
        connection.execute(insert_missing(connection, notebooks).values({**row, **zero, "notebook": to}))
        _move(connection, rows, its, to, NONE)


def sampled_of_groups(connection: Connection, group_ids: Sequence[str]) -> Counter[str]:
    """For each group how many of its errors are only counted."""
    return _sums(connection, {sampled: "group_id", thinned: "group_id"}, group_ids)


def sampled_of_notebooks(connection: Connection, names: Sequence[str]) -> Counter[str]:
    """For each notebook how many of its errors are only counted."""
    return _sums(connection, {sampled: "notebook", thinned: "identity"}, names)


def _sums(connection: Connection, columns: Mapping[Table, str], names: Sequence[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for part in in_parts(names):
        for table, column in columns.items():
            query = select(table.c[column], func.sum(table.c.count)).where(table.c[column].in_(part))
            found.update({name: int(count) for name, count in connection.execute(query.group_by(table.c[column]))})
    return found


def all_sampled(connection: Connection) -> int:
    """How many errors are only counted."""
    sums = (select(func.coalesce(func.sum(table.c.count), 0)) for table in (sampled, thinned))
    return sum(int(connection.execute(query).scalar_one()) for query in sums)


def _add(connection: Connection, figures: dict[tuple[str, str, str], tuple[int, int]]) -> None:
    rows = [(*key, *figures[key]) for key in sorted(figures)]
    _LEDGER.many(connection, rows)
    of_groups: dict[tuple[str, str], list[int]] = {}
    of_notebooks: dict[tuple[str, str], list[int]] = {}
    for notebook, group, day, count, events in rows:
        for name, sums in ((group, of_groups), (notebook, of_notebooks)):
            if name != NONE:
                summed = sums.setdefault((name, day), [0, 0])
                summed[0] += count
                summed[1] += events
    _GROUP_DAYS.many(connection, [(*key, *of_groups[key]) for key in sorted(of_groups)])
    _NOTEBOOK_DAYS.many(connection, [(*key, *of_notebooks[key], 0, 0) for key in sorted(of_notebooks)])
    for index, column in enumerate(("notebook", "group_id")):
        _MORE[column].many(connection, [(row[3], row[4], row[index]) for row in rows if row[index] != NONE])


def _move(
    connection: Connection, rows: list[dict[str, Any]], chosen: ColumnElement[bool], notebook: str, group_id: str
) -> None:
    """Have these rows, which are those that are chosen, be of another notebook or group."""
    figures: dict[tuple[str, str, str], tuple[int, int]] = {}
    for row in rows:
        key = notebook, group_id, row["day"]
        count, events = figures.get(key, (0, 0))
        figures[key] = count + row["count"], events + row["events"]
    for table, column, name in ((groups, "group_id", group_id), (notebooks, "notebook", notebook)):
        names = {row[column] for row in rows}
        last = connection.scalar(select(func.max(table.c.last_seen)).where(table.c[column].in_(names)))
        if last is not None and name != NONE:
            _SEEN[column].many(connection, [(last, name, last)])
    _add(connection, figures)
    _take(connection, chosen)


def _take(connection: Connection, chosen: ColumnElement[bool]) -> list[str]:
    rows = _rows(connection, chosen)
    for row in rows:
        for table, column in ((groups, "group_id"), (notebooks, "notebook")):
            _take_from(connection, table, column, row)
        for table, column in ((group_days, "group_id"), (notebook_days, "notebook")):
            _take_from(connection, table, column, row, row["day"])
    connection.execute(delete(sampled).where(chosen))
    return sorted({row["group_id"] for row in rows})


def _rows(connection: Connection, chosen: ColumnElement[bool]) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(select(sampled).where(chosen)).mappings()]


def _take_from(connection: Connection, table: Table, column: str, row: dict[str, Any], day: str | None = None) -> None:
    """Take from a row's figures; what is left without errors goes, but for what people wrote and decided."""
    name = row[column]
    if name == NONE:
        return
    its = table.c[column] == name if day is None else and_(table.c[column] == name, table.c.day == day)
    values = {"count": table.c.count - row["count"], "events": table.c.events - row["events"]}
    connection.execute(update(table).where(its).values(values))
    empty = and_(its, table.c.events <= 0)
    if table is groups:
        empty = and_(empty, groups.c.note == "", groups.c.hint == "", groups.c.status == "open")
    elif "sessions" in table.c:
        empty = and_(empty, table.c.sessions <= 0)
    connection.execute(delete(table).where(empty))
