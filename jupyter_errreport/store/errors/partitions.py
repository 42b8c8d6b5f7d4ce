"""The months into which PostgreSQL divides `errors`: made ahead, and dropped whole when all in them is too old.

An id begins with the time at which its error happened, so a month is a range of ids. What belongs to no month that was
made is in the table `errors_default`: no event is ever refused. SQLite has one table for all.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import NamedTuple

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from ...event import event_time
from ..database.clock import clock

AHEAD = 2
"""Months that are made before they begin."""
MOST = 120
"""Months that are made at once, for what is old already."""
PATIENCE = "2s"
"""How long this waits for those who read, while others wait behind it."""
SPARE = 1_000_000
"""Bytes for which it is not worth to write a month anew."""
DEFAULT = "errors_default"
_LOCK_NOT_AVAILABLE = "55P03"


class Partition(NamedTuple):
    """A table with the errors of some time."""

    name: str
    first: str
    """The least id that belongs into it; "" where any older one does."""
    end: str
    """The least id that comes after it."""


def make_default(connection: Connection) -> None:
    """Make the table for what belongs to no month that was made, of a new database."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"CREATE TABLE {DEFAULT} PARTITION OF errors DEFAULT"))


def make_partitions(connection: Connection, since: float | None = None) -> list[str]:
    """Make this month's and the next ones' unless they are there; the names of those that were made.

    Likewise the month of each error that is in the default table, which go where they belong, and all months from
    `since` on (seconds since the epoch). When others use the table for too long, nothing is made: what comes meanwhile
    goes into the default table, and can be moved the next time.
    """
    if connection.dialect.name != "postgresql":
        return []
    made: list[str] = []
    known = partitions(connection)
    wanted = _wanted(since)
    for first, end in (*wanted, *_of_strays(connection, wanted[-1][0])):
        month = Partition(f"errors_{first:%Y_%m}", first_id(first.timestamp()), first_id(end.timestamp()))
        if not any(month.first < other.end and other.first < month.end for other in known):
            if not _patiently(connection, lambda month=month: _make(connection, month)):  # type: ignore[misc]
                break
            known.append(month)
            made.append(month.name)
    return made


def partitions(connection: Connection) -> list[Partition]:
    """Those that there are but for the default one, the oldest first."""
    if connection.dialect.name != "postgresql":
        return []
    found = [
        Partition(name, match[1] or "", match[2])
        for name, bound in connection.execute(_BOUNDS)
        # None: it was dropped since this transaction began.
        if bound
        and (match := re.fullmatch(r"FOR VALUES FROM \((?:MINVALUE|'([0-9a-f-]*)')\) TO \('([0-9a-f-]+)'\)", bound))
    ]
    return sorted(found, key=lambda partition: partition.first)


def all_older(connection: Connection, end: float, received_before: str) -> list[Partition]:
    """Partitions of a time before `end`, in seconds since the epoch, in which nothing arrived since a moment."""
    return [
        partition
        for partition in partitions(connection)
        if partition.end <= first_id(end)
        and (connection.scalar(text(f"SELECT MAX(received_at) FROM {partition.name}")) or "") < received_before  # noqa: S608
    ]


def drop_partition(connection: Connection, partition: Partition) -> bool:
    """Drop it with all that is in it; False when others use the table for too long, and nothing was done."""
    return _patiently(connection, lambda: connection.execute(text(f"DROP TABLE {partition.name}")))


def is_hollow(connection: Connection, partition: Partition) -> bool:
    """Whether most of the disk that it takes is of rows that were deleted."""
    name = partition.name
    taken = connection.scalar(text(f"SELECT pg_relation_size('{name}')")) or 0
    used = connection.scalar(text(f"SELECT COALESCE(SUM(pg_column_size(kept.*)), 0) FROM {name} AS kept")) or 0  # noqa: S608
    return int(taken) > 2 * int(used) + SPARE


def rewrite_partition(connection: Connection, partition: Partition) -> bool:
    """Write what is in it anew, so that what was deleted takes no disk; False when others use it for too long."""

    def rewrite() -> None:
        connection.execute(text(f"LOCK TABLE {partition.name} IN ACCESS EXCLUSIVE MODE"))
        connection.execute(text(f"CREATE TEMPORARY TABLE rewritten ON COMMIT DROP AS SELECT * FROM {partition.name}"))  # noqa: S608
        connection.execute(text(f"TRUNCATE TABLE {partition.name}"))
        connection.execute(text(f"INSERT INTO {partition.name} SELECT * FROM rewritten"))  # noqa: S608
        connection.execute(text("DROP TABLE rewritten"))

    return _patiently(connection, rewrite)


def first_id(moment: float) -> str:
    """The beginning that no id of an earlier time has, in the order of text; `moment` in seconds since the epoch."""
    digits = f"{max(0, int(moment * 1000)):012x}"
    return f"{digits[:8]}-{digits[8:]}"


_BOUNDS = text(
    "SELECT relname, pg_get_expr(relpartbound, oid) FROM pg_inherits JOIN pg_class ON oid = inhrelid"
    " WHERE inhparent = CAST('errors' AS regclass) ORDER BY relname"
)
_NEXT_STRAY = text(f"SELECT MIN(event_id) FROM {DEFAULT} WHERE event_id >= :after")  # noqa: S608


def _wanted(since: float | None) -> list[tuple[datetime, datetime]]:
    """The months from `since`, or now, until those that are made ahead."""
    now = clock.now()
    month = _begin(now if since is None else min(now, since))
    last = _begin(now)
    for _ in range(AHEAD):
        last = _next(last)
    months = []
    while month <= last:
        months.append((month, _next(month)))
        month = _next(month)
    return months[-MOST:]


def _of_strays(connection: Connection, last: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The months of what is in the default table, until the month `last`."""
    if connection.scalar(text("SELECT to_regclass(:name)"), {"name": DEFAULT}) is None:
        return
    after = ""
    for _ in range(MOST):
        stray = connection.scalar(_NEXT_STRAY, {"after": after})
        moment = event_time(stray) if stray is not None else None
        if moment is None or (first := _begin(moment)) > last:  # nothing, or no id of ours: that stays there
            return
        yield first, _next(first)
        after = first_id(_next(first).timestamp())


def _begin(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, timezone.utc).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _next(month: datetime) -> datetime:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)


def _make(connection: Connection, month: Partition) -> None:
    """As a table of its own first: what is in the default one meanwhile belongs there."""
    bounds = {"first": month.first, "end": month.end}
    connection.execute(text(f"LOCK TABLE {DEFAULT} IN ACCESS EXCLUSIVE MODE"))
    connection.execute(text(f"CREATE TABLE {month.name} (LIKE errors INCLUDING ALL)"))
    moved = f"DELETE FROM {DEFAULT} WHERE event_id >= :first AND event_id < :end RETURNING *"  # noqa: S608
    connection.execute(
        text(f"WITH moved AS ({moved}) INSERT INTO {month.name} SELECT * FROM moved"),  # noqa: S608
        bounds,
    )
    connection.execute(
        text(f"ALTER TABLE errors ATTACH PARTITION {month.name} FOR VALUES FROM ('{month.first}') TO ('{month.end}')")
    )


def _patiently(connection: Connection, work: Callable[[], object]) -> bool:
    """Do what needs the table for itself; False when it can't be had soon, and nothing was done."""
    before = connection.scalar(text("SELECT current_setting('lock_timeout')"))
    set_timeout = text("SELECT set_config('lock_timeout', :value, true)")
    savepoint = connection.begin_nested()
    try:
        connection.execute(set_timeout, {"value": PATIENCE})
        work()
        connection.execute(set_timeout, {"value": before})
    except DBAPIError as error:
        savepoint.rollback()
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        return False
    savepoint.commit()
    return True
