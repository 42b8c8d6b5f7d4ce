from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection

from jupyter_errreport.event import EventMessageType, group_id
from jupyter_errreport.store import Database
from jupyter_errreport.store.errors import search
from jupyter_errreport.store.errors.errors import list_errors
from jupyter_errreport.store.errors.insert import insert_errors
from jupyter_errreport.store.events.filters import Filters
from jupyter_errreport.store.groups import groups
from jupyter_errreport.store.groups.groups import GroupChange, GroupFilters, change_group, list_groups

Make = Callable[..., EventMessageType]
SEARCHES: tuple[dict[str, Any], ...] = (
    {"q": "common"},
    {"q": "RARE"},
    {"q": "nowhere"},
    {"q": "common", "notebook": "b"},
    {"q": "rare", "error_name": "KeyError"},
    {"q": "common", "scope": "a*"},
)


def store(database: Database, events: list[EventMessageType]) -> None:
    database.write(lambda connection: insert_errors(connection, events, None, 90)).result(30)


@pytest.mark.parametrize("at_once", [1, 2, 20])
def test_a_search_gives_what_the_whole_list_has_of_it(
    database: Database, event: Make, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(search, "LOOKED_AT", at_once)
    for number in range(60):  # each with a moment of its own
        message = "rare" if number % 13 == 0 else "common" if number % 3 else "neither"
        store(
            database,
            [event(error_message=message, notebook="ab"[number % 2], error_name=("KeyError", "OSError")[number // 30])],
        )
    for wanted in SEARCHES:
        without = {name: value for name, value in wanted.items() if name != "q"}
        whole = database.read(partial(list_errors, filters=Filters(**without), limit=1000)).result(5).items
        expected = [item["event_id"] for item in whole if wanted["q"].lower() in item["error_message"]]
        for limit in (1, 7, 1000):
            assert walked(database, Filters(**wanted), limit) == expected, (wanted, limit)


def walked(database: Database, filters: Filters, limit: int) -> list[str]:
    found, cursor = [], None
    while True:
        page = database.read(partial(list_errors, filters=filters, limit=limit, cursor=cursor)).result(5)
        found += [item["event_id"] for item in page.items]
        cursor = page.next
        if cursor is None:
            return found


def test_a_search_for_a_common_word_costs_the_same_among_ten_times_as_many_texts(
    sqlite_database: Database, event: Make
) -> None:
    few, many = 500, 5_000
    cost = {}
    for size in range(few, many + few, few):
        events = [event(error_message=f"{'common' if place % 2 else 'rare'} {size} {place}") for place in range(few)]
        store(sqlite_database, events)
        cost[size] = sqlite_database.read(steps_of_a_search).result(30)
    assert cost[many] < 1.2 * cost[few]


def steps_of_a_search(connection: Connection) -> int:
    """How many hundred steps SQLite's machine takes for it."""
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(step, 100)
    try:
        assert len(list_errors(connection, Filters(q="common"), 20).items) == 20
    finally:
        driver.set_progress_handler(None, 0)
    return steps


@pytest.mark.parametrize(("limit", "at_once"), [(1, 1), (1, 10), (1000, 1)])
def test_a_search_of_groups_gives_what_the_whole_list_has_of_it(
    database: Database, event: Make, monkeypatch: pytest.MonkeyPatch, limit: int, at_once: int
) -> None:
    monkeypatch.setattr(groups, "LOOKED_AT", at_once)
    for number in range(24):
        words = {
            "error_name": "SearchedError" if number % 5 == 0 else "OSError",
            "error_message": "a Searched_for word" if number % 3 == 0 else "another",
            "first_line": "dock(searched)" if number % 4 == 0 else "dock()",
            "notebook": "ab"[number % 2],
        }
        store(database, [event(fingerprint=f"{number:032x}", **words)])
    noted = group_id("a", f"{22:032x}")
    change = GroupChange(note="Seen and SEARCHED")
    database.write(lambda connection: change_group(connection, noted, change, None)).result(5)
    searches: tuple[dict[str, Any], ...] = (
        {},
        {"notebook": "a"},
        {"scope": "b*"},
        {"status": "open"},
        {"error_name": "OSError"},
    )
    for wanted in searches:
        whole = groups_of(database, GroupFilters(**wanted), 1000)
        for text in ("searched", "Searched_", "nowhere"):
            fields = ("error_name", "error_message", "first_line", "note")
            expected = [one for one in whole if any(text.lower() in one[field].lower() for field in fields)]
            assert groups_of(database, GroupFilters(q=text, **wanted), limit) == expected, (wanted, text)


def groups_of(database: Database, filters: GroupFilters, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        work = partial(list_groups, filters=filters, order="last_seen", limit=limit, cursor=cursor)
        page = database.read(work).result(5)
        found += page.items
        cursor = page.next
        if cursor is None:
            return found
