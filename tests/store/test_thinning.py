"""Thinning out: what stays, what is only counted, and that nobody sees a number change by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from jupyter_errreport.event import EventMessageType, group_id, new_event_id, public_session
from jupyter_errreport.store import Database
from jupyter_errreport.store.database import size
from jupyter_errreport.store.database.clock import clock
from jupyter_errreport.store.errors.errors import delete_errors, list_errors
from jupyter_errreport.store.errors.insert import insert_errors
from jupyter_errreport.store.errors.partitions import make_partitions
from jupyter_errreport.store.events.filters import Filters
from jupyter_errreport.store.figures.sampled import all_sampled
from jupyter_errreport.store.group_schema import groups, notebook_cells, thinned
from jupyter_errreport.store.groups.groups import GroupChange, change_group, days_of_groups, find_group
from jupyter_errreport.store.notebooks import find_notebook
from jupyter_errreport.store.rates import DAY
from jupyter_errreport.store.retention import free_months, purge, thin, thin_some
from jupyter_errreport.store.retention import thinning as module
from jupyter_errreport.store.retention.erasure import Erasure
from jupyter_errreport.store.schema import errors, texts
from jupyter_errreport.store.sessions import erase_session, open_session

from .contents import everything_of
from .test_figures_machine import compare_figures

Make = Callable[..., EventMessageType]
DAYS, A_DAY = 3, 5
"""Errors are sent on so many days, and so many on each."""


class Thinned:
    """A database with two groups of errors, and what was shown of it before they were thinned out."""

    def __init__(self, database: Database, event: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        self.database = database
        self.made: list[EventMessageType] = []
        self.start = clock.source() - 30 * DAY
        self.start -= self.start % DAY
        self.now = [self.start]
        monkeypatch.setattr(clock, "_last", 0.0)
        monkeypatch.setattr(clock, "source", lambda: self.now[0])
        for day in range(DAYS):
            self.now[0] = self.start + day * DAY
            made = [
                event(
                    event_id=new_event_id(self.now[0]),
                    fingerprint=f"2-{number % 2:030}",
                    session=f"s{number % 3}",
                    cell_hash=f"c{number % 4}",
                    count=number + 1,
                )
                for number in range(2 * A_DAY)
            ]
            self.write(lambda c, made=made: insert_errors(c, made, None, 90))
            self.made += made
        self.now[0] = self.start + 20 * DAY

    def write(self, work: Callable[[Connection], Any]) -> Any:
        return self.database.write(work).result(120)

    def read(self, work: Callable[[Connection], Any]) -> Any:
        return self.database.read(work).result(120)

    def thin(self) -> int:
        return int(self.write(lambda c: thin(c, "9")))

    def kept(self) -> list[str]:
        return [item["event_id"] for item in self.read(lambda c: list_errors(c, Filters(), 1_000)).items][::-1]

    def count(self, table: Any) -> int:
        return int(self.read(lambda c: c.execute(select(func.count()).select_from(table)).scalar_one()))

    def shown(self) -> list[Any]:
        """All that pages say in numbers."""
        ids = [group_id("dock", f"2-{number:030}") for number in (0, 1)]

        def work(connection: Connection) -> list[Any]:
            compare_figures(connection)
            found = [find_group(connection, wanted, None) for wanted in ids]
            notebook = find_notebook(connection, "dock")
            return [
                *({**group, "sampled": None} for group in found if group is not None),
                notebook and {**notebook, "sampled": None},
                days_of_groups(connection, ids),
                connection.execute(select(notebook_cells).order_by(notebook_cells.c.cell)).all(),
            ]

        return list(self.read(work))


@pytest.fixture
def store(database: Database, event: Make, monkeypatch: pytest.MonkeyPatch) -> Thinned:
    return Thinned(database, event, monkeypatch)


def test_the_first_of_each_day_and_the_last_stay_and_no_number_changes(store: Thinned) -> None:
    before = store.shown()
    assert store.thin() == len(store.made) - 2 * (DAYS + 1)
    ids = [one["event_id"] for one in store.made]
    first = [ids[2 * A_DAY * day + number] for day in range(DAYS) for number in (0, 1)]
    assert store.kept() == [*first, *ids[-2:]]
    assert store.shown() == before
    gone = [one for one in store.made if one["event_id"] not in store.kept()]
    assert store.read(all_sampled) == sum(one["count"] for one in gone), "pages say so"
    assert store.thin() == 0


def test_what_was_thinned_out_and_comes_again_is_a_duplicate(store: Thinned) -> None:
    store.thin()
    before = store.shown()
    again = store.write(lambda c: insert_errors(c, store.made, None, 90))
    assert {outcome.status for outcome in again} == {"duplicate"}
    assert store.shown() == before


def test_a_session_that_is_erased_takes_what_was_thinned_out_along(store: Thinned) -> None:
    store.thin()
    store.write(lambda c: open_session(c, "s1", "dock", "::1", None))
    assert store.read(lambda c: c.execute(select(func.sum(thinned.c.events)).where(thinned.c.session == "s1")).scalar())
    store.write(lambda c: erase_session(c, "s1"))
    assert all(row.session != "s1" for row in store.read(lambda c: c.execute(select(thinned)).all()))
    left = sum(one["count"] for one in store.made if one.get("session") != "s1")
    assert store.shown()[2]["count"] == left


@pytest.mark.parametrize("how", ["all", "the notebook", "too old"])
def test_nothing_is_left_of_what_is_deleted(store: Thinned, how: str) -> None:
    store.thin()
    if how == "too old":
        store.write(lambda c: purge(c, 10, 90))
    else:
        store.write(lambda c: delete_errors(c, Filters(notebook="dock") if how == "the notebook" else Filters()))
    for table in (errors, thinned, groups, texts, notebook_cells):
        assert store.count(table) == 0, table.name


def test_to_delete_one_by_its_id_does_not_delete_others(store: Thinned) -> None:
    store.thin()
    before, kept = store.shown(), store.kept()
    for one in store.made:
        if one["event_id"] not in kept:
            event_id = one["event_id"]
            assert store.write(lambda c, event_id=event_id: delete_errors(c, Filters(), event_id)) == 0
    assert store.shown() == before
    for event_id in kept:
        store.write(lambda c, event_id=event_id: delete_errors(c, Filters(), event_id))
    assert store.count(errors) == 0
    total = sum(one["count"] for one in store.made if one["event_id"] not in kept)
    assert store.shown()[2]["count"] == total == store.read(all_sampled)


def test_what_a_reader_has_said_something_of_stays(store: Thinned) -> None:
    store.now[0] = store.start + 4 * DAY
    said: Any = {**store.made[4], "comments": ["It was the tea."]}
    store.write(lambda c: insert_errors(c, [said], None, 90))
    store.thin()
    assert said["event_id"] in store.kept()
    assert store.count(errors) == 2 * (DAYS + 1) + 1
    assert store.count(module.comments) == 1


def test_steps_go_on_where_the_last_one_ended(store: Thinned, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STEP", 7)
    steps = []
    while not (step := store.write(lambda c: thin_some(c, "9"))).is_last:
        steps.append(step.thinned)
    assert len(steps) == len(store.made) // 7
    assert store.kept()[-2:] == [one["event_id"] for one in store.made][-2:]
    assert store.count(errors) == 2 * (DAYS + 1)
    assert store.write(lambda c: thin_some(c, "9")) == (0, True, "", "")


def test_the_disk_is_free_again(store: Thinned, event: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(chr(97 + number * number % 26) for number in range(900))
    many = [
        event(error_message=f"{text[number % 26 :]}{number}", event_id=new_event_id(store.now[0]))
        for number in range(2_000)
    ]
    store.write(lambda c: make_partitions(c, store.start))
    store.write(lambda c: insert_errors(c, many, None, 90))
    before, shown = store.read(size.used_bytes), store.shown()
    store.thin()
    monkeypatch.setattr("jupyter_errreport.store.errors.partitions.SPARE", 10_000)
    freed = store.write(lambda c: free_months(c, min(one["event_id"] for one in many), "z"))
    assert bool(freed) == (store.database.kind == "postgresql")
    assert store.read(size.used_bytes) < before - 1_000_000
    assert store.shown() == shown
    assert store.write(lambda c: free_months(c, "", "z")) == []


def test_a_purge_of_a_notebook_leaves_nothing_of_it_and_all_of_others(store: Thinned, event: Make) -> None:
    other = event(notebook="fold", first_line="x()", event_id=new_event_id(store.now[0]), session="s1")
    store.write(lambda c: insert_errors(c, [other], None, 90))
    store.write(lambda c: open_session(c, "s1", "dock", "::1", None))
    store.write(lambda c: change_group(c, group_id("dock", f"2-{0:030}"), GroupChange(note="Mine."), None))
    store.thin()
    erasure = Erasure(store.database)
    assert erasure.notebook("Copy of dock.ipynb") == 2 * (DAYS + 1)
    words = {name: rows for name, rows in everything_of(store.database).items() if "dock" in repr(rows)}
    assert words == {}
    assert store.kept() == [other["event_id"]]
    assert {one.status for one in store.write(lambda c: insert_errors(c, store.made, None, 90))} == {"duplicate"}
    store.write(compare_figures)
    assert erasure.errors(Filters(q="UNKNOWN residue")) == 1
    assert store.kept() == []


def test_a_purge_of_a_session_goes_by_its_key_and_by_its_id(store: Thinned, event: Make) -> None:
    store.thin()
    made = event(session=public_session("key"), event_id=new_event_id(store.now[0]))
    store.write(lambda c: insert_errors(c, [made], None, 90))
    erasure = Erasure(store.database)
    assert erasure.session("key") == 1
    erasure.session("s0")
    for table in (errors, thinned):
        assert {row.session for row in store.read(lambda c, t=table: c.execute(select(t)).all())} == {"s1", "s2"}
    store.write(compare_figures)
