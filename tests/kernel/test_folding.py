"""Equal errors: the first at once, the repeats of the next 30 s as one, and every one of them counted."""

from __future__ import annotations

import os

from hypothesis import given
from hypothesis import strategies as st

from jupyter_errreport.contract import COUNT_LIMIT
from jupyter_errreport.kernel.folding import WINDOW, WINDOWS, Folding, Times


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def at(moment: float) -> Times:
    return Times(moment, moment)


def test_the_first_passes_and_its_repeats_are_one_when_the_time_is_over() -> None:
    clock = Clock()
    folding: Folding[str] = Folding(clock)
    assert folding.passes("key", "first", at(1.0))
    assert folding.next_due is None  # nobody has to wake up for it
    clock.now += 1
    assert not folding.passes("key", "second", at(2.0))
    clock.now += WINDOW - 2
    assert not folding.passes("key", "third", at(3.0))
    assert folding.waiting == 2
    assert folding.due() == []
    assert folding.next_due == 100.0 + WINDOW
    clock.now = 100.0 + WINDOW
    assert folding.due() == [("second", 2, Times(2.0, 3.0))]
    assert folding.passes("key", "fourth", at(4.0))


def test_of_a_fold_the_first_and_the_last_time_are_kept_in_whatever_order_they_come() -> None:
    folding: Folding[str] = Folding(Clock())
    folding.passes("key", "first", at(1.0))
    folding.passes("key", "later", at(7.0))
    folding.passes("key", "a fold of before", Times(2.0, 5.0), 3)
    folding.passes("key", "a fold of both", Times(3.0, 9.0), 2)
    assert folding.due(everything=True) == [("later", 6, Times(2.0, 9.0))]


def test_no_event_stands_for_more_than_a_receiver_takes() -> None:
    clock = Clock()
    folding: Folding[str] = Folding(clock)
    for number in range(COUNT_LIMIT + 12):
        folding.passes("key", str(number), at(float(number)))
    assert folding.next_due == clock.now
    assert folding.due() == [("1", COUNT_LIMIT, Times(1.0, float(COUNT_LIMIT)))]
    assert folding.due() == []
    clock.now += WINDOW
    assert folding.due() == [(str(COUNT_LIMIT + 1), 11, Times(float(COUNT_LIMIT + 1), float(COUNT_LIMIT + 11)))]


@given(st.lists(st.integers(1, COUNT_LIMIT), min_size=1, max_size=60))
def test_what_is_folded_twice_is_bounded_and_adds_up(counts: list[int]) -> None:
    folding: Folding[str] = Folding(Clock())
    at_once = sum(count for count in counts if folding.passes("key", "thing", at(0.0), count))
    folded = [count for _, count, _ in folding.due(everything=True)]
    assert at_once + sum(folded) == sum(counts)
    assert all(count <= COUNT_LIMIT for count in folded)


def test_different_ones_do_not_fold() -> None:
    folding: Folding[str] = Folding(Clock())
    assert folding.passes("a", "x", at(0.0))
    assert folding.passes("b", "x", at(0.0))


def test_an_error_after_the_window_goes_at_once_and_the_repeats_before_are_not_lost() -> None:
    clock = Clock()
    folding: Folding[str] = Folding(clock)
    folding.passes("key", "first", at(0.0))
    folding.passes("key", "second", at(0.0))
    clock.now += WINDOW + 5
    assert folding.passes("key", "third", at(0.0))
    assert folding.due() == [("second", 1, at(0.0))]


def test_a_fold_counts_as_many_as_it_stands_for_and_opens_no_window() -> None:
    folding: Folding[str] = Folding(Clock())
    assert folding.passes("key", "fold", at(0.0), 7)
    assert folding.passes("key", "first", at(0.0))
    assert not folding.passes("key", "fold", at(0.0), 5)
    assert folding.due(everything=True) == [("fold", 5, at(0.0))]


def test_when_too_many_are_watched_the_oldest_ends_early() -> None:
    folding: Folding[int] = Folding(Clock())
    folding.passes(0, 0, at(0.0))
    folding.passes(0, 0, at(0.0))
    for number in range(1, WINDOWS + 1):
        assert folding.passes(number, number, at(0.0))
    assert folding.due() == [(0, 1, at(0.0))]


def test_a_forked_child_has_nothing_of_its_parent() -> None:
    folding: Folding[str] = Folding(Clock())
    folding.passes("key", "first", at(0.0))
    folding.passes("key", "second", at(0.0))
    child = os.fork()
    if child == 0:
        os._exit(0 if folding.due(everything=True) == [] else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert folding.waiting == 1


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 20), st.booleans()), max_size=60))
def test_every_error_is_counted_once(errors: list[tuple[int, float, bool]]) -> None:
    clock = Clock()
    folding: Folding[int] = Folding(clock)
    passed = gathered = 0
    for key, seconds, looks in errors:
        clock.now += seconds
        passed += folding.passes(key, key, at(0.0))
        if looks:
            gathered += sum(count for _, count, _ in folding.due())
    assert passed + gathered + folding.waiting == len(errors)
    assert passed + gathered + folding.discard() == len(errors)
    assert folding.waiting == 0
