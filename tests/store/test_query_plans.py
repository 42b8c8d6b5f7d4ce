"""No query reads a whole table that grows with the errors: each is asked of the database's planner."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from jupyter_errreport.event import EventMessageType, group_id, new_event_id
from jupyter_errreport.store import Database
from jupyter_errreport.store.errors.errors import count_everything, delete_errors, find_error, list_errors
from jupyter_errreport.store.errors.insert import insert_errors
from jupyter_errreport.store.events.filters import Filters
from jupyter_errreport.store.group_schema import thinned
from jupyter_errreport.store.groups.groups import (
    GroupChange,
    GroupFilters,
    Order,
    change_group,
    days_of_groups,
    find_group,
    list_groups,
)
from jupyter_errreport.store.names.listing import list_names, similar_notebooks
from jupyter_errreport.store.names.said import join_name, part_name
from jupyter_errreport.store.notebooks import days_of_all, find_notebook, list_notebooks
from jupyter_errreport.store.outbox.alerts import list_alerts
from jupyter_errreport.store.outbox.outbox import next_events, next_message, next_message_at, register
from jupyter_errreport.store.outbox.session_outbox import names_elsewhere, next_session, next_session_at
from jupyter_errreport.store.paging import Cursor
from jupyter_errreport.store.published.author_cells import author_cell_of_error, author_cell_of_group
from jupyter_errreport.store.published.sources import PublishedCell, cells_in_order, find_source, publish_source
from jupyter_errreport.store.schema import recognised_copies
from jupyter_errreport.store.sessions import erase_session, find_session, list_sessions, open_session

from .plans import plan_of, pretend_to_be_large, recording, scans

Make = Callable[..., EventMessageType]
Work = Callable[[Connection], Any]

ID, OTHER = new_event_id(), new_event_id()
GROUP, OTHER_GROUP = group_id("dock", "f" * 32), group_id("dock", "g" * 32)
MOMENT, DAY = "2026-11-24T08:00:00.000000Z", "2026-11-24"
FEW = {
    "notebooks",
    "notebook_names",
    "destinations",
    "told_groups",
    "tokens",
    "settings",
    "regroupings",
    "alert_channels",
    "json_each",
}
"""Tables with a row for a notebook, a destination and so on: far fewer than errors; and the lists that we ask for."""
SEARCHED = {"texts", "groups"}
"""What a search for any text has to read, in place of the errors."""

ORDERS: tuple[Order, ...] = ("last_seen", "first_seen", "count", "sessions")
READS: dict[str, Work] = {
    "errors": lambda connection: list_errors(connection, Filters(), 100),
    "errors behind": lambda connection: list_errors(connection, Filters(), 100, Cursor(MOMENT, "x")),
    "errors of a notebook": lambda connection: list_errors(connection, Filters(notebook="dock"), 100),
    "errors of a name": lambda connection: list_errors(connection, Filters(error_name="KeyError"), 100),
    "errors of a group": lambda connection: list_errors(connection, Filters(group="f"), 100, Cursor(MOMENT, "x")),
    "errors of a session": lambda connection: list_errors(connection, Filters(session="s"), 100),
    "errors between": lambda connection: list_errors(connection, Filters(since=MOMENT, until=MOMENT), 100),
    "errors in scope": lambda connection: list_errors(connection, Filters(scope="do*"), 100),
    "errors found": lambda connection: list_errors(connection, Filters(q="residue"), 100),
    "errors found in a notebook": lambda connection: list_errors(connection, Filters(q="x", notebook="dock"), 100),
    "error": lambda connection: find_error(connection, "x", "do*"),
    "totals": count_everything,
    **{f"groups by {order}": partial(list_groups, filters=GroupFilters(), order=order, limit=100) for order in ORDERS},
    **{
        f"{status} groups by {order}": partial(
            list_groups,
            filters=GroupFilters(status=status),
            order=order,
            limit=100,
            cursor=Cursor(MOMENT if "seen" in order else 3, "x"),
        )
        for order in ORDERS
        for status in ("open", "resolved")
    },
    "groups of a notebook": lambda connection: list_groups(connection, GroupFilters(notebook="dock"), "count", 100),
    "groups in scope": lambda connection: list_groups(connection, GroupFilters(scope="do*"), "last_seen", 100),
    "groups found": lambda connection: list_groups(connection, GroupFilters(q="residue"), "last_seen", 100),
    "group": lambda connection: find_group(connection, "f", "do*"),
    "days of groups": lambda connection: days_of_groups(connection, ["f", "g"], DAY),
    "notebooks": lambda connection: list_notebooks(connection, "do", 100, Cursor(MOMENT, "x"), "do*"),
    "notebook": lambda connection: find_notebook(connection, "dock", "do*"),
    "names": lambda connection: list_names(connection, "dock"),
    "similar names": lambda connection: similar_notebooks(connection, "dck", "do*"),
    "source": lambda connection: find_source(connection, "dock"),
    "cells of the source": lambda connection: cells_in_order(connection, "dock"),
    "author's cell": lambda connection: author_cell_of_error(connection, find_error(connection, ID) or {}),
    "author's changed cell": lambda connection: author_cell_of_error(connection, find_error(connection, OTHER) or {}),
    "author's cell of a group": lambda connection: author_cell_of_group(
        connection, find_group(connection, GROUP, None) or {}
    ),
    "days": lambda connection: days_of_all(connection, MOMENT),
    "sessions": lambda connection: list_sessions(connection, Filters(), 100, Cursor(MOMENT, "x")),
    "sessions of a notebook": lambda connection: list_sessions(connection, Filters(notebook="dock"), 100),
    "session": lambda connection: find_session(connection, "s"),
    "alerts": lambda connection: list_alerts(connection, 20),
    "events to send": lambda connection: next_events(connection, "d", 100),
    "message to send": lambda connection: next_message(connection, "d", 0),
    "when to send": lambda connection: next_message_at(connection, "d"),
    "session to tell of": lambda connection: next_session(connection, "d", MOMENT, str),
    "when to tell of a session": lambda connection: next_session_at(connection, "d"),
    "sessions under their names there": lambda connection: names_elsewhere(connection, "d", ["s", "t"]),
}


@pytest.mark.parametrize("name", READS)
def test_a_read_uses_an_index(filled: Database, name: str) -> None:
    statements = filled.read(partial(_recorded, READS[name])).result(5)
    assert statements
    found = _scans(filled, statements)
    assert not found, "\n".join(found)


def test_writes_use_indexes(filled: Database, event: Make) -> None:
    def work(connection: Connection) -> None:
        insert_errors(connection, [event(session="s"), event(session="t", fingerprint="g" * 32)], None, 90, ["d"])
        open_session(connection, "s", "dock", "::1", None, 3, 1, "1.0", ["d"])
        change_group(connection, GROUP, GroupChange(status="resolved"), None)
        join_name(connection, "dock", "fold")
        part_name(connection, "dock", "fold")
        delete_errors(connection, Filters(group=OTHER_GROUP))
        erase_session(connection, "s")

    statements = filled.write(partial(_recorded, work)).result(60)
    assert len(statements) > 40
    found = _scans(filled, statements)
    assert not found, "\n".join(found)


def test_the_planner_would_tell(filled: Database) -> None:
    assert _scans(filled, ["SELECT * FROM errors WHERE error_message = 'x'"])
    assert _scans(filled, ["SELECT count(*) FROM errors"])


@pytest.mark.parametrize("order", ORDERS)
def test_groups_that_somebody_decided_about_are_read_alone_and_in_order(filled: Database, order: Order) -> None:
    filters = GroupFilters(status="resolved")
    work = partial(list_groups, filters=filters, order=order, limit=100)
    statements = filled.read(partial(_recorded, work)).result(60)
    plans = [plan for statement in statements for plan in filled.read(partial(plan_of, statement=statement)).result(60)]
    assert any(f"groups_by_status_and_{order}" in plan for plan in plans), plans


@pytest.fixture
def filled(database: Database, event: Make) -> Database:
    def work(connection: Connection) -> None:
        register(connection, "d", "collector", "there")
        insert_errors(connection, [event(session="s", fingerprint="f" * 32)], None, 90, ["d"])
        known, unknown = {"event_id": ID, "cell_hash": "c1"}, {"event_id": OTHER, "cell_hash": "c2"}
        insert_errors(connection, [event(**known), event(**unknown)], None, 90)
        publish_source(connection, "dock", [PublishedCell("dock('x')", "c1", "dock(<str>)")], "python")
        row = {"name": "my dock", "notebook": "dock", "recognised_at": MOMENT}
        connection.execute(insert(recognised_copies).values(row))
        texts = dict.fromkeys(("fingerprint", "group_id", "text_id", "error_name", "first_line"), "gone")
        numbers = dict.fromkeys(("execution_count", "execution_sum", "count", "events"), 1)
        times = dict.fromkeys(("received_at", "last_received_at"), MOMENT)
        gone = {"event_id": f"{ID}t", "notebook": "gone", "identity": "gone", **texts, **numbers, **times}
        connection.execute(insert(thinned).values(gone))

    database.write(work).result(60)
    database.write(pretend_to_be_large).result(5)
    return database


def _recorded(work: Work, connection: Connection) -> list[str]:
    """The statements that `work` sends, each once, with its parameters written into it."""
    statements: dict[str, str] = {}

    def record(statement: str) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE", "INSERT")):
            statements.setdefault(re.sub(r"'(?:[^']|'')*'", "?", statement), statement)

    with recording(connection, record):
        work(connection)
    return list(statements.values())


def _scans(database: Database, statements: list[str]) -> list[str]:
    """The steps of the plans that read a whole table, or a whole index without a limit."""

    def work(connection: Connection) -> list[str]:
        return [
            f"{table}: {statement}"
            for statement in statements
            for table, in_order in scans(connection, statement)
            if not (in_order and "LIMIT" in statement) and table not in FEW | SEARCHED
        ]

    return database.read(work).result(60)
