"""Who sends much waits behind themselves; what others ask has its turn in the next round."""

from __future__ import annotations

from collections import Counter
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from jupyter_errreport.store.database.fair_queue import FairQueue, Sender

Item = TypeVar("Item")
senders = st.builds(Sender, st.sampled_from("abcd"), st.sampled_from("123"))


def all_of(queue: FairQueue[Item]) -> list[Item]:
    """All that waits, turn by turn."""
    return [queue.pop() for _ in range(len(queue))]


@given(st.lists(senders))
def test_all_that_waits_comes_out_once_and_each_senders_in_its_order(asked: list[Sender]) -> None:
    queue: FairQueue[tuple[Sender, int]] = FairQueue()
    for number, sender in enumerate(asked):
        queue.put(sender, (sender, number))
    assert len(queue) == len(asked)
    out = all_of(queue)
    assert sorted(number for _, number in out) == list(range(len(asked)))
    for sender in set(asked):
        numbers = [number for one, number in out if one == sender]
        assert numbers == sorted(numbers)
    assert not queue
    assert len(queue) == 0


@given(st.lists(senders), st.integers(0, 200))
def test_a_newcomer_waits_for_one_turn_of_each_other_address_at_most(asked: list[Sender], popped: int) -> None:
    queue: FairQueue[str] = FairQueue()
    for sender in asked:
        queue.put(sender, sender.address)
    for _ in range(min(popped, len(asked))):
        queue.pop()
    queue.put(Sender("newcomer"), "newcomer")
    out = all_of(queue)
    ahead = Counter(out[: out.index("newcomer")])
    assert all(count == 1 for count in ahead.values()), ahead


def test_a_session_that_sends_much_does_not_take_the_turns_of_its_neighbours() -> None:
    queue: FairQueue[str] = FairQueue()
    for number in range(1_000):
        queue.put(Sender("classroom", f"made up {number}"), "flood")
    for _ in range(1_000):
        queue.put(Sender("classroom", "flood"), "flood")
    queue.put(Sender("elsewhere", "reader"), "reader")
    assert [queue.pop() for _ in range(2)] == ["flood", "reader"]


def test_what_waits_of_an_address_is_counted() -> None:
    queue: FairQueue[int] = FairQueue()
    for number in range(5):
        queue.put(Sender("a", str(number % 2)), number)
    queue.put(Sender("b"), 9)
    assert (queue.waiting_of("a"), queue.waiting_of("b"), queue.waiting_of("c")) == (5, 1, 0)
    queue.pop()
    assert queue.waiting_of("a") == 4
