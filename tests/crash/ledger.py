"""What was promised, against what the collector has in the end."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import psycopg


@dataclass
class Figures:
    """What a run did and what came of it."""

    rounds: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    pauses: Counter[str] = field(default_factory=Counter)
    cuts: Counter[str] = field(default_factory=Counter)
    disks_filled: int = 0
    captured: int = 0
    """Errors of which a kernel said that the cell failed."""
    spooled: int = 0
    """Events."""
    spooled_errors: int = 0
    adopted: int = 0
    """Of these, events that another kernel took in hand."""
    displaced: int = 0
    """Of these, events for which the disk was too full."""
    posted: int = 0
    """Events that the driver itself posted, as a client does."""
    deaths: int = 0
    """Events of kind `kernel_died`, made by the Jupyter server."""
    stored: int = 0
    """Events in the collector."""
    stored_errors: int = 0
    duplicates: Counter[str] = field(default_factory=Counter)
    """Events that were answered `duplicate`, by whom."""
    broken: list[str] = field(default_factory=list)
    """Broken promises, one sentence each."""
    lost: int = 0
    double: int = 0


@dataclass(frozen=True)
class Stored:
    """A row of a server's database."""

    name: str
    count: int
    kind: str


def read_stored(db: str, passed_on: bool = False) -> dict[str, Stored]:
    """The events in a database by their id; on request those that do not, or no longer, wait to be passed on."""
    query = "SELECT event_id, error_name, count, kind FROM errors"
    if passed_on:
        query += " WHERE event_id NOT IN (SELECT event_id FROM outbox)"
    return {row[0]: Stored(*row[1:]) for row in ask(db, query)}


def ask(db: str, query: str) -> list[Any]:
    """What a database answers, behind its servers' backs."""
    if "://" in db:
        with psycopg.connect(db) as server:
            cursor = server.execute(query)
            return cursor.fetchall() if cursor.description else []
    with closing(sqlite3.connect(db, timeout=20)) as connection, connection:
        return connection.execute(query).fetchall()


def count_outbox(db: str) -> int:
    """How many events wait to be passed on."""
    return int(ask(db, "SELECT count(*) FROM outbox")[0][0])


def find_lost(promised: dict[str, int], stored: dict[str, Stored], whose: str) -> list[str]:
    """What is not in the collector, or there with another total."""
    found = []
    for event_id, count in promised.items():
        event = stored.get(event_id)
        if event is None:
            found.append(f"{event_id} ({whose}, of {count}) is not stored")
        elif event.count != count:
            found.append(f"{event_id} ({whose}) stands for {count} errors and was stored with {event.count}")
    return found


def totals(stored: Iterable[Stored], is_meant: Callable[[Stored], bool]) -> Counter[str]:
    """How many errors of each name are stored."""
    total: Counter[str] = Counter()
    for event in stored:
        if is_meant(event):
            total[event.name] += event.count
    return total
