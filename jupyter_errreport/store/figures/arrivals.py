"""Counts the errors that have just been stored, from themselves, and adds them to all figures.

As in `rollups`, a table of figures is described by its columns alone: its primary key says what is counted apart, and
each other column has a meaning by its name. Each table is written by one statement for all errors together.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table

from ..database.statements import Statement, listed, upsert_of
from ..events.rows import cell_of
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
)
from ..schema import texts
from .session_figures import FirstErrors

Row = Mapping[str, Any]
Key = tuple[str, ...]

_MEASURES = (
    "count",
    "events",
    "execution_sum",
    "first_seen",
    "last_seen",
    "first_line",
    "sessions",
    "failed_sessions",
)
_COUNT, _EVENTS, _PLACES, _FIRST, _LAST, _LINE, _SESSIONS, _FAILED = range(len(_MEASURES))
_SUMS = frozenset(("count", "events", "execution_sum", "sessions", "failed_sessions"))
_OTHERS = {
    "first_seen": "CASE WHEN {old} < {new} THEN {old} ELSE {new} END",
    "last_seen": "CASE WHEN {old} > {new} THEN {old} ELSE {new} END",
    "first_line": "{new}",
}
_GROUP = (
    *("group_id", "notebook", "error_name", "error_message", "first_line", "cell", "cell_free", "kind", "language"),
    *("count", "events", "sessions", "first_seen", "last_seen"),
    *("status", "status_at", "wakes_again", "note", "hint"),
)


class _Figures:
    """The figures of one table, by its key."""

    def __init__(self, table: Table) -> None:
        keys = [column.name for column in table.primary_key]
        measures = [name for name in _MEASURES if name in table.c]
        self._picked = [_MEASURES.index(name) for name in measures]
        sums = [name for name in measures if name in _SUMS]
        others = {name: sql for name, sql in _OTHERS.items() if name in measures}
        self._statement = upsert_of(table, [*keys, *measures], sums, others)

    def write(self, connection: Connection, counted: Mapping[Key, list[Any]]) -> None:
        """Add these to the table, in the order of its keys."""
        picked = self._picked
        rows = [(*key, *[counted[key][index] for index in picked]) for key in sorted(counted)]
        self._statement.many(connection, rows)


_TABLES = {
    table: _Figures(table)
    for table in (
        *(group_days, group_releases, group_cells, group_fingerprints, group_sessions),
        *(notebooks, notebook_days, notebook_releases, notebook_cells, cell_sessions),
    )
}
_TEXTS = upsert_of(texts, ("text_id", "text", "events"), ("events",), {})
_GROUPS = upsert_of(groups, _GROUP, ("count", "events", "sessions"), {name: _OTHERS[name] for name in ("last_seen",)})
_KNOWN = {
    group_sessions: Statement(
        "SELECT found.group_id, found.session FROM {keys} JOIN group_sessions AS found"
        " ON found.group_id = keys.a AND found.session = keys.b"
    ),
    cell_sessions: Statement(
        "SELECT found.notebook, found.cell, found.session FROM {keys} JOIN cell_sessions AS found"
        " ON found.notebook = keys.a AND found.cell = keys.b AND found.session = keys.c"
    ),
}


class Arrivals:
    """The errors of one transaction."""

    def __init__(self) -> None:
        self._counted: dict[Table, dict[Key, list[Any]]] = {table: {} for table in _TABLES}
        self._groups: dict[str, tuple[Row, list[Any]]] = {}
        self._texts: dict[str, list[Any]] = {}

    def add(self, row: Row, text: str) -> None:
        """Count an error. Later ones must have been received later."""
        group, notebook, moment, session = row["group_id"], row["identity"], row["received_at"], row["session"]
        release, day, cell = row["release"], moment[:10], cell_of(row)
        one = row["count"], max(0, row["execution_count"]), moment, row["first_line"]
        counted = self._counted
        if group in self._groups:
            _add(self._groups[group][1], one)
        else:
            self._groups[group] = row, _new(one)
        _count(counted[group_days], (group, day), one)
        _count(counted[group_cells], (group, cell), one)
        _count(counted[group_fingerprints], (group, row["fingerprint"]), one)
        _count(counted[notebooks], (notebook,), one)
        _count(counted[notebook_days], (notebook, day), one)
        _count(counted[notebook_cells], (notebook, cell), one)
        if release is not None:
            _count(counted[group_releases], (group, release), one)
            _count(counted[notebook_releases], (notebook, release), one)
        if session is not None:
            _count(counted[group_sessions], (group, session), one)
            _count(counted[cell_sessions], (notebook, cell, session), one)
        text_id = row["text_id"]
        if text_id in self._texts:
            self._texts[text_id][1] += 1
        else:
            self._texts[text_id] = [text, 1]

    def write(self, connection: Connection, cell_free: Mapping[str, str], first: FirstErrors) -> None:
        """Add all of it to the figures; `cell_free` is that column of groups that are new.

        `first` are the sessions that had no error before.
        """
        self._count_sessions(connection)
        for table, key, moment in first.figures():
            found = self._counted[table].setdefault(key, [0, 0, 0, moment, moment, "", 0, 0])
            found[_FAILED] += 1
        _TEXTS.many(connection, [(key, *self._texts[key]) for key in sorted(self._texts)])
        _GROUPS.many(connection, [self._group(group, cell_free) for group in sorted(self._groups)])
        for table, figures in _TABLES.items():
            if self._counted[table]:
                figures.write(connection, self._counted[table])

    def _group(self, group_id: str, cell_free: Mapping[str, str]) -> tuple[Any, ...]:
        row, figures = self._groups[group_id]
        return (
            *(group_id, row["identity"], row["error_name"], row["error_message"], row["first_line"], cell_of(row)),
            *(cell_free.get(group_id), row["kind"], row["language"], figures[_COUNT], figures[_EVENTS]),
            *(figures[_SESSIONS], figures[_FIRST], figures[_LAST], "open", figures[_FIRST], False, "", ""),
        )

    def _count_sessions(self, connection: Connection) -> None:
        """Count the sessions that had none of these errors before: of groups, and of cells."""
        for table, known in _KNOWN.items():
            pairs = self._counted[table]
            if not pairs:
                continue
            old = {tuple(row) for row in known.rows(connection, listed(pairs))}
            for pair in pairs:
                if pair not in old:
                    if table is group_sessions:
                        self._groups[pair[0]][1][_SESSIONS] += 1
                    else:
                        self._counted[notebook_cells][pair[:-1]][_SESSIONS] += 1


def _count(figures: dict[Key, list[Any]], key: Key, one: tuple[int, int, str, str]) -> None:
    found = figures.get(key)
    if found is None:
        figures[key] = _new(one)
    else:
        _add(found, one)


def _new(one: tuple[int, int, str, str]) -> list[Any]:
    return [one[0], 1, one[1], one[2], one[2], one[3], 0, 0]


def _add(figures: list[Any], one: tuple[int, int, str, str]) -> None:
    figures[_COUNT] += one[0]
    figures[_EVENTS] += 1
    figures[_PLACES] += one[1]
    figures[_LAST] = one[2]
    figures[_LINE] = one[3]
