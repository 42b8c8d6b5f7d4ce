"""All that waits at a moment is stored in one pass; what spoils it is stored, or refused, alone."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from jupyter_errreport.api.service.intake import LEAST, PART_LIMIT, TOGETHER_LIMIT, Intake
from jupyter_errreport.event import new_event_id
from jupyter_errreport.store import Database, StoreError, WriteFailed
from jupyter_errreport.store.database.fair_queue import Sender
from jupyter_errreport.store.errors.errors import count_everything
from jupyter_errreport.store.errors.insert import Outcome, Request

from ..store.test_figures_machine import compare_figures


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "errors.sqlite")
    database.start()
    yield database
    database.close()


def request(number: int, **changes: Any) -> Request:
    event: Any = {
        "event_id": new_event_id(),
        "timestamp": "2026-11-24T08:00:00.000000Z",
        "notebook": f"dock {number % 2}",
        "kind": "cell",
        "language": "python",
        "error_name": "ValueError",
        "error_message": "unknown residue <res>",
        "first_line": "dock(<str>)",
        "execution_count": 3,
        "count": 1,
        "traceback": [],
        "chain": [],
        "fingerprint": f"2-{number % 3}",
        **changes,
    }
    return Request([event], None, 90)


def transactions(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many requests were stored in each transaction, as they happen."""
    from jupyter_errreport.api.service import intake

    sizes: list[int] = []

    def counting(connection: Connection, requests: list[Request]) -> list[list[Outcome]]:
        sizes.append(len(requests))
        return store(connection, requests)

    store = intake.insert_together
    monkeypatch.setattr(intake, "insert_together", counting)
    return sizes


def test_what_comes_while_a_transaction_runs_is_stored_by_the_next(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = transactions(database, monkeypatch)

    async def main() -> list[list[Outcome]]:
        intake, held = Intake(database), threading.Event()
        holding = database.write(lambda connection: held.wait(10))
        first = asyncio.create_task(intake.store(request(0)))
        await asyncio.sleep(0)
        rest = [asyncio.create_task(intake.store(request(number))) for number in range(1, 20)]
        await asyncio.sleep(0)
        held.set()
        await asyncio.wrap_future(holding)
        return await asyncio.gather(first, *rest)

    answers = asyncio.run(main())
    assert [outcome.status for (outcome,) in answers] == ["stored"] * 20
    assert sum(sizes) == 20
    assert len(sizes) <= 2
    database.read(compare_figures).result(5)


@pytest.mark.parametrize("events", [1, 100], ids=["single", "in parts"])
def test_who_is_alone_is_not_kept_waiting_for_others(
    database: Database, monkeypatch: pytest.MonkeyPatch, events: int
) -> None:
    for name in ("GATHER_PAUSE", "GATHER_LIMIT"):
        monkeypatch.setattr(f"jupyter_errreport.api.service.intake.{name}", 600.0)

    async def main() -> list[Outcome]:
        intake, told = Intake(database), []
        for number in range(3):
            asked = request(number)
            one = asked._replace(events=[{**asked.events[0], "event_id": new_event_id()} for _ in range(events)])
            told += await asyncio.wait_for(intake.store(one), 60)
        return told

    assert [outcome.status for outcome in asyncio.run(main())] == ["stored"] * 3 * events


def test_those_who_ask_again_at_once_share_a_transaction_each_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GATHER_PAUSE", "GATHER_LIMIT"):
        monkeypatch.setattr(f"jupyter_errreport.api.service.intake.{name}", 600.0)
    sizes = transactions(database, monkeypatch)

    async def main() -> None:
        intake = Intake(database)

        async def client() -> None:
            for number in range(3):
                await intake.store(request(number))
                await asyncio.sleep(0)

        await asyncio.wait_for(asyncio.gather(*(client() for _ in range(16))), 60)

    asyncio.run(main())
    assert sizes == [16, 16, 16]


def test_a_request_that_can_not_be_stored_spoils_no_other(database: Database) -> None:
    async def main() -> list[Any]:
        intake = Intake(database)
        bad = request(1, traceback=object())
        stored = (intake.store(one) for one in (request(0), bad, request(2)))
        return await asyncio.gather(*stored, return_exceptions=True)

    good, bad, other = asyncio.run(main())
    assert [outcome.status for (outcome,) in (good, other)] == ["stored"] * 2
    assert isinstance(bad, Exception)
    assert database.read(count_everything).result(5)[:2] == (2, 2)
    database.read(compare_figures).result(5)


def test_the_same_event_in_two_requests_of_a_moment_counts_once(database: Database) -> None:
    async def main() -> list[list[Outcome]]:
        intake, one = Intake(database), request(0)
        return await asyncio.gather(intake.store(one), intake.store(one))

    assert sorted(outcome.status for (outcome,) in asyncio.run(main())) == ["duplicate", "stored"]


def test_one_whose_sender_has_gone_is_not_stored(database: Database) -> None:
    async def main() -> list[Outcome]:
        intake = Intake(database)
        gone = asyncio.ensure_future(intake.store(request(0)))
        stays = asyncio.ensure_future(intake.store(request(1)))
        await asyncio.sleep(0)
        gone.cancel()
        return await stays

    assert [outcome.status for outcome in asyncio.run(main())] == ["stored"]
    assert database.read(count_everything).result(5).events == 1


def test_a_database_that_fails_is_told_to_each(database: Database) -> None:
    database.close()

    async def main() -> list[Any]:
        intake = Intake(database)
        return await asyncio.gather(*(intake.store(request(n)) for n in range(3)), return_exceptions=True)

    answers = asyncio.run(main())
    assert all(isinstance(answer, (StoreError, WriteFailed)) for answer in answers), answers
    database.start()


class Slow:
    """A database in which each event takes a millisecond, by a clock of its own."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sizes: list[int] = []

    def write(self, work: Any) -> Any:
        done: Future[list[list[Outcome]]] = Future()
        requests = work.__closure__[0].cell_contents
        count = sum(len(one.events) for one in requests)
        self.sizes.append(count)
        self.now += count * 0.001
        done.set_result([[Outcome(event["event_id"], "stored", "g") for event in one.events] for one in requests])
        return done


def test_a_transaction_holds_fewer_events_where_each_takes_long() -> None:
    slow = Slow()

    async def main() -> None:
        intake = Intake(slow, lambda: slow.now)  # type: ignore[arg-type]
        one = request(1)
        flood = [one._replace(events=one.events * 1_000) for _ in range(3)]
        asked = [intake.store(each, Sender(f"192.0.2.{number}")) for number, each in enumerate(flood)]
        outcomes = await asyncio.gather(*asked)
        assert [len(each) for each in outcomes] == [1_000] * 3

    asyncio.run(main())
    assert sum(slow.sizes) == 3_000
    assert slow.sizes[0] == TOGETHER_LIMIT
    assert all(LEAST <= size < LEAST + PART_LIMIT for size in slow.sizes[1:-1]), "it has learnt"
