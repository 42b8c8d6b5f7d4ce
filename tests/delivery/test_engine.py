"""The engine by itself: how long it waits for what, and that it sleeps when there is nothing to do."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_errreport.delivery.engine import BatchLimit, Engine, EngineThread, Patience, Receiver, Source
from jupyter_errreport.delivery.engine.patience import Backoff
from jupyter_errreport.delivery.outcome import Outcome, judged
from tests.support.waiting import wait_for


class Letters(Source[str]):
    """A queue in memory that counts how often it is asked."""

    def __init__(self, *letters: str) -> None:
        self.letters = deque(letters)
        self.asked = 0

    def next(self) -> str | None:
        self.asked += 1
        return self.letters[0] if self.letters else None

    def answered(self, parcel: str, outcome: Outcome) -> None:
        self.letters.popleft()

    def put_off(self, parcel: str, outcome: Outcome) -> bool:
        return True


class Gate(Receiver[str]):
    """Takes what comes when it is let."""

    def __init__(self, pause: float = 0.0) -> None:
        self.pause = pause
        self.open = threading.Event()
        self.open.set()
        self.begun = threading.Event()
        self.fates: deque[Outcome] = deque()
        self.has: list[str] = []
        self.timeouts: list[float] = []
        self.closed = 0

    def send(self, parcel: str, timeout: float) -> Outcome:
        self.begun.set()
        self.open.wait(60)
        self.timeouts.append(timeout)
        if self.fates:
            return self.fates.popleft()
        self.has.append(parcel)
        return judged("stored", 1)

    def close(self) -> None:
        self.closed += 1


@contextmanager
def driven(source: Source[str], gate: Gate) -> Iterator[EngineThread]:
    driver = EngineThread(Engine(source, gate, Patience(first_retry=60.0)), "errreport-test")
    driver.start()
    try:
        yield driver
    finally:
        gate.open.set()
        driver.close()
        assert driver.join(60)


@given(
    asked=st.lists(st.none() | st.floats(0, 10_000), min_size=1, max_size=20),
    first=st.floats(0.1, 10),
    longest=st.floats(10, 1_000),
)
def test_each_wait_is_at_most_twice_the_last_or_what_was_asked(
    asked: list[float | None], first: float, longest: float
) -> None:
    backoff, most = Backoff(Patience(first, longest, 3_600.0)), first
    for seconds in asked:
        wait = backoff.next(seconds)
        assert min(seconds or 0.0, 3_600.0) <= wait <= max(most, min(seconds or 0.0, 3_600.0))
        most = min(most * 2, longest)
    backoff.reset()
    assert backoff.next(None) <= first


@given(count=st.integers(1, 100), data=st.data())
def test_halving_ends_at_the_one_to_blame(count: int, data: st.DataObject) -> None:
    """Whatever is refused as a whole is sent in halves, until one event alone is refused; then all go as before."""
    to_blame, limit = data.draw(st.integers(0, count - 1)), BatchLimit()
    waiting, requests = list(range(count)), 0
    while waiting:
        batch, requests = waiting[: limit.value], requests + 1
        if not limit.halves(to_blame in batch, len(batch)):
            assert to_blame not in batch or batch == [to_blame]
            waiting = waiting[len(batch) :]
    assert requests <= 16
    assert limit.value == 100 or to_blame == count - 1


def test_an_idle_thread_sleeps_with_no_connection_and_news_wake_it() -> None:
    source, gate = Letters("a"), Gate()
    with driven(source, gate) as driver:
        wait_for(lambda: driver.is_at_rest, "it to sleep", 60)
        assert gate.closed > 0
        source.letters.append("b")
        driver.wake()
        wait_for(lambda: gate.has == ["a", "b"], "the news", 60)


def test_news_do_not_cut_short_the_wait_that_a_failure_is_due_to() -> None:
    source, gate = Letters("a"), Gate()
    gate.fates.append(Outcome(problem="away", retry_after=3_600.0))
    with driven(source, gate) as driver:
        wait_for(lambda: gate.timeouts and driver.is_at_rest, "the failure", 60)
        closed = gate.closed
        driver.wake()
        wait_for(lambda: gate.closed > closed, "it to wake", 60)  # and to lie down again
        assert source.asked == 1


def test_closing_sends_what_came_during_the_last_turn_also_from_a_receiver_with_pauses() -> None:
    source, gate = Letters("a"), Gate(pause=3_600.0)
    with driven(source, gate) as driver:
        gate.open.clear()
        assert gate.begun.wait(60)
        source.letters.append("b")
        driver.close(time.monotonic() + 60)
        gate.open.set()
        assert driver.join(60)
    assert gate.has == ["a", "b"]
    assert max(gate.timeouts) <= 60


def test_closing_gives_one_attempt_to_what_waits_for_its_time_and_ends_when_that_fails() -> None:
    source, gate = Letters("a"), Gate()
    away = Outcome(problem="away", retry_after=3_600.0)
    gate.fates.extend([away, away])
    with driven(source, gate) as driver:
        wait_for(lambda: len(gate.fates) == 1 and driver.is_at_rest, "the failure", 60)
        driver.close(time.monotonic() + 3_600)
        assert driver.join(60)
    assert not gate.fates
    assert list(source.letters) == ["a"]


@pytest.mark.parametrize("shared", [False, True])
def test_the_pause_of_a_receiver_is_kept_and_others_wait_for_it_too(shared: bool) -> None:
    now, held = [0.0], threading.Lock()
    gate = Gate(pause=1.0)

    def sleep(seconds: float) -> None:
        assert held.locked()
        now[0] += seconds

    engine = Engine(Letters("a", "b"), gate, turns=held if shared else None, clock=lambda: now[0], sleep=sleep)
    engine.turn()
    if not shared:
        assert engine.due_in() == 1.0
        engine.turn()
        assert gate.has == ["a"]
        now[0] = 1.0
    assert now[0] == 1.0
    assert not held.locked()
    engine.turn()
    assert gate.has == ["a", "b"]


def test_an_attempt_that_began_before_somebody_asked_to_hurry_is_not_the_one_they_asked_for() -> None:
    source, receiver = Letters("a"), Gate()
    engine = Engine(source, receiver)
    receiver.fates.append(Outcome(problem="503", retry_after=3_600.0))
    receiver.open.clear()
    trying = threading.Thread(target=engine.turn)
    trying.start()
    receiver.begun.wait(60)
    engine.hurry(time.monotonic() + 60)
    receiver.open.set()
    trying.join(60)
    assert engine.is_hurried and engine.due_in() == 0.0
    engine.turn()
    assert receiver.has == ["a"]


def test_an_attempt_that_fails_after_somebody_asked_to_hurry_is() -> None:
    receiver = Gate()
    engine = Engine(Letters("a"), receiver)
    receiver.fates.append(Outcome(problem="503", retry_after=3_600.0))
    engine.hurry(time.monotonic() + 60)
    engine.turn()
    assert not engine.is_hurried and not receiver.has
