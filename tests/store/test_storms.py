"""A storm of new groups is one alert, in which what others want to hear does not drown; what is deleted is not told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection

from jupyter_errreport.event import EventMessageType, new_event_id
from jupyter_errreport.store import Database
from jupyter_errreport.store.database.clock import clock
from jupyter_errreport.store.errors.errors import STEP, delete_errors, delete_some_errors
from jupyter_errreport.store.errors.insert import insert_errors
from jupyter_errreport.store.events.filters import Filters
from jupyter_errreport.store.outbox.alert_outbox import channel_figures, register_channels, waiting
from jupyter_errreport.store.outbox.alerts import list_alerts
from jupyter_errreport.store.outbox.storms import CALM, STORM_LEAST
from jupyter_errreport.store.retention import purge_some

from .test_figures_machine import compare_figures

Make = Callable[..., EventMessageType]
NOW = 1_795_521_600.0
CHANNEL = ("c" * 32, "slack", "Slack")


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the writer's clock; it goes on from there."""

    def setting(moment: float) -> None:
        monkeypatch.setattr(clock, "source", lambda: moment)
        monkeypatch.setattr(clock, "_last", 0.0)

    return setting


@pytest.fixture
def flood(database: Database, event: Make, at: Callable[[float], None]) -> Callable[..., None]:
    """Has so many new groups arrive at a moment, each of a notebook that a function names."""
    database.write(lambda connection: register_channels(connection, [CHANNEL])).result(5)
    number = 0

    def flooding(moment: float, count: int, notebook: Callable[[int], str] = lambda _: "lesson") -> None:
        nonlocal number
        made = []
        for _ in range(count):
            number += 1
            made.append(event(event_id=new_event_id(moment), fingerprint=f"2-{number:030}", notebook=notebook(number)))
        at(moment)
        database.write(lambda connection: insert_errors(connection, made, None, 10_000)).result(20)

    return flooding


def told(database: Database) -> list[dict[str, Any]]:
    return database.read(lambda connection: list_alerts(connection, 1_000)).result(5)


def queued(database: Database) -> list[dict[str, Any]]:
    return database.read(lambda connection: waiting(connection, CHANNEL[0], 1_000)).result(5)


def test_a_storm_of_new_groups_is_one_alert_whose_number_is_right(database: Database, flood: Any) -> None:
    flood(NOW, 5)
    flood(NOW + 2 * CALM, STORM_LEAST - 3)
    for minute in range(10):
        flood(NOW + 2 * CALM + 60 * (minute + 1), 30)
    kinds = Counter(alert["kind"] for alert in told(database))
    assert kinds == {"new": 5 + STORM_LEAST, "storm": 1}
    (storm,) = (alert for alert in told(database) if alert["kind"] == "storm")
    assert storm["details"]["groups"] == 300 - 3
    assert storm["notebook"] == "lesson"
    assert len(queued(database)) == 5 + STORM_LEAST + 1


def test_a_storm_is_over_after_an_hour_of_calm(database: Database, flood: Any) -> None:
    flood(NOW, 1)
    moment = NOW + 2 * CALM
    flood(moment, STORM_LEAST + 5)
    flood(moment + 0.9 * CALM, 5)
    flood(moment + 1.8 * CALM, 5)
    assert [alert["details"]["groups"] for alert in told(database) if alert["kind"] == "storm"] == [15]
    flood(moment + 3 * CALM, 2)
    assert Counter(alert["kind"] for alert in told(database)) == {"new": 1 + STORM_LEAST + 2, "storm": 1}


def test_notebooks_that_are_made_up_do_not_drown_the_alert_of_one_that_is_known(database: Database, flood: Any) -> None:
    flood(NOW, 1, lambda _: "course")
    later = NOW + 2 * CALM
    for second in range(10):
        flood(later + second, 100, lambda number: f"made up {number}")
    flood(later + 30, 1, lambda _: "course")
    assert len(queued(database)) == 1 + STORM_LEAST + 1 + 1
    assert queued(database)[-1]["notebook"] == "course"
    (storm,) = (alert for alert in told(database) if alert["kind"] == "storm")
    assert storm["notebook"] == ""
    assert storm["details"]["groups"] == 1_000 - STORM_LEAST


def test_alerts_of_what_is_deleted_are_withdrawn_and_counted(database: Database, flood: Any) -> None:
    flood(NOW, 3, lambda _: "kept")
    flood(NOW + 1, 2 * STORM_LEAST, lambda _: "gone")
    assert len(queued(database)) == STORM_LEAST + 1
    database.write(lambda connection: delete_errors(connection, Filters(notebook="gone"))).result(10)
    assert {alert["notebook"] for alert in queued(database)} == {"kept"}
    assert {alert["notebook"] for alert in told(database)} == {"kept"}
    (row,) = database.read(channel_figures).result(5)
    assert row["queued"] == row["sent"] + row["dropped"] + row["waiting"]
    assert (row["waiting"], row["dropped"]) == (3, STORM_LEAST - 3 + 1)


def test_an_alert_stays_while_its_group_has_errors(database: Database, flood: Any, event: Make) -> None:
    flood(NOW, 1)
    again = event(event_id=new_event_id(NOW), fingerprint=f"2-{1:030}", notebook="lesson")
    database.write(lambda connection: insert_errors(connection, [again], None, 10_000)).result(5)
    database.write(lambda connection: delete_errors(connection, Filters(), again["event_id"])).result(5)
    assert len(queued(database)) == 1
    database.write(lambda connection: delete_errors(connection, Filters())).result(5)
    assert queued(database) == told(database) == []


def test_errors_are_deleted_in_steps_that_leave_all_figures_right(database: Database, flood: Any) -> None:
    flood(NOW, 2 * STEP + 7, lambda number: f"notebook {number % 3}")
    steps = []
    while not steps or steps[-1] == STEP:
        steps.append(database.write(lambda connection: delete_some_errors(connection, Filters())).result(10))
        database.read(compare_figures).result(5)
    assert steps == [STEP, STEP, 7]


def test_retention_goes_in_steps(database: Database, flood: Any, at: Callable[[float], None]) -> None:
    flood(NOW, STEP + 7)
    at(NOW + 2 * 86_400)

    def step(connection: Connection) -> tuple[int, bool]:
        return purge_some(connection, 1, 10_000)

    assert [database.write(step).result(10) for _ in range(2)] == [(STEP, False), (7, True)]
