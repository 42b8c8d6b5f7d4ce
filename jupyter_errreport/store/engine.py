"""Connections: durable, with transactions that begin when we say so; to SQLite in write-ahead mode."""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import ConnectionPoolEntry

from .failures import DatabaseUnavailable

BUSY_SECONDS = 5
"""How long a statement waits for another process that holds the database."""


def writing_engine(url: URL) -> Engine:
    """An engine for the one connection that writes."""
    if url.get_backend_name() == "postgresql":
        return _postgresql(url, 1)
    return _engine(url, connections=1, begin="BEGIN IMMEDIATE")


def reading_engine(url: URL, connections: int) -> Engine:
    """An engine whose connections refuse to write."""
    if url.get_backend_name() == "postgresql":
        # Repeatable read: all that a page reads is of one moment, as in SQLite.
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        return _postgresql(url, connections).execution_options(**options)
    return _engine(url, connections, begin="BEGIN", only_read=True)


def _postgresql(url: URL, connections: int) -> Engine:
    """Raises `DatabaseUnavailable` where the driver is missing."""
    try:
        return create_engine(
            url,
            pool_size=connections,
            max_overflow=0,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"connect_timeout": BUSY_SECONDS},
        )
    except ModuleNotFoundError as error:
        raise DatabaseUnavailable(
            "A PostgreSQL database takes a driver: pip install 'jupyter-errreport[postgres]'."
        ) from error


def _engine(url: URL, connections: int, begin: str, only_read: bool = False) -> Engine:
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        # Values of strangers must not reach a log through an exception's text.
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: ConnectionPoolEntry) -> None:
        # sqlite3 begins transactions late and not before SELECT or SAVEPOINT; we begin them ourselves.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        # A token for "Dock*" must not open "dock 2": names are compared as on PostgreSQL.
        connection.execute("PRAGMA case_sensitive_like = ON")
        if only_read:
            connection.execute("PRAGMA query_only = ON")
        else:
            # Each commit touches many pages, most of them again soon: they are kept, and moved out of the log seldom.
            connection.execute("PRAGMA cache_size = -32000")
            connection.execute("PRAGMA wal_autocheckpoint = 4000")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
