"""What was thinned out goes where other errors go: when groups are split, when notebooks join, when all is erased."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, select

from jupyter_errreport.event import EventMessageType, group_id, new_event_id
from jupyter_errreport.store import Database
from jupyter_errreport.store.errors import errors as deleting
from jupyter_errreport.store.errors.insert import insert_errors
from jupyter_errreport.store.events.filters import Filters
from jupyter_errreport.store.group_schema import cell_groups, notebooks, thinned
from jupyter_errreport.store.groups.groups import find_group
from jupyter_errreport.store.groups.regroupings import merge, split
from jupyter_errreport.store.names.said import join_name
from jupyter_errreport.store.retention import thin
from jupyter_errreport.store.retention.erasure import Erasure

from .test_figures_machine import compare_figures
from .test_thinning import Thinned, store

__all__ = ["store"]  # a fixture
Make = Callable[..., EventMessageType]
ONE, OTHER = (f"2-{number:030}" for number in (0, 1))


def counted(store: Thinned, group: str) -> int:
    found = store.read(lambda c: find_group(c, group, None))
    return int(found["count"]) if found else 0


def test_a_cell_of_which_only_the_number_is_kept_is_split_off(store: Thinned) -> None:
    store.thin()
    group = group_id("dock", ONE)
    whole, cells = counted(store, group), store.read(lambda c: find_group(c, group, None))["cells"]
    of_cell = next(cell["count"] for cell in cells if cell["cell"] == "c2")
    assert store.read(lambda c: c.execute(select(thinned).where(thinned.c.cell_hash == "c2")).first())
    new = store.write(lambda c: split(c, group, ONE, "c2", None))
    assert (counted(store, group), counted(store, new)) == (whole - of_cell, of_cell)
    store.read(compare_figures)


def test_a_fingerprint_of_which_only_the_number_is_kept_is_split_off(store: Thinned) -> None:
    group, other = (group_id("dock", fingerprint) for fingerprint in (ONE, OTHER))
    before = counted(store, group), counted(store, other)
    store.write(lambda c: merge(c, other, group, None))
    store.thin()
    last = store.made[-1]
    assert (last["fingerprint"], store.kept()[-1]) == (OTHER, last["event_id"])
    store.write(lambda c: deleting.delete_errors(c, Filters(), last["event_id"]))
    assert store.write(lambda c: split(c, group, OTHER, "", None)) == other
    assert (counted(store, group), counted(store, other)) == (before[0], before[1] - last["count"])
    store.read(compare_figures)


def test_a_name_under_which_only_numbers_are_kept_goes_where_its_notebook_goes(store: Thinned, event: Make) -> None:
    names = ("fold", "Copy of fold.ipynb", "fold")
    for seconds, name in enumerate(names):
        store.now[0] += seconds
        made = event(
            notebook=name,
            event_id=new_event_id(store.now[0]),
            error_message="<str>",
            cell_hash=f"c{seconds}",
            cell_id=f"id{seconds}",
        )
        store.write(lambda c, made=made: insert_errors(c, [made], None, 90))
    store.thin()
    kept = {row.notebook for row in store.read(lambda c: c.execute(select(thinned)).all())}
    assert names[1] in kept
    assert store.write(lambda c: join_name(c, "fold", "dock")).moved == 3
    assert store.read(lambda c: c.execute(select(notebooks.c.notebook)).scalars().all()) == ["dock"]
    assert {row.identity for row in store.read(lambda c: c.execute(select(thinned)).all())} == {"dock"}
    cells = store.read(lambda c: c.execute(select(cell_groups).where(cell_groups.c.notebook == "dock")).all())
    assert {row.cell_id for row in cells} == {"id0", "id1", "id2"}, "each cell that is edited is known again"
    store.read(compare_figures)


def test_what_is_thinned_out_while_it_is_erased_is_erased(store: Thinned, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deleting, "STEP", 4)
    monkeypatch.setattr("jupyter_errreport.store.retention.erasure.STEP", 4)

    class Meanwhile(Database):
        """Another process thins out between two steps."""

        def __init__(self) -> None:
            self.steps = 0

        def write(self, work: Callable[[Connection], Any]) -> Any:
            done = store.database.write(work)
            self.steps += 1
            if self.steps == 2:
                done.result(60)
                store.thin()
            return done

    Erasure(Meanwhile()).errors(Filters(session="s1"))
    assert all(row.session != "s1" for row in store.read(lambda c: c.execute(select(thinned)).all()))
    assert store.read(lambda c: c.execute(select(thinned)).first()), "of other sessions"
    store.read(compare_figures)
    assert store.write(lambda c: thin(c, "9")) == 0
