"""A flood slows itself: what a normal client waits for is counted in turns of the disk and of the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from jupyter_errreport.api import intake as intake_module
from jupyter_errreport.api import receive
from jupyter_errreport.api.service.intake import PART_LIMIT, TOGETHER_LIMIT, WAITING_LIMIT, Crowded, Intake
from jupyter_errreport.api.service.turns import AT_ONCE, Turns, network_of
from jupyter_errreport.event import new_event_id
from jupyter_errreport.store import Database, WriteFailed
from jupyter_errreport.store.database.fair_queue import Sender
from jupyter_errreport.store.database.writer import GROUP_LIMIT, SENDER_LIMIT
from jupyter_errreport.store.errors.insert import Outcome, Request

from .server import ApiServer
from .test_intake import request


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "errors.sqlite")
    database.start()
    yield database
    database.close()


def batch(count: int) -> Request:
    return request(0)._replace(events=[request(number).events[0] for number in range(count)])


def test_a_normal_request_joins_the_next_transaction_however_much_of_others_waits(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[list[str]] = []
    insert = intake_module.insert_together

    def noting(connection: Connection, requests: list[Request]) -> list[list[Outcome]]:
        stored.append([event["event_id"] for one in requests for event in one.events])
        return insert(connection, requests)

    monkeypatch.setattr(intake_module, "insert_together", noting)
    flooders = [Sender("198.51.100.1"), Sender("198.51.100.1", "made up"), Sender("198.51.100.2")]
    normal = request(1)

    async def main() -> list[Outcome]:
        intake, held = Intake(database), threading.Event()
        holding = database.write(lambda connection: held.wait(10))
        flood = [asyncio.create_task(intake.store(batch(1_000), sender)) for sender in flooders * 2]
        await asyncio.sleep(0)
        mine = asyncio.create_task(intake.store(normal, Sender("192.0.2.7", "s")))
        await asyncio.sleep(0)
        held.set()
        await asyncio.wrap_future(holding)
        outcomes = await mine
        await asyncio.gather(*flood)
        return outcomes

    assert [outcome.status for outcome in asyncio.run(main())] == ["stored"]
    # The one that ran when it came, and its own.
    assert any(normal.events[0]["event_id"] in transaction for transaction in stored[:2])
    assert sum(map(len, stored)) == 6_001
    assert max(map(len, stored)) < TOGETHER_LIMIT + PART_LIMIT


def test_a_large_request_is_answered_in_its_own_order(database: Database) -> None:
    events = batch(PART_LIMIT * 3 + 1)
    outcomes = asyncio.run(_stored(database, events))
    assert [outcome.event_id for outcome in outcomes] == [event["event_id"] for event in events.events]


async def _stored(database: Database, events: Request) -> list[Outcome]:
    return await Intake(database).store(events, Sender("192.0.2.7"))


def test_an_address_of_which_too_much_waits_is_refused_and_no_other(database: Database) -> None:
    async def main() -> tuple[list[Any], list[Outcome]]:
        intake, held = Intake(database), threading.Event()
        holding = database.write(lambda connection: held.wait(10))
        asked = [intake.store(request(0), Sender("198.51.100.1", str(n))) for n in range(WAITING_LIMIT + 3)]
        flood = [asyncio.create_task(one) for one in asked]
        await asyncio.sleep(0)
        mine = asyncio.create_task(intake.store(request(1), Sender("192.0.2.7")))
        await asyncio.sleep(0)
        held.set()
        await asyncio.wrap_future(holding)
        return await asyncio.gather(*flood, return_exceptions=True), await mine

    flood, mine = asyncio.run(main())
    assert mine[0].status == "stored"
    assert sum(isinstance(answer, Crowded) for answer in flood) == 3


def test_a_write_of_another_kind_waits_for_one_transaction_of_a_flood_at_most(database: Database) -> None:
    begun, held, done = threading.Event(), threading.Event(), []

    def hold(connection: Connection) -> None:
        begun.set()
        held.wait(10)

    database.write(hold)
    assert begun.wait(10)
    writes = [database.write(lambda c, n=n: done.append(n), Sender("198.51.100.1")) for n in range(SENDER_LIMIT)]
    refused = database.write(lambda connection: None, Sender("198.51.100.1"))
    mine = database.write(lambda connection: done.append("mine"), Sender("192.0.2.7"))
    ours = database.write(lambda connection: done.append("ours"))
    held.set()
    with pytest.raises(WriteFailed):
        refused.result(5)
    for write in (mine, ours, *writes):
        write.result(10)
    assert {"mine", "ours"} <= set(done[: GROUP_LIMIT + 3])


def test_large_batches_leave_the_event_loop_to_others_between_a_few_events_of_all_of_them(
    server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, run, longest = receive.read_event, 0, 0

    def counting(*args: Any, **more: Any) -> Any:
        nonlocal run, longest
        run += 1
        longest = max(longest, run)
        return read(*args, **more)

    def others() -> None:
        nonlocal run
        run = 0
        asyncio.get_running_loop().call_soon(others)

    monkeypatch.setattr(receive, "read_event", counting)
    server.call(others)
    events = [{"error_name": f"E{number}", "event_id": new_event_id()} for number in range(1_000)]
    statuses: list[set[str]] = []

    def send(number: int) -> None:  # each event again from each of four addresses
        answers = server.post("errors", events, headers={"X-Test-Address": f"192.0.2.{number}"}).json()
        statuses.append({answer["status"] for answer in answers})

    senders = [threading.Thread(target=send, args=(number,)) for number in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(60)
    assert len(statuses) == 4
    assert set().union(*statuses) == {"stored", "duplicate"}
    assert 0 < longest <= AT_ONCE


def test_large_requests_of_an_address_are_checked_one_after_another_and_those_of_others_in_between() -> None:
    async def main() -> list[str]:
        turns, order = Turns(), []

        async def check(address: str, name: str) -> None:
            async for _ in turns.each(address, range(3 * AT_ONCE)):
                order.append(name)

        await asyncio.gather(check("a", "first"), check("a", "second"), check("b", "other"))
        assert not turns._locks
        return order

    order = asyncio.run(main())
    assert "first" not in order[order.index("second") :]
    assert order.index("other") < order.index("second")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:0:1:aaaa::1", "2001:0db8:0000:0001::/64"),
        ("2001:db8:0:1:bbbb::2", "2001:0db8:0000:0001::/64"),
        ("2001:db8:0:2::2", "2001:0db8:0000:0002::/64"),
        ("fe80::1%eth0", "fe80:0000:0000:0000::/64"),
        ("", ""),
        ("nonsense", "nonsense"),
    ],
)
def test_one_customer_counts_as_one_address(address: str, network: str) -> None:
    assert network_of(address) == network
