"""What is over a quota is sampled: its id and its count are kept exactly, its text is not; and pages can say so."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from errreport_collector.guards.rates import LimitedRates
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from jupyter_errreport.event import EventMessageType, group_id, new_event_id
from jupyter_errreport.store import Database, Limits, quotas
from jupyter_errreport.store.database import size
from jupyter_errreport.store.database.clock import clock
from jupyter_errreport.store.database.fair_queue import TOKEN
from jupyter_errreport.store.errors.errors import count_everything, delete_errors
from jupyter_errreport.store.errors.insert import Outcome, insert_errors
from jupyter_errreport.store.events.filters import Filters
from jupyter_errreport.store.figures.sampled import all_sampled
from jupyter_errreport.store.group_schema import group_days, groups, notebook_days, notebooks, sampled
from jupyter_errreport.store.groups.groups import GroupFilters, days_of_groups, find_group, list_groups
from jupyter_errreport.store.groups.regroupings import merge
from jupyter_errreport.store.limits import TOKEN_SHARE
from jupyter_errreport.store.notebooks import find_notebook, list_notebooks
from jupyter_errreport.store.quotas import FULL, LOOK_EVERY, Quotas
from jupyter_errreport.store.retention import purge
from jupyter_errreport.store.schema import errors

Make = Callable[..., EventMessageType]
HERE = "192.0.2.1"


class Sending:
    """Sends errors and counts them."""

    def __init__(self, database: Database, event: Make) -> None:
        self.database, self.event, self.quotas = database, event, Quotas(LimitedRates())
        self.total = 0

    def send(
        self, limits: Limits, numbers: Sequence[int], address: str = HERE, session: str | None = "s", **more: Any
    ) -> list[Outcome]:
        """Errors of the groups of these numbers."""
        made = [self.event(fingerprint=f"2-{number:030}", session=session, **more) for number in numbers]
        return self.send_events(limits, made, address)

    def send_events(self, limits: Limits, made: Sequence[EventMessageType], address: str = HERE) -> list[Outcome]:
        def work(connection: Connection) -> list[Outcome]:
            return insert_errors(connection, made, limits, 90, (), self.quotas, [address] * len(made))

        outcomes = self.database.write(work).result(20)
        self.total += sum(
            event["count"] for event, outcome in zip(made, outcomes, strict=True) if outcome.status == "stored"
        )
        return outcomes

    def read(self, work: Callable[[Connection], Any]) -> Any:
        return self.database.read(work).result(10)

    def kept(self) -> int:
        return int(self.read(lambda c: c.execute(select(func.count()).select_from(errors)).scalar_one()))


@pytest.fixture
def sending(database: Database, event: Make) -> Sending:
    return Sending(database, event)


def sampled_flags(outcomes: Sequence[Outcome]) -> list[bool]:
    assert {outcome.status for outcome in outcomes} == {"stored"}
    return [outcome.is_sampled for outcome in outcomes]


def limits(**changes: Any) -> Limits:
    return Limits(max_errors_per_session=10**6, **changes)


def check_sums(sending: Sending) -> None:
    """Every figure of the whole is the number of what was sent."""
    assert sending.read(count_everything).errors + _unplaced(sending) == sending.total
    for table in (notebook_days, notebooks):
        assert sending.read(lambda c, t=table: c.execute(_sum(t)).scalar_one()) + _unplaced(sending) == sending.total
    of_groups = sending.read(lambda c: c.execute(_sum(groups)).scalar_one())
    assert of_groups == sending.read(lambda c: c.execute(_sum(group_days)).scalar_one())
    of_none = sending.read(lambda c: c.execute(_sum(sampled).where(sampled.c.group_id == "")).scalar_one())
    assert of_groups + of_none == sending.total


def _sum(table: Any) -> Any:
    return select(func.coalesce(func.sum(table.c.count), 0))


def _unplaced(sending: Sending) -> int:
    return int(sending.read(lambda c: c.execute(_sum(sampled).where(sampled.c.notebook == "")).scalar_one()))


def test_a_notebook_has_so_many_groups_and_more_are_counted(sending: Sending) -> None:
    quota = limits(max_groups_per_notebook=3)
    assert sampled_flags(sending.send(quota, [1, 2, 3, 4, 1, 5])) == [False, False, False, True, False, True]
    assert sampled_flags(sending.send(quota, [1, 4])) == [False, True]
    assert sampled_flags(sending.send(quota, [9], notebook="other")) == [False]
    check_sums(sending)
    notebook = sending.read(lambda c: find_notebook(c, "dock"))
    assert (notebook["count"], notebook["sampled"]) == (8, 3)
    assert sending.kept() == 8 + 1 - 3


def test_there_are_so_many_groups_and_notebooks(sending: Sending) -> None:
    quota = limits(max_groups=4, max_notebooks=2)
    for name in ("a", "b"):
        assert sampled_flags(sending.send(quota, [1], notebook=name)) == [False]
    assert sampled_flags(sending.send(quota, [1], notebook="c")) == [True]
    assert sampled_flags(sending.send(quota, [2, 3, 4], notebook="a")) == [False, False, True]
    check_sums(sending)
    page = sending.read(lambda c: list_notebooks(c, None, 10))
    assert {item["notebook"]: (item["count"], item["sampled"]) for item in page.items} == {"a": (4, 1), "b": (1, 0)}
    assert sending.read(all_sampled) == 2


def test_an_address_makes_so_many_new_groups_an_hour_and_others_are_not_held_to_it(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    quota = limits(max_new_groups_per_address=2)
    assert sampled_flags(sending.send(quota, [1, 2, 3, 1])) == [False, False, True, False]
    assert sampled_flags(sending.send(quota, [3], address="192.0.2.2")) == [False]
    assert sampled_flags(sending.send(quota, [3])) == [False]
    start = time.time()
    monkeypatch.setattr(time, "time", lambda: start + 3_601)
    assert sampled_flags(sending.send(quota, [4, 5, 6])) == [False, False, True]
    check_sums(sending)


def test_an_address_brings_so_many_new_notebooks_an_hour(sending: Sending) -> None:
    quota = limits(max_new_notebooks_per_address=1)
    flags = [sampled_flags(sending.send(quota, [1, 2], notebook=name)) for name in ("a", "b", "a")]
    assert flags == [[False, False], [True, True], [False, False]]
    assert sampled_flags(sending.send(quota, [1], notebook="b", address="192.0.2.2")) == [False]
    check_sums(sending)


def test_of_what_is_over_a_rate_only_the_number_is_kept_and_of_a_notebook_the_first_of_each_group(
    sending: Sending, event: Make
) -> None:
    def over(who: str | None, *numbers: int) -> list[bool]:
        made = [event(fingerprint=f"2-{number:030}", over_rate=who) for number in numbers]
        return sampled_flags(sending.send_events(limits(), made))

    assert over(None, 1) == [False]
    assert over("sender", 1, 2) == [True, True]
    assert over("notebook", 1, 2, 2) == [True, False, True]
    check_sums(sending)


def test_errors_without_a_session_have_a_limit_too(sending: Sending) -> None:
    quota = limits(max_errors_without_session=2)
    assert sampled_flags(sending.send(quota, [1, 1, 1, 2], session=None)) == [False, False, True, True]
    assert sampled_flags(sending.send(quota, [1, 1, 1])) == [False] * 3
    assert sampled_flags(sending.send(quota, [1], session=None, address="192.0.2.2")) == [False]
    group = sending.read(lambda c: find_group(c, group_id("dock", f"2-{1:030}"), None))
    assert (group["count"], group["sampled"], group["events"]) == (7, 1, 7)
    assert [day["count"] for day in group["days"]] == [7]
    check_sums(sending)


def test_who_has_a_token_may_bring_more(sending: Sending) -> None:
    quota = limits(max_new_groups_per_address=2, max_errors_without_session=2)
    flags = sampled_flags(sending.send(quota, range(2 * TOKEN_SHARE + 2), address=f"{TOKEN}x", session=None))
    assert flags == [False] * 2 * TOKEN_SHARE + [True] * 2


def test_what_was_sampled_and_comes_again_is_a_duplicate(sending: Sending, event: Make) -> None:
    quota = limits(max_groups=0)
    made = [event(count=7), event(count=3)]
    assert sampled_flags(sending.send_events(quota, [*made])) == [True, True]
    again = sending.send_events(quota, [*made, made[0]])
    assert [outcome.status for outcome in again] == ["duplicate"] * 3
    assert sending.read(all_sampled) == sending.total == 10
    assert sending.kept() == 0


def use_of_disk(monkeypatch: pytest.MonkeyPatch, megabytes: float) -> None:
    monkeypatch.setattr(quotas, "used_bytes", lambda connection: megabytes * 1_000_000)


def test_on_a_disk_that_is_used_up_all_is_counted_then_refused_and_taken_again_when_there_is_room(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    quota = limits(max_megabytes=10)
    use_of_disk(monkeypatch, 9)
    assert sampled_flags(sending.send(quota, [1])) == [False]
    use_of_disk(monkeypatch, 11)
    sending.send(quota, [1] * LOOK_EVERY)
    assert sampled_flags(sending.send(quota, [1, 2])) == [True, True]
    group = sending.read(lambda c: find_group(c, group_id("dock", f"2-{1:030}"), None))
    assert (group["count"], group["sampled"]) == (sending.total - 1, sending.total - 2 - (sending.kept() - 1))
    check_sums(sending)
    use_of_disk(monkeypatch, 10 * FULL + 1)
    sending.send(quota, [1])  # the last by what was seen before
    refused = sending.send(quota, [1])
    assert [(one.status, one.reason) for one in refused] == [("rejected", "limit_database_size")]
    use_of_disk(monkeypatch, 9)
    assert sampled_flags(sending.send(quota, [2])) == [False]
    check_sums(sending)


def test_the_size_of_a_database_grows_with_it(sending: Sending) -> None:
    before = sending.read(size.used_bytes)
    for _ in range(10):
        sending.send(limits(), [1] * 100, error_message="m" * 1_000)
    assert sending.read(size.used_bytes) > before + 500_000


def test_what_is_deleted_takes_its_sampled_counts_along(sending: Sending) -> None:
    quota = limits(max_errors_without_session=1, max_groups_per_notebook=2)
    for name in ("a", "b"):
        sending.send(quota, [1, 2, 3, 1], session=None, notebook=name, address=name)
        sending.send(quota, [1, 2], notebook=name)
    assert sending.read(all_sampled) > 0
    sending.database.write(lambda c: delete_errors(c, Filters(notebook="a"))).result(5)
    assert sending.read(lambda c: find_notebook(c, "a")) is None
    assert sending.read(lambda c: find_notebook(c, "b"))["count"] == 6
    sending.database.write(lambda c: delete_errors(c, Filters())).result(5)
    for table in (sampled, groups, group_days, notebooks, notebook_days):
        assert sending.read(lambda c, t=table: c.execute(select(func.count()).select_from(t)).scalar_one()) == 0


def test_retention_forgets_them_with_their_day(sending: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_last", 0.0)
    sending.send(limits(max_errors_without_session=1), [1, 1, 1], session=None)
    now = clock.source()
    monkeypatch.setattr(clock, "source", lambda: now + 3 * 86_400)
    sending.database.write(lambda c: purge(c, 1, 90)).result(5)
    assert sending.read(all_sampled) == 0
    assert sending.read(count_everything).errors == 0


def test_a_group_that_is_merged_brings_its_sampled_counts_along(sending: Sending) -> None:
    quota = limits(max_errors_without_session=2)
    sending.send(quota, [1, 2, 1, 2, 2], session=None)
    one, other = (group_id("dock", f"2-{number:030}") for number in (1, 2))
    sending.database.write(lambda c: merge(c, one, other, None)).result(5)
    (group,) = sending.read(lambda c: list_groups(c, GroupFilters(), "count", 10)).items
    assert (group["group"], group["count"], group["sampled"]) == (other, 5, 3)
    assert [day["count"] for day in sending.read(lambda c: days_of_groups(c, [other]))[other]] == [5]
    check_sums(sending)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(
        st.lists(
            st.tuples(st.integers(1, 6), st.sampled_from("abc"), st.integers(1, 5), st.sampled_from([None, "s"])),
            min_size=1,
            max_size=6,
        ),
        max_size=6,
    ),
    most=st.integers(0, 4),
)
def test_whatever_the_quotas_are_every_error_is_counted_once(
    sending: Sending, event: Make, batches: Any, most: int
) -> None:
    sending.database.write(lambda c: delete_errors(c, Filters())).result(5)
    sending.quotas, sending.total = Quotas(LimitedRates()), 0
    quota = limits(
        max_groups=most + 1,
        max_groups_per_notebook=most,
        max_notebooks=2,
        max_errors_without_session=most,
        max_new_groups_per_address=3,
    )
    for batch in batches:
        made = [
            event(event_id=new_event_id(), fingerprint=f"2-{number:030}", notebook=name, count=count, session=session)
            for number, name, count, session in batch
        ]
        sending.send_events(quota, made)
    check_sums(sending)
