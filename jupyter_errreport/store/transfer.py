"""Moves a whole database into another, of whichever kind, exactly."""

from collections.abc import Iterator
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from ..event import event_time
from . import group_schema  # noqa: F401 - its tables belong to `metadata`
from .database import Database
from .database.clock import clock
from .errors.partitions import make_partitions
from .schema import errors, metadata

AT_ONCE = 1_000
"""Rows that are held in memory."""


class TransferError(Exception):
    """The target holds something, or what is in it is not what was to be copied. It is as it was before."""


def transfer(source: Database, target: Database) -> dict[str, int]:
    """Copy all rows of one moment of `source` into `target`, which must be empty; how many, by table.

    All or nothing: one transaction, in which each row is compared with its original before it is kept. Raises
    `TransferError` and `StoreError`.
    """

    def reading(old: Connection) -> dict[str, int]:
        return target.write(lambda new: _transfer(old, new)).result()

    return source.read(reading).result()


def _transfer(old: Connection, new: Connection) -> dict[str, int]:
    if old.dialect.name == "postgresql":  # before its moment is fixed: a month that is dropped is gone from each moment
        old.exec_driver_sql("LOCK TABLE errors IN ACCESS SHARE MODE")
    for table in metadata.sorted_tables:
        if new.execute(select(table).limit(1)).first() is not None:
            raise TransferError(f"The target is not empty: there is something in its table {table.name}.")
    first = old.scalar(select(func.min(errors.c.event_id)))
    if first is not None:
        make_partitions(new, since=event_time(first))
    counts = {table.name: _copy(table, old, new) for table in metadata.sorted_tables}
    for table in metadata.sorted_tables:
        if any(before != after for before, after in zip_longest(_rows(table, old), _rows(table, new))):
            raise TransferError(f"The copy of the table {table.name} is not the same; nothing was kept of it.")
    last = new.execute(select(func.max(errors.c.received_at))).scalar()
    if last is not None:  # what arrives from now on arrives later, whatever the other machine's clock said
        clock.pass_by(datetime.fromisoformat(last.replace("Z", "+00:00")).timestamp())
    return counts


def _copy(table: Table, old: Connection, new: Connection) -> int:
    count = 0
    part: list[dict[str, Any]] = []
    names = [column.name for column in table.columns]
    for row in _rows(table, old):
        part.append(dict(zip(names, row, strict=True)))
        if len(part) == AT_ONCE:
            new.execute(insert(table), part)
            count, part = count + len(part), []
    if part:
        new.execute(insert(table), part)
    return count + len(part)


def _rows(table: Table, connection: Connection) -> Iterator[tuple[Any, ...]]:
    """All rows, in the order of their keys, which is that of bytes in both kinds of databases."""
    query = select(table).order_by(*table.primary_key)
    for row in connection.execute(query, execution_options={"yield_per": AT_ONCE}):
        yield tuple(row)
