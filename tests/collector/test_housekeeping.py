"""Whoever is on duty deletes what is too old and makes the months to come; nobody else does."""

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from errreport_collector import housekeeping
from errreport_collector.housekeeping import Keeping, clean
from sqlalchemy import Connection, func, select

from jupyter_errreport.event import new_event_id, rfc3339
from jupyter_errreport.store import Database, StoreError
from jupyter_errreport.store.database.clock import clock
from jupyter_errreport.store.errors.insert import insert_errors
from jupyter_errreport.store.errors.partitions import partitions
from jupyter_errreport.store.rates import DAY
from jupyter_errreport.store.schema import errors


@pytest.fixture
def database(place: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """With an error of the day on which it was made, 400 days ago."""
    start = time.time() - 400 * DAY
    monkeypatch.setattr(clock, "_last", 0.0)
    monkeypatch.setattr(clock, "source", lambda: start)
    database = Database(place)
    database.start()
    event = event_of(start)
    database.write(lambda connection: insert_errors(connection, [event], None, 90)).result(10)
    monkeypatch.setattr(clock, "source", time.time)
    yield database
    database.close()


def event_of(moment: float) -> Any:
    """An error that happened then."""
    words = dict.fromkeys(("error_name", "error_message", "first_line", "fingerprint", "notebook"), "x")
    more = {"kind": "cell", "language": "python", "timestamp": rfc3339(moment), "execution_count": 3, "count": 1}
    return {"event_id": new_event_id(moment), **words, **more, "traceback": [], "chain": []}


def state(database: Database) -> tuple[int, int]:
    """How many errors there are, and months."""

    def work(connection: Connection) -> tuple[int, int]:
        count = connection.scalar(select(func.count()).select_from(errors)) or 0
        return count, len(partitions(connection))

    return database.read(work).result(10)


async def until(condition: Callable[[], bool]) -> None:
    async def waiting() -> None:
        while not condition():
            await asyncio.sleep(0.01)

    await asyncio.wait_for(waiting(), 20)


def test_it_is_done_by_whoever_is_on_duty(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "LOOK_SECONDS", 0.01)
    before = state(database)
    looked: list[bool] = []
    on_duty = False

    def is_on_duty() -> bool:
        looked.append(on_duty)
        return on_duty

    async def life() -> None:
        nonlocal on_duty
        task = asyncio.create_task(housekeeping.keep_house(database, is_on_duty, Keeping(30, 90)))
        await until(lambda: len(looked) > 3)
        assert state(database) == before
        on_duty = True
        await until(lambda: state(database)[0] == 0)
        task.cancel()

    asyncio.run(life())
    # The month of the error and the two after it have gone; this one and the two after it are there.
    assert (before[1], state(database)[1]) == ((6, 3) if database.kind == "postgresql" else (0, 0))


def test_without_a_retention_nothing_is_deleted_and_a_failure_is_tried_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "HOUR", 0.01)
    attempts: list[bool] = []

    def failing(connection: Connection) -> list[str]:
        attempts.append(True)
        raise StoreError("no")

    monkeypatch.setattr(housekeeping, "make_partitions", failing)

    async def life() -> None:
        task = asyncio.create_task(housekeeping.keep_house(database, lambda: True, Keeping()))
        await until(lambda: len(attempts) > 2)
        task.cancel()

    asyncio.run(life())
    assert state(database)[0] == 1


def test_what_is_old_is_thinned_out_and_for_want_of_room_what_is_younger(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the days 300, 90 and 3 days ago there are six errors each, of which all but the first may go."""
    now = time.time()
    for days in (300, 90, 3):
        monkeypatch.setattr(clock, "_last", 0.0)
        monkeypatch.setattr(clock, "source", lambda days=days: now - days * DAY)
        made = [event_of(now - days * DAY) for _ in range(6)]
        database.write(lambda connection, made=made: insert_errors(connection, made, None, 90)).result(10)
    monkeypatch.setattr(clock, "source", lambda: now)
    size = [0]
    monkeypatch.setattr(housekeeping, "used_bytes", lambda connection: size[0])
    asyncio.run(clean(database, Keeping(max_megabytes=1)))
    assert state(database)[0] == 19
    asyncio.run(clean(database, Keeping(thin_after_days=100, max_megabytes=1)))
    assert state(database)[0] == 14
    size[0] = 900_000
    asyncio.run(clean(database, Keeping(thin_after_days=100, max_megabytes=1)))
    assert state(database)[0] == 5, "one for each day, and the last"
