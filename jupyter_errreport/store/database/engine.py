"""Connections to SQLite: durable, in write-ahead mode, with transactions that begin when we say so."""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_SECONDS = 5
"""How long a statement waits for another process that holds the database."""


def writing_engine(url: URL) -> Engine:
    """An engine for the one connection that writes."""
    return _engine(url, connections=1, begin="BEGIN IMMEDIATE")


def reading_engine(url: URL, connections: int) -> Engine:
    """An engine whose connections refuse to write."""
    return _engine(url, connections, begin="BEGIN", only_read=True)


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

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
