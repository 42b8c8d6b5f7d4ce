"""What the engine asks of a source, held against all that there are; and that thread and event loop drive it alike."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_errreport.delivery.engine import Engine, EngineThread, Patience, Receiver, Source
from jupyter_errreport.delivery.outcome import Outcome, judged
from jupyter_errreport.store import Database
from tests.support.waiting import wait_for

from .stands import AlertStand, CollectorStand, PeopleStand, SpoolStand, Stand

AWAY = Outcome(problem="there answered 503")


class Clock:
    """Stands still until a test moves it on."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Hand(Receiver[Any]):
    """Takes everything but what it is told not to take."""

    def __init__(self, stand: Stand) -> None:
        self._stand = stand
        self.fates: deque[Outcome | Exception] = deque()
        """What becomes of the next attempts."""
        self.poison = ""
        """Whatever is sent together with this is refused."""
        self.attempts: list[list[str]] = []
        self.has: list[str] = []

    def send(self, parcel: Any, timeout: float) -> Outcome:
        names = self._stand.names(parcel)
        self.attempts.append(names)
        fate = self.fates.popleft() if self.fates else None
        if isinstance(fate, Exception):
            raise fate
        if fate is not None:
            return fate
        count = len(names) if self._stand.judges_each else 1
        if self.poison in names:
            return judged("rejected", count, "there answered 400")
        self.has += names
        return judged("stored", count)


@pytest.fixture(scope="module")
def database(module_place: str) -> Iterator[Database]:
    database = Database(module_place)
    database.start()
    yield database
    database.close()


@pytest.fixture(params=["spool", "collector", "people", "alerts"])
def stand(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stand]:
    if request.param == "spool":
        yield SpoolStand(tmp_path)
        return
    database = request.getfixturevalue("database")
    if request.param == "alerts":
        with contextlib.closing(AlertStand(database)) as made:
            yield made
        return
    yield {"collector": CollectorStand, "people": PeopleStand}[request.param](database)


@pytest.fixture
def hand(stand: Stand) -> Hand:
    return Hand(stand)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def engine_of(source: Source[Any], hand: Hand, clock: Clock) -> Engine[Any]:
    return Engine(source, hand, clock=clock, sleep=clock.sleep)


def turn_until_idle(engine: Engine[Any]) -> None:
    for _ in range(100):
        engine.turn()
        if engine.due_in() != 0.0:
            return
    raise AssertionError("it does not come to an end")


def test_each_goes_once_the_oldest_first_and_then_nothing_is_due(stand: Stand, hand: Hand, clock: Clock) -> None:
    engine = engine_of(stand.open(), hand, clock)
    turn_until_idle(engine)
    assert hand.attempts == []
    stand.put(["a", "b", "c"])
    assert stand.waiting() == 3
    turn_until_idle(engine)
    assert hand.has == ["a", "b", "c"]
    assert stand.waiting() == 0
    turn_until_idle(engine)
    assert sum(map(len, hand.attempts)) == 3


def test_what_is_put_off_comes_again_ahead_of_what_is_newer_and_not_before_its_time(
    stand: Stand, hand: Hand, clock: Clock
) -> None:
    engine = engine_of(stand.open(), hand, clock)
    stand.put(["a"])
    hand.fates += [AWAY, AWAY._replace(retry_after=7_200.0)]
    engine.turn()
    assert 0 < (engine.due_in() or 0) <= 0.5
    clock.now += 0.5
    engine.turn()
    stand.put(["b"])
    assert engine.due_in() == 3_600.0  # no receiver is waited for any longer
    clock.now += 3_599.0
    engine.turn()
    assert len(hand.attempts) == 2
    assert stand.waiting() == 2
    clock.now += 1.0
    turn_until_idle(engine)
    assert hand.has == ["a", "b"]
    assert stand.waiting() == 0


def test_who_hurries_gets_one_attempt_for_each_until_one_fails(stand: Stand, hand: Hand, clock: Clock) -> None:
    engine = engine_of(stand.open(), hand, clock)
    stand.put(["a"])
    hand.fates += [AWAY]
    engine.turn()
    engine.hurry(clock.now + 60)
    turn_until_idle(engine)
    assert hand.has == ["a"]
    assert engine.is_hurried
    stand.put(["b"])
    hand.fates += [AWAY]
    engine.turn()
    assert not engine.is_hurried
    assert (engine.due_in() or 0) > 0


def test_a_judgement_that_could_not_be_kept_is_kept_before_anything_else_is_sent(
    stand: Stand, hand: Hand, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    source = stand.open()
    keep, full = source.answered, [sqlite3.OperationalError("database or disk is full")] * 3

    def answered(parcel: Any, outcome: Outcome) -> None:
        if full:
            raise full.pop()
        keep(parcel, outcome)

    source.answered = answered  # type: ignore[method-assign]
    engine = engine_of(source, hand, clock)
    stand.put(["a"])
    for _ in range(3):
        engine.turn()
        stand.put(["later"])
        clock.now += 300.0
    assert hand.attempts == [["a"]]
    turn_until_idle(engine)
    assert hand.has == ["a", *["later"] * 3] or hand.has == ["a", "later"]  # people are told of a group at once
    assert hand.attempts.count(["a"]) == 1


def test_what_was_handed_out_when_the_process_was_killed_comes_again_and_nothing_else(
    stand: Stand, hand: Hand, clock: Clock
) -> None:
    source = stand.open()
    stand.put(["a"])
    turn_until_idle(engine_of(source, hand, clock))
    stand.put(["b"])
    lost = source.next()
    assert stand.names(lost) == ["b"]
    turn_until_idle(engine_of(stand.open(), hand, clock))
    assert hand.has == ["a", "b"]
    assert stand.waiting() == 0


def test_a_receiver_with_a_fault_of_our_own_loses_nothing(
    stand: Stand, hand: Hand, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    engine = engine_of(stand.open(), hand, clock)
    stand.put(["a"])
    hand.fates += [ZeroDivisionError()]
    engine.turn()
    assert stand.waiting() == 1
    assert (engine.due_in() or 0) > 0
    clock.now += 300.0
    turn_until_idle(engine)
    assert hand.has == ["a"]


@pytest.mark.parametrize("number", [1, 2, 37])
def test_the_one_to_blame_is_found_and_blocks_nobody(stand: Stand, hand: Hand, clock: Clock, number: int) -> None:
    if not stand.rejects:
        return
    engine = engine_of(stand.open(), hand, clock)
    names = [f"E{i}" for i in range(number if stand.judges_each else min(number, 4))]
    hand.poison = names[number // 2]
    stand.put(names)
    turn_until_idle(engine)
    assert hand.has == [name for name in names if name != hand.poison]
    assert stand.waiting() == 0
    assert len(hand.attempts) <= 12
    stand.put(["after"])
    turn_until_idle(engine)
    assert hand.has[-1] == "after"


def by_thread(engine: Engine[Any], is_done: Callable[[], bool]) -> None:
    driver = EngineThread(engine, "errreport-test")
    assert driver.start()
    wait_for(is_done, "all to arrive", 60)
    wait_for(lambda: driver.is_at_rest, "it to sleep", 60)
    driver.close()
    assert driver.join(60)


def by_event_loop(engine: Engine[Any], is_done: Callable[[], bool]) -> None:
    async def drive() -> None:
        while not is_done():
            await asyncio.to_thread(engine.turn)
            await asyncio.sleep(engine.due_in() or 0.0)

    asyncio.run(asyncio.wait_for(drive(), 60))


@pytest.mark.parametrize("drive", [by_thread, by_event_loop])
def test_a_thread_and_an_event_loop_deliver_alike(
    stand: Stand, hand: Hand, drive: Callable[[Engine[Any], Callable[[], bool]], None]
) -> None:
    engine: Engine[Any] = Engine(stand.open(), hand, Patience(first_retry=0.01))
    stand.put(["a", "b", "c"])
    hand.fates += [AWAY]
    drive(engine, lambda: len(hand.has) == 3)
    assert hand.has == ["a", "b", "c"]
