"""Moves what a stand-in holds to the database in whose place it was used."""

from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from ..database import Database
from ..events.comments import with_comments
from ..events.rows import payload_of
from ..outbox.outbox import enqueue, register
from ..schema import destinations, errors, outbox
from .insert import insert_errors

PAGE = 500
PATIENCE = 30.0
"""Seconds that reading or writing one page may take."""
ANY_AGE = 100_000.0
"""Days: what this server took once is not too old for it."""


class _Page(NamedTuple):
    events: list[Any]
    waiting: dict[str, list[str]]
    """For each destination the events that it has not got yet."""


def adopt(database: Database, path: Path) -> None:
    """Move all errors, and what waits to be passed on, from the database at `path` into `database`; remove the file.

    Raises `StoreError`; then the file is left, and what was moved already is not moved twice by the next attempt.
    """
    stand_in = Database(path)
    stand_in.start()
    try:
        known = stand_in.read(lambda connection: connection.execute(select(destinations)).all()).result(PATIENCE)
        last = ""
        while True:
            page = stand_in.read(partial(_page, last=last)).result(PATIENCE)
            if not page.events:
                break
            database.write(partial(_insert, known=known, page=page)).result(PATIENCE)
            last = page.events[-1]["event_id"]
    finally:
        stand_in.close()
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def _page(connection: Connection, last: str) -> _Page:
    query = select(errors).where(errors.c.event_id > last).order_by(errors.c.event_id).limit(PAGE)
    events = with_comments(connection, [payload_of(row) for row in connection.execute(query).mappings()])
    waiting: dict[str, list[str]] = {}
    if events:
        between = outbox.c.event_id.between(events[0]["event_id"], events[-1]["event_id"])
        for row in connection.execute(select(outbox).where(between, outbox.c.rejected.is_(None))):
            waiting.setdefault(row.destination, []).append(row.event_id)
    return _Page(events, waiting)


def _insert(connection: Connection, known: Any, page: _Page) -> None:
    outcomes = insert_errors(connection, page.events, None, ANY_AGE)
    new = {outcome.event_id for outcome in outcomes if outcome.status == "stored"}
    for row in known:
        event_ids = [event_id for event_id in page.waiting.get(row.destination, ()) if event_id in new]
        if event_ids:
            register(connection, row.destination, row.kind, row.label)
            enqueue(connection, [row.destination], event_ids)
