"""Keeps what is known of sessions in the figures of their notebooks: how many were opened, how many had an error.

A session counts on the day on which it was opened, whenever its first error arrives.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, Table, and_, bindparam, case, delete, func, select, update

from ..database.statements import Statement, listed
from ..database.upsert import insert_missing
from ..group_schema import notebook_days, notebook_releases, notebooks
from ..schema import sessions

_KEYS: dict[str, ColumnElement[Any]] = {
    "notebook": sessions.c.identity,
    "day": func.substr(sessions.c.opened_at, 1, 10),
    "release": sessions.c.release,
}
_FAILED = func.sum(case((sessions.c.errors > 0, 1), else_=0))


def add_sessions(connection: Connection, chosen: ColumnElement[bool]) -> None:
    """Count sessions that were opened."""
    _change(connection, chosen, func.count(), _FAILED, 1)


def take_sessions(connection: Connection, chosen: ColumnElement[bool]) -> None:
    """Count no more sessions that are about to be forgotten."""
    _change(connection, chosen, func.count(), _FAILED, -1)


class FirstErrors:
    """Sessions that were opened, and have now had their first error."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._rows = list(rows)

    def figures(self) -> Iterator[tuple[Table, tuple[str, ...], str]]:
        """Where each of them is one more that failed: the table, the row's key, and when the session was opened."""
        for _, identity, opened_at, release in self._rows:
            yield notebooks, (identity,), opened_at
            yield notebook_days, (identity, opened_at[:10]), opened_at
            if release is not None:
                yield notebook_releases, (identity, release), opened_at


_CLEAN = Statement("SELECT session, identity, opened_at, release FROM sessions WHERE errors = 0 AND session {any}")
_ADD = Statement(
    "UPDATE sessions SET errors = errors + ?, last_error_at = ?, last_seen_at = ? WHERE session = ?",
)


def count_errors(connection: Connection, stored: Iterable[Mapping[str, Any]]) -> FirstErrors:
    """Add the rows of stored errors to the sessions that were opened for them."""
    counts: dict[str, tuple[int, str]] = {}
    for row in stored:
        if session := row["session"]:
            counts[session] = (counts.get(session, (0, ""))[0] + row["count"], row["received_at"])
    if not counts:
        return FirstErrors(())
    first = _CLEAN.rows(connection, listed(sorted(counts)))
    _ADD.many(connection, [(more, moment, moment, session) for session, (more, moment) in sorted(counts.items())])
    return FirstErrors(first)


def _change(
    connection: Connection,
    chosen: ColumnElement[bool],
    opened: ColumnElement[int],
    failed: ColumnElement[int],
    sign: int,
) -> None:
    for table in (notebooks, notebook_days, notebook_releases):
        keys = {column.name: _KEYS[column.name] for column in table.primary_key}
        measures = {"sessions": opened, "failed_sessions": failed}
        if "first_seen" in table.c:
            measures |= {"first_seen": func.min(sessions.c.opened_at), "last_seen": func.max(sessions.c.opened_at)}
        query = select(*(expression.label(name) for name, expression in (keys | measures).items())).where(chosen)
        if "release" in keys:
            query = query.where(sessions.c.release.is_not(None))
        query = query.group_by(*keys.values()).order_by(*keys.values())
        rows = [dict(row) for row in connection.execute(query).mappings()]
        if rows:
            _apply(connection, table, rows, sign)


def _apply(connection: Connection, table: Table, rows: Sequence[dict[str, Any]], sign: int) -> None:
    zero = dict.fromkeys(("count", "events", "sessions", "failed_sessions"), 0)
    if sign > 0:
        connection.execute(insert_missing(connection, table), [{**row, **zero} for row in rows])
    its = and_(*(column == bindparam(f"new_{column.name}") for column in table.primary_key))
    bound = [{f"new_{name}": value for name, value in row.items()} for row in rows]
    changes: dict[str, Any] = {
        name: table.c[name] + sign * bindparam(f"new_{name}") for name in ("sessions", "failed_sessions")
    }
    if "last_seen" in table.c and sign > 0:
        old, new = table.c.last_seen, bindparam("new_last_seen", type_=String)
        changes["last_seen"] = case((old > new, old), else_=new)
    connection.execute(update(table).where(its).values(changes), bound)
    if sign < 0:
        connection.execute(delete(table).where(its, table.c.events <= 0, table.c.sessions <= 0), bound)
