from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from jupyter_errreport.event import EventMessageType, public_session
from jupyter_errreport.store import Database, Limits
from jupyter_errreport.store.errors.insert import insert_errors
from jupyter_errreport.store.events.filters import Filters
from jupyter_errreport.store.limits import SessionLimitError
from jupyter_errreport.store.schema import sessions
from jupyter_errreport.store.sessions import erase_session, list_sessions, open_session

from .contents import everything_in

Make = Callable[..., EventMessageType]
KEY = "0123456789abcdef0123456789abcdef"


def opened(database: Database, session: str = "s", address: str = "192.0.2.1", **more: Any) -> dict[str, Any]:
    limits = more.pop("limits", None)
    return database.write(lambda connection: open_session(connection, session, "dock", address, limits, **more)).result(
        5
    )


def test_neither_a_key_nor_an_address_is_in_the_database(database: Database) -> None:
    opened(database, public_session(KEY), "192.0.2.77")
    content = everything_in(database)
    assert KEY.encode() not in content
    assert b"192.0.2.77" not in content


def test_opening_again_keeps_the_larger_counts(database: Database) -> None:
    first = opened(database, good_cells=5, failed_cells=1)
    again = opened(database, good_cells=3, failed_cells=2)
    assert (again["good_cells"], again["failed_cells"]) == (5, 2)
    assert again["opened_at"] == first["opened_at"]
    assert again["last_seen_at"] > first["last_seen_at"]


def test_errors_count_for_their_session_whichever_came_first(database: Database, event: Make) -> None:
    database.write(lambda c: insert_errors(c, [event(session="s", count=3)], None, 90)).result(5)
    assert opened(database)["errors"] == 3
    database.write(lambda c: insert_errors(c, [event(session="s", count=2)], None, 90)).result(5)
    assert opened(database)["errors"] == 5


def test_an_address_may_open_only_so_many_sessions_a_day(database: Database) -> None:
    limits = Limits(max_sessions_per_address=2)
    opened(database, "a", limits=limits)
    opened(database, "b", limits=limits)
    with pytest.raises(SessionLimitError):
        opened(database, "c", limits=limits)
    opened(database, "b", limits=limits)  # known already
    opened(database, "c", "192.0.2.2", limits=limits)
    long_ago = update(sessions).values(opened_at="2020-01-01T00:00:00.000000Z")
    database.write(lambda connection: connection.execute(long_ago)).result(5)
    opened(database, "d", limits=limits)


def test_lists_show_no_address(database: Database) -> None:
    opened(database)
    (row,) = database.read(lambda connection: list_sessions(connection, Filters(), 10)).result(5).items
    assert "address_key" not in row


def test_erasing_a_session_takes_its_errors_along_and_keeps_them_away(database: Database, event: Make) -> None:
    opened(database)
    mine, other = event(session="s"), event(session="t")
    database.write(lambda c: insert_errors(c, [mine, other], None, 90)).result(5)
    assert database.write(lambda c: erase_session(c, "s")).result(5) == 1
    assert database.write(lambda c: erase_session(c, "s")).result(5) is None
    (again,) = database.write(lambda c: insert_errors(c, [mine], None, 90)).result(5)
    assert again.status == "duplicate"
