"""An insert that leaves rows alone whose key is there already, for SQLite and PostgreSQL."""

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_missing(connection: Connection, table: Table) -> Insert:
    """To execute with rows: those of a known primary key are left out."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
