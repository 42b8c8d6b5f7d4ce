"""PostgreSQL, by psycopg: durable, with one writer at a time among all processes.

Whoever writes holds a lock of the whole database until its commit can be seen. So a transaction finds what SQLite's
would find, nobody waits for two rows at once, and moments of arrival can be seen in their order: who has read up to one
has missed nothing before it. What a transaction costs beside its statements is shared by all writes that wait.
"""

from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Column, Connection, Engine, String, create_engine, event
from sqlalchemy.dialects.postgresql.base import PGDDLCompiler
from sqlalchemy.engine import ExceptionContext

from ..news import take_news
from .advisory_lock import WRITING, AdvisoryLock
from .backend import Backend, Lock
from .clock import clock
from .failures import DatabaseUnavailable
from .listener import CHANNEL, Listener, new_name

BUSY_SECONDS = 10
"""How long a transaction waits for another process that writes."""
STUCK_SECONDS = 30
"""How long a process that has stopped in the middle of a transaction may keep the others waiting."""
_CONNECTING: dict[str, Any] = {
    # Seconds, and a host that has gone without a word must not hold a thread for ever.
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "application_name": "jupyter-errreport",
    # Of several hosts the one that takes writes: after a failover that is another.
    "target_session_attrs": "read-write",
}
_MILLION = 1_000_000


class PostgreSQL(Backend):
    """A database of a server, which several processes may share."""

    kind = "postgresql"
    when_slow = "Does its server answer?"
    shared = True

    def __init__(self, url: str) -> None:
        """Raises `DatabaseUnavailable` for what libpq can't read."""
        try:
            given = conninfo_to_dict(url)
        except psycopg.Error as error:
            raise DatabaseUnavailable("The database's URL can't be read; write postgresql://user@host/name.") from error
        self._url = url
        self._defaults = {name: value for name, value in _CONNECTING.items() if name not in given}
        host, port, name = (str(given.get(part) or "") for part in ("host", "port", "dbname"))
        self.name = f"{name or given.get('user') or ''} on {host or 'this machine'}{port and f', port {port}'}".strip()
        self._own_name = new_name()

    def connect(self, only_read: bool = False) -> psycopg.Connection[Any]:
        """A connection that commits each statement, and keeps what it commits. Raises `psycopg.Error`.

        It leads to the server that takes writes, with `only_read` to any.
        """
        changes = {"target_session_attrs": "any"} if only_read and "target_session_attrs" in self._defaults else {}
        connection = psycopg.connect(self._url, **{**self._defaults, **changes}, autocommit=True)
        connection.adapters.register_loader("numeric", _Number)
        # A stricter setting of the operator's stays: `remote_apply` waits for the replicas too.
        connection.execute(
            "SELECT set_config('synchronous_commit', 'on', false)"
            " WHERE current_setting('synchronous_commit') IN ('off', 'local')"
        )
        # A process whose machine has gone must not keep its locks for the two hours of TCP's own patience.
        for name, value in (("idle", 10), ("interval", 5), ("count", 3)):
            connection.execute(f"SET tcp_keepalives_{name} = {value}")
        return connection

    def writing_engine(self) -> Engine:
        """See `Backend`."""
        engine = _engine(1, self._connect_to_write)

        @event.listens_for(engine, "begin")
        def start(connection: Connection) -> None:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITING})")

        @event.listens_for(engine, "handle_error")
        def leave_a_replica(context: ExceptionContext) -> None:
            # A primary that has become a replica keeps its connections: the next one leads to the new primary.
            if isinstance(context.original_exception, psycopg.errors.ReadOnlySqlTransaction):
                context.is_disconnect = True

        return engine

    def reading_engine(self, connections: int) -> Engine:
        """See `Backend`."""
        return _engine(connections, self._connect_to_read)

    def prepare(self, writing: Engine) -> None:
        """See `Backend`."""
        with writing.connect() as connection:
            encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        if encoding != "UTF8":
            raise DatabaseUnavailable(
                f"The database {self.name} keeps text as {encoding}, which can't hold all there is."
                " Make one with: createdb --encoding=UTF8 --template=template0 NAME."
            )

    def complete(self, writing: Engine) -> None:
        """See `Backend`. From now on each transaction begins later than all before it, and tells others of news."""
        with writing.begin() as connection:
            connection.exec_driver_sql("CREATE SEQUENCE IF NOT EXISTS errreport_clock MINVALUE 0 START 0")

        @event.listens_for(writing, "begin")
        def start(connection: Connection) -> None:
            last = connection.exec_driver_sql("SELECT last_value FROM errreport_clock").scalar_one()
            clock.pass_by(last / _MILLION)
            take_news(connection)  # of one that failed

        @event.listens_for(writing, "commit")
        def end(connection: Connection) -> None:
            now = int(clock.last * _MILLION) + 1
            sql = "SELECT setval('errreport_clock', %s)"
            if take_news(connection):
                connection.exec_driver_sql(f"{sql}, pg_notify(%s, %s)", (now, CHANNEL, self._own_name))
            else:
                connection.exec_driver_sql(sql, (now,))

    def explain(self, error: Exception) -> str:
        """See `Backend`."""
        reason = " ".join(str(getattr(error, "orig", error)).split())
        return (
            f"The database {self.name} can't be used: {reason}. Does its server run, is there such a database, and may"
            " its user make tables in it?"
        )

    def lock(self, purpose: str) -> Lock:
        """See `Backend`."""
        return AdvisoryLock(self.connect, purpose)

    def listen(self, tell: Callable[[], None]) -> Callable[[], None]:
        """See `Backend`."""
        return Listener(self.connect, self._own_name, tell).close

    def _connect_to_write(self) -> psycopg.Connection[Any]:
        connection = self.connect()
        connection.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
        connection.execute(f"SET idle_in_transaction_session_timeout = '{STUCK_SECONDS}s'")
        connection.autocommit = False
        return connection

    def _connect_to_read(self) -> psycopg.Connection[Any]:
        connection = self.connect(only_read=True)
        connection.autocommit = False
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        return connection


class _Columns(PGDDLCompiler):
    """Makes columns that hold and sort what SQLite's do.

    Text is sorted by its bytes, the same on every machine and for ever: rules of languages change with the system's
    library, and with them the order of an index that is there already. No text is too long. Numbers have 64 bits.
    """

    def get_column_specification(self, column: Column[Any], **kwargs: Any) -> str:
        text: str = super().get_column_specification(column, **kwargs)  # type: ignore[no-untyped-call]
        kind = self.dialect.type_compiler_instance.process(column.type, type_expression=column)
        if isinstance(column.type, String):
            return text.replace(f" {kind}", ' TEXT COLLATE "C"', 1)
        return text.replace(" INTEGER", " BIGINT", 1)


class _Number(Loader):
    """A sum of numbers of 64 bits, which has more and is still no decimal fraction."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data).decode()
        return float(text) if "." in text else int(text)


def _engine(connections: int, connect: Callable[[], psycopg.Connection[Any]]) -> Engine:
    engine = create_engine(
        "postgresql+psycopg://",
        creator=connect,
        pool_size=connections,
        max_overflow=0,
        # Values of strangers must not reach a log through an exception's text.
        hide_parameters=True,
    )
    engine.dialect.ddl_compiler = _Columns
    return engine
