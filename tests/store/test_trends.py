from collections.abc import Callable
from typing import Any

import pytest

from jupyter_errreport.event import EventMessageType, group_id, new_event_id
from jupyter_errreport.store import Database
from jupyter_errreport.store.database.clock import clock
from jupyter_errreport.store.errors.insert import insert_errors
from jupyter_errreport.store.figures.trends import add_share_alerts, add_spike_alerts
from jupyter_errreport.store.groups.groups import GroupChange, change_group
from jupyter_errreport.store.outbox.alerts import list_alerts
from jupyter_errreport.store.sessions import open_session

Make = Callable[..., EventMessageType]
DAY = 86_400.0
NOW = 1_795_521_600.0  # 2026-11-24 12:00 UTC
GROUP = group_id("dock", "f" * 32)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the writer's clock."""

    def setting(moment: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    return setting


def store(database: Database, event: Make, moment: float, count: int) -> None:
    made = event(event_id=new_event_id(moment), count=count)
    database.write(lambda connection: insert_errors(connection, [made], None, 10_000)).result(5)


def alerts(database: Database, kind: str) -> list[dict[str, Any]]:
    return [
        alert
        for alert in database.read(lambda connection: list_alerts(connection, 100)).result(5)
        if alert["kind"] == kind
    ]


def look(database: Database, moment: float = NOW) -> int:
    return database.write(lambda connection: add_spike_alerts(connection, moment)).result(5)


def test_a_spike_is_told_once_a_day(database: Database, event: Make, at: Callable[[float], None]) -> None:
    for days in range(7, 0, -1):
        at(NOW - days * DAY)
        store(database, event, NOW - days * DAY, 24)
    at(NOW - 60)
    store(database, event, NOW - 60, 9)
    assert look(database) == 0, "9 in an hour are too few, whatever is usual"
    store(database, event, NOW - 60, 20)
    assert (look(database), look(database)) == (1, 0)
    (spike,) = alerts(database, "spike")
    assert spike["details"] == {"count": 29, "usual": 1.0}
    assert look(database, NOW + 1.5 * DAY) == 0, "it is over"


def test_what_is_usual_new_or_ignored_is_no_spike(database: Database, event: Make, at: Callable[[float], None]) -> None:
    at(NOW - 60)
    store(database, event, NOW - 60, 500)
    assert look(database) == 0, "new: told as such"
    at(NOW - 2 * DAY)
    made = event(event_id=new_event_id(NOW - 2 * DAY), fingerprint="g" * 32, count=10_000)
    database.write(lambda connection: insert_errors(connection, [made], None, 10_000)).result(5)
    at(NOW - 60)
    made = event(event_id=new_event_id(NOW - 60), fingerprint="g" * 32, count=100)
    database.write(lambda connection: insert_errors(connection, [made], None, 10_000)).result(5)
    assert look(database) == 0, "100 in an hour is what it usually has"
    change = GroupChange(status="ignored")
    database.write(lambda connection: change_group(connection, GROUP, change, None)).result(5)
    assert look(database, NOW + DAY - 3000) == 0


def sessions(database: Database, event: Make, moment: float, number: int, failed: int) -> None:
    for index in range(number):
        key = f"{moment:.0f}-{index}"
        database.write(lambda connection, key=key: open_session(connection, key, "dock", "", None)).result(5)
        if index < failed:
            made = event(event_id=new_event_id(moment), session=key)
            database.write(lambda connection, made=made: insert_errors(connection, [made], None, 10_000)).result(5)


def test_a_fall_of_the_error_free_share_is_told_once(
    database: Database, event: Make, at: Callable[[float], None]
) -> None:
    at(NOW - 5 * DAY)
    sessions(database, event, NOW - 5 * DAY, 40, 4)
    at(NOW)
    sessions(database, event, NOW, 19, 19)
    assert database.write(lambda connection: add_share_alerts(connection, NOW)).result(5) == 0, "19 are too few"
    sessions(database, event, NOW + 1, 11, 6)
    assert database.write(lambda connection: add_share_alerts(connection, NOW)).result(5) == 1
    assert database.write(lambda connection: add_share_alerts(connection, NOW + 3600)).result(5) == 0
    (fall,) = alerts(database, "share")
    assert fall["notebook"] == "dock"
    assert fall["details"] == {"share": pytest.approx(5 / 30), "usual": 0.9, "sessions": 30}


def test_chance_is_no_fall(database: Database, event: Make, at: Callable[[float], None]) -> None:
    at(NOW - 5 * DAY)
    sessions(database, event, NOW - 5 * DAY, 25, 5)
    at(NOW)
    sessions(database, event, NOW, 25, 9)
    assert database.write(lambda connection: add_share_alerts(connection, NOW)).result(5) == 0
