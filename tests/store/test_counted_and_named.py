"""Errors of which only the number is kept go where their group and their notebook go, and where these are deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from errreport_collector.guards.rates import LimitedRates
from sqlalchemy import Connection, select

from jupyter_errreport.event import EventMessageType
from jupyter_errreport.source import cell_hash
from jupyter_errreport.store import Database
from jupyter_errreport.store.errors.errors import delete_counted, delete_errors
from jupyter_errreport.store.errors.insert import Outcome, insert_errors
from jupyter_errreport.store.events.filters import Filters
from jupyter_errreport.store.figures.sampled import all_sampled
from jupyter_errreport.store.group_schema import alerts, notebooks, sampled
from jupyter_errreport.store.groups.groups import GroupChange, GroupFilters, change_group, list_groups
from jupyter_errreport.store.groups.regroupings import merge
from jupyter_errreport.store.limits import Limits
from jupyter_errreport.store.names.copies import ENOUGH
from jupyter_errreport.store.names.said import join_name, part_name
from jupyter_errreport.store.news import take_news
from jupyter_errreport.store.notebooks import find_notebook, list_notebooks
from jupyter_errreport.store.published.sources import PublishedCell, publish_source
from jupyter_errreport.store.quotas import Quotas
from jupyter_errreport.store.rates import DAY
from jupyter_errreport.store.retention import purge
from jupyter_errreport.store.schema import errors

from .test_alike_cells import EDITED, LOAD, MONTHS, publish
from .test_figures_machine import compare_figures, compare_names

Make = Callable[..., EventMessageType]
ONE = Limits(max_errors_per_session=10**6, max_errors_without_session=0)
"""Of what comes in no session, only the number is kept."""


class Readers:
    """Send errors, of which some are only counted."""

    def __init__(self, database: Database, make: Make) -> None:
        self.database, self._make, self._quotas = database, make, Quotas(LimitedRates())

    def write(self, work: Callable[..., Any], *arguments: Any) -> Any:
        result = self.database.write(lambda connection: work(connection, *arguments)).result(60)
        self.read(compare_figures)
        self.read(compare_names)
        return result

    def read(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return self.database.read(lambda connection: work(connection, *arguments)).result(60)

    def fail(self, notebook: str, kept: int, counted: int, cells: tuple[str, ...] = ("c1",), **more: Any) -> str:
        """All in one request; the group of the first."""
        made = []
        for number in range(kept + counted):
            session: Any = {"session": "s"} if number < kept else {}
            cell = cells[number % len(cells)]
            made.append(self._make(notebook=notebook, cell_hash=cell, first_line=cell, **session, **more))

        def work(connection: Connection) -> list[Outcome]:
            return insert_errors(connection, made, ONE, 90, (), self._quotas, ["192.0.2.1"] * len(made))

        outcomes = self.write(work)
        assert [outcome.is_sampled for outcome in outcomes] == [False] * kept + [True] * counted
        return str(outcomes[0].group)

    def listed(self) -> dict[str, tuple[int, int]]:
        """Of each notebook that is listed the errors, and how many of them were only counted."""
        page = self.read(list_notebooks, None, 100)
        return {item["notebook"]: (item["count"], item["sampled"]) for item in page.items}

    def groups(self) -> dict[str, tuple[str, int, int]]:
        page = self.read(list_groups, GroupFilters(), "last_seen", 100)
        return {item["group"]: (item["notebook"], item["count"], item["sampled"]) for item in page.items}

    def is_news(self, work: Callable[..., Any], *arguments: Any) -> bool:
        def asked(connection: Connection) -> bool:
            take_news(connection)
            work(connection, *arguments)
            return take_news(connection)

        return bool(self.write(asked))


@pytest.fixture
def readers(database: Database, event: Make) -> Readers:
    return Readers(database, event)


def test_what_was_counted_is_the_notebooks_that_a_name_is_joined_to(readers: Readers) -> None:
    readers.fail("course", 1, 1)
    readers.fail("my course", 2, 3)
    readers.fail("my course", 1, 0, fingerprint="e" * 32)
    readers.write(join_name, "my course", "course")
    assert readers.listed() == {"course": (8, 4)}
    assert sorted(readers.groups().values()) == [("course", 1, 0), ("course", 7, 4)]
    readers.write(part_name, "my course", "course")
    assert {name: count for name, (count, _) in readers.listed().items()} == {"course": 5, "my course": 3}


def test_it_goes_along_with_a_group_of_which_all_goes(readers: Readers) -> None:
    group = readers.fail("course", 1, 2)
    readers.write(join_name, "my course", "course")
    readers.fail("my course", 1, 2, fingerprint="e" * 32)
    readers.write(part_name, "my course", "course")
    assert readers.listed() == {"course": (3, 2), "my course": (3, 2)}
    assert readers.groups()[group] == ("course", 3, 2)


def test_so_is_what_was_counted_of_a_notebook_without_any_error_left(readers: Readers) -> None:
    group = readers.fail("my course", 1, 2)
    readers.write(change_group, group, GroupChange(note="Known."), None)
    readers.write(lambda connection: delete_errors(connection, Filters(session="s")))
    assert readers.listed() == {"my course": (2, 2)}
    readers.write(join_name, "my course", "course")
    assert readers.listed() == {"course": (2, 2)}
    assert readers.read(find_notebook, "my course")["count"] == 2
    assert readers.read(all_sampled) == 2


def test_a_copy_is_recognised_with_what_is_counted_of_it_in_the_same_request(readers: Readers) -> None:
    cells = tuple(f"c{number}" for number in range(ENOUGH))
    published = [PublishedCell(f"{cell}_source()", cell, f"{cell}()") for cell in cells]
    readers.write(publish_source, "course", published, "python")
    group = readers.fail("somebody's", ENOUGH, ENOUGH, cells)
    assert readers.listed() == {"course": (2 * ENOUGH, ENOUGH)}
    assert list(readers.groups().values()) == [("course", 2 * ENOUGH, ENOUGH)]
    assert group in readers.groups()


def test_a_deletion_by_any_name_of_the_notebook_takes_it_away(readers: Readers) -> None:
    readers.write(join_name, "my course", "course")
    readers.fail("course", 1, 2)
    readers.fail("other", 1, 2)
    readers.write(lambda connection: delete_errors(connection, Filters(notebook="lessons/my course.ipynb")))
    assert readers.listed() == {"other": (3, 2)}


def test_when_all_of_a_group_has_gone_nobody_is_told_of_it(readers: Readers, later: list[float]) -> None:
    readers.fail("course", 1, 1)
    assert readers.read(lambda connection: connection.scalars(select(alerts.c.group_id)).all())
    readers.write(lambda connection: delete_errors(connection, Filters(session="s")))
    assert readers.read(lambda connection: connection.scalars(select(alerts.c.group_id)).all())
    assert readers.write(delete_counted, Filters()) is None
    assert readers.groups() == {}
    assert not readers.read(lambda connection: connection.scalars(select(alerts.c.group_id)).all())


def test_it_is_as_old_as_what_is_kept(readers: Readers, later: list[float]) -> None:
    readers.fail("course", 1, 1)
    later[0] += 2 * DAY
    readers.fail("course", 0, 1)
    readers.write(lambda connection: purge(connection, 1, 90))
    assert readers.listed() == {"course": (1, 1)}
    later[0] += 2 * DAY
    readers.write(lambda connection: purge(connection, 1, 90))
    assert readers.listed() == {}
    for table in (errors, notebooks, sampled, alerts):
        assert not readers.read(lambda connection, table=table: connection.execute(select(table)).all())


def test_a_merged_group_was_seen_when_the_last_was_counted(readers: Readers) -> None:
    one, other = readers.fail("course", 1, 0), readers.fail("course", 1, 0, fingerprint="e" * 32)
    readers.fail("course", 0, 1)
    (last,) = [item["last_seen"] for item in readers.read(_groups_of, "last_seen") if item["group"] == one]
    readers.write(merge, one, other, None)
    assert [item["last_seen"] for item in readers.read(_groups_of, "last_seen")] == [last]


def _groups_of(connection: Connection, order: Any) -> list[dict[str, Any]]:
    return list_groups(connection, GroupFilters(), order, 100).items


def test_other_processes_hear_of_what_is_said_of_names_and_of_what_is_only_counted(
    readers: Readers, event: Make
) -> None:
    readers.fail("course", 1, 1)
    assert readers.is_news(join_name, "my course", "course")
    assert readers.is_news(part_name, "my course", "course")
    assert not readers.is_news(join_name, "course", "course")
    more = [event(notebook="course")]
    counting = (more, ONE, 90, (), Quotas(LimitedRates()), ["192.0.2.1"])
    assert readers.is_news(insert_errors, *counting)
    assert not readers.is_news(insert_errors, *counting)
    readers.write(lambda connection: delete_errors(connection, Filters(session="s")))
    assert readers.is_news(delete_counted, Filters())
    assert not readers.is_news(delete_counted, Filters())


def test_a_group_of_which_nothing_is_kept_does_not_hinder_who_publishes(readers: Readers) -> None:
    cell = cell_hash(EDITED)
    group = readers.fail("course", 1, 1, (cell,), error_message="<str>")
    readers.write(lambda connection: delete_errors(connection, Filters(session="s")))
    for source in (LOAD, EDITED):
        publish(readers.database, "course", MONTHS, source)
    assert readers.groups() == {group: ("course", 1, 1)}
