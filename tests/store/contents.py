"""Everything that is in a database."""

from typing import Any

from sqlalchemy import Connection, select

from jupyter_errreport.store import (
    Database,
    group_schema,  # noqa: F401 - its tables belong to `metadata`
)
from jupyter_errreport.store.schema import metadata


def everything_of(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, in the order of their keys."""

    def work(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in metadata.sorted_tables
        }

    return database.read(work).result(10)


def everything_in(database: Database) -> bytes:
    """The same to search in, and of a file its bytes, in which there is more. Closes it."""
    rows = repr(everything_of(database)).encode()
    database.close()
    return rows + (database.path.read_bytes() if database.kind == "sqlite" else b"")
