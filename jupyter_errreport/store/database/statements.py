"""Statements that are written once and run for every request: no expression is built when they run.

SQLite and PostgreSQL read the same SQL but for the sign of a parameter and for a list of values.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

_SQLITE = {
    "{any}": "IN (SELECT value FROM json_each(?))",
    "{keys}": "(SELECT json_extract(value, '$[0]') AS a, json_extract(value, '$[1]') AS b,"
    " json_extract(value, '$[2]') AS c FROM json_each(?)) AS keys",
}
_POSTGRESQL = {
    # An array, and no subquery: a planner may join one the other way round, and read the whole table.
    "{any}": "= ANY (ARRAY(SELECT json_array_elements_text(?::json)))",
    "{keys}": "(SELECT value->>0 AS a, value->>1 AS b, value->>2 AS c FROM json_array_elements(?::json)) AS keys",
    "%": "%%",
    "?": "%s",
}


FEW_ROWS = 16
MANY_ROWS = (256, 128, 64, 32, 16)
"""How many rows one insert has: each number up to the first, or one of these."""


class Statement:
    """SQL with `?` for a parameter.

    `{any}` stands for "is one of a list of texts", `{keys}` for a table of such lists, of the columns `a`, `b` and `c`.
    Either is one parameter, made by `listed`. `{rows}` stands for the rows of an insert, as many as `many` is given.
    """

    def __init__(self, sql: str) -> None:
        self._sqlite, self._postgresql = sql, sql
        for mark, spelled in _SQLITE.items():
            self._sqlite = self._sqlite.replace(mark, spelled)
        for mark, spelled in _POSTGRESQL.items():
            self._postgresql = self._postgresql.replace(mark, spelled)

    def rows(self, connection: Connection, *parameters: Any) -> list[tuple[Any, ...]]:
        """What it finds."""
        cursor = self._run(connection, "execute", parameters)
        try:
            return cursor.fetchall()  # type: ignore[no-any-return]
        finally:
            cursor.close()

    def many(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Run it for each row; an insert for many rows at once. No two rows of an upsert may have the same key."""
        if "{rows}" not in self._sqlite:
            if rows:
                self._run(connection, "executemany", rows).close()
            return
        start = 0
        while start < len(rows):
            # In a few sizes, so that the driver knows the statement already.
            left = len(rows) - start
            size = left if left <= FEW_ROWS else next(size for size in MANY_ROWS if size <= left)
            values = [value for row in rows[start : start + size] for value in row]
            self._run(connection, "execute", values, size, len(rows[0])).close()
            start += size

    def _run(self, connection: Connection, how: str, parameters: Sequence[Any], rows: int = 0, columns: int = 0) -> Any:
        """By the driver itself, in the connection's transaction: what SQLAlchemy does around it costs more than it."""
        dialect = connection.dialect
        driver: Any = connection.connection.driver_connection
        sql = self._postgresql if dialect.name == "postgresql" else self._sqlite
        if rows:
            mark = "%s" if dialect.name == "postgresql" else "?"
            row = f"({', '.join([mark] * columns)})"
            sql = sql.replace("{rows}", ", ".join([row] * rows))
        cursor = driver.cursor()
        try:
            getattr(cursor, how)(sql, parameters)
        except dialect.loaded_dbapi.Error as error:
            is_lost = dialect.is_disconnect(error, driver, cursor)
            raise DBAPIError(sql, None, error, hide_parameters=True, connection_invalidated=is_lost) from error
        return cursor


def listed(texts: Iterable[str | tuple[str, ...]]) -> str:
    """The parameter for `{any}` or `{keys}`."""
    return json.dumps(list(texts))


def insert_of(table: Table, names: Sequence[str]) -> str:
    """The SQL that inserts rows of these columns."""
    # Names of columns, all of them ours: nothing of a stranger's is ever put into SQL.
    return f"INSERT INTO {table.name} ({', '.join(map(_quoted, names))}) VALUES {{rows}}"  # noqa: S608


def upsert_of(table: Table, names: Sequence[str], sums: Sequence[str], others: dict[str, str]) -> Statement:
    """An insert that adds `sums` to a row that is there already, and sets `others` to what their SQL says.

    There `{old}` is the row's own value, `{new}` that of the insert.
    """
    keys = ", ".join(column.name for column in table.primary_key)
    changes = [f"{_quoted(name)} = {table.name}.{_quoted(name)} + excluded.{_quoted(name)}" for name in sums]
    for name, sql in others.items():
        changed = sql.format(old=f"{table.name}.{name}", new=f"excluded.{name}")
        changes.append(f"{name} = {changed}")
    return Statement(f"{insert_of(table, names)} ON CONFLICT ({keys}) DO UPDATE SET {', '.join(changes)}")


def _quoted(name: str) -> str:
    """`count` and the like are words of SQL's own."""
    return f'"{name}"'
