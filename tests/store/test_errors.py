import json
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from jupyter_errreport.event import EventMessageType, group_id, new_event_id
from jupyter_errreport.store import Database, Limits
from jupyter_errreport.store.errors.errors import count_everything, delete_errors, find_error, list_errors
from jupyter_errreport.store.errors.insert import Outcome, insert_errors
from jupyter_errreport.store.events.filters import Filters
from jupyter_errreport.store.paging import Cursor, decode_cursor, encode_cursor
from jupyter_errreport.store.retention import purge
from jupyter_errreport.store.schema import errors, tombstones

from .plans import pretend_to_be_large, scans_and_sorts

Make = Callable[..., EventMessageType]
DAY = 86_400


def store(
    database: Database, *events: EventMessageType, limits: Limits | None = None, dedup_days: float = 90
) -> list[Outcome]:
    return database.write(lambda connection: insert_errors(connection, events, limits, dedup_days)).result(5)


def listed(database: Database, **filters: str) -> list[str]:
    page = database.read(lambda connection: list_errors(connection, Filters(**filters), 1000)).result(5)
    return [item["event_id"] for item in page.items]


def test_an_event_comes_back_as_it_was_sent(database: Database, event: Make) -> None:
    sent = event(session="s" * 32, cell_id="abc", cell_hash="0" * 32, release="1.2", chain=[
        {"error_name": "KeyError", "error_message": "<str>", "relation": "cause"}
    ])  # fmt: skip
    store(database, sent)
    found = database.read(lambda connection: find_error(connection, sent["event_id"])).result(5)
    assert found is not None
    assert {name: found[name] for name in sent} == sent
    assert found["group"] == group_id("dock", sent["fingerprint"])


def test_an_event_counts_once_however_often_it_is_sent(database: Database, event: Make) -> None:
    sent = event()
    assert [outcome.status for outcome in store(database, sent, event(), sent)] == ["stored", "stored", "duplicate"]
    assert store(database, sent)[0].status == "duplicate"
    assert database.read(count_everything).result(5)[:2] == (2, 2)


def test_a_deleted_event_does_not_come_back(database: Database, event: Make) -> None:
    sent, other = event(), event(notebook="other")
    store(database, sent, other)
    assert database.write(lambda connection: delete_errors(connection, Filters(notebook="dock"))).result(5) == 1
    assert store(database, sent)[0].status == "duplicate"
    assert listed(database) == [other["event_id"]]


@pytest.mark.parametrize(("age", "status"), [(89, "stored"), (91, "rejected"), (-0.9, "stored"), (-1.1, "rejected")])
def test_ids_too_old_or_from_tomorrow_are_expired(database: Database, event: Make, age: float, status: str) -> None:
    (outcome,) = store(database, event(event_id=new_event_id(time.time() - age * DAY)))
    assert outcome.status == status
    assert outcome.reason == (None if status == "stored" else "expired")


def test_the_newest_come_first_also_within_a_batch(database: Database, event: Make) -> None:
    events = [event() for _ in range(5)]
    store(database, *events)
    assert listed(database) == [item["event_id"] for item in reversed(events)]


def test_a_cursor_leads_through_each_exactly_once_while_new_ones_arrive(database: Database, event: Make) -> None:
    old = [event() for _ in range(23)]
    store(database, *old)
    seen, cursor = [], None
    while True:
        page = database.read(lambda connection, at=cursor: list_errors(connection, Filters(), 5, at)).result(5)
        seen += [item["event_id"] for item in page.items]
        store(database, event(), event())
        if page.next is None:
            break
        cursor = decode_cursor(encode_cursor(page.next))
    assert seen == [item["event_id"] for item in reversed(old)]


def test_the_last_page_has_no_cursor_when_it_is_full(database: Database, event: Make) -> None:
    store(database, event(), event())
    assert database.read(lambda connection: list_errors(connection, Filters(), 2)).result(5).next is None


def test_each_filter_chooses(database: Database, event: Make) -> None:
    one = event(notebook="a", error_name="KeyError", fingerprint="1", session="x", error_message="100%_sure")
    two = event(notebook="b", error_name="IndexError", fingerprint="2", session="y", first_line="Load THE data")
    store(database, one)
    store(database, two)
    row = database.read(lambda connection: find_error(connection, two["event_id"])).result(5)
    assert row is not None
    moment = row["received_at"]
    for filters, expected in (
        ({"notebook": "a"}, one),
        ({"error_name": "IndexError"}, two),
        ({"group": group_id("a", "1")}, one),
        ({"session": "y"}, two),
        ({"since": moment}, two),
        ({"until": moment}, one),
        ({"q": "keyerr"}, one),
        ({"q": "the DATA"}, two),
        ({"q": "%_"}, one),
        ({"scope": "[ab]*"}, None),
        ({"scope": "a"}, one),
        ({"scope": "?", "notebook": "b"}, two),
        ({"scope": "B"}, None),
        ({"q": "0\\%"}, None),
    ):
        assert listed(database, **filters) == ([expected["event_id"]] if expected else []), filters


@pytest.mark.parametrize("column", ["received_at", "identity", "error_name", "group_id", "session"])
def test_a_list_reads_from_an_index_and_sorts_nothing(database: Database, column: str) -> None:
    where = f"{column} > ''" if column == "received_at" else f"{column} = 'x'"
    query = f"SELECT * FROM errors WHERE {where} ORDER BY received_at DESC, event_id DESC LIMIT 101"
    database.write(pretend_to_be_large).result(5)
    assert scans_and_sorts(database, query) == []


def test_a_session_over_its_limit_is_told_so_and_others_are_not(database: Database, event: Make) -> None:
    limits = Limits(max_errors_per_session=2)
    outcomes = store(database, *[event(session="x") for _ in range(3)], event(session="y"), event(), limits=limits)
    assert [outcome.reason for outcome in outcomes] == [None, None, "limit_errors_per_session", None, None]
    assert store(database, event(session="x"), limits=limits)[0].status == "rejected"


def test_a_duplicate_is_no_error_over_the_limit(database: Database, event: Make) -> None:
    sent = event(session="x")
    limits = Limits(max_errors_per_session=1)
    store(database, sent, limits=limits)
    assert store(database, sent, limits=limits)[0].status == "duplicate"


def test_errors_that_happened_too_close_to_one_another_are_told_so(database: Database, event: Make) -> None:
    limits, now = Limits(min_seconds_between_errors=60), time.time()

    def at(seconds: float, session: str = "x") -> EventMessageType:
        return event(session=session, event_id=new_event_id(now + seconds))

    outcomes = store(database, at(0), at(0, "y"), at(59), at(61), limits=limits)
    assert [o.reason for o in outcomes] == [None, None, "limit_seconds_between_errors", None]
    # Also when what happened earlier arrives later.
    assert store(database, at(-30), limits=limits)[0].reason == "limit_seconds_between_errors"
    assert store(database, at(-61), limits=limits)[0].reason is None


def test_errors_that_waited_are_not_refused_for_arriving_together(database: Database, event: Make) -> None:
    limits, now = Limits(min_seconds_between_errors=5), time.time()
    drained = [event(session="x", event_id=new_event_id(now - 6 * number)) for number in range(100)]
    assert {outcome.status for outcome in store(database, *drained, limits=limits)} == {"stored"}


def test_what_is_too_old_is_purged_and_its_id_remembered_as_long_as_it_could_return(
    database: Database, event: Make
) -> None:
    old, new = event(event_id=new_event_id(time.time() - 10 * DAY)), event()
    store(database, old, new)
    earlier = update(errors).where(errors.c.event_id == old["event_id"]).values(received_at="2020-01-01")
    database.write(lambda connection: connection.execute(earlier)).result(5)
    assert database.write(lambda connection: purge(connection, 30, 90)).result(5) == 1
    assert listed(database) == [new["event_id"]]
    assert store(database, old)[0].status == "duplicate"
    database.write(lambda connection: purge(connection, 30, 5)).result(5)
    assert database.read(lambda connection: connection.execute(select(tombstones)).all()).result(5) == []


@given(st.text(max_size=60))
def test_any_text_is_a_cursor_of_ours_or_refused(text: str) -> None:
    try:
        cursor = decode_cursor(text)
    except ValueError:
        return
    assert isinstance(cursor, Cursor)


@given(
    st.datetimes().map(lambda moment: moment.strftime("%Y").zfill(4) + moment.strftime("-%m-%dT%H:%M:%S.%fZ")),
    st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True),
)
def test_a_cursor_survives_the_way_through_a_url(moment: str, key: str) -> None:
    cursor = Cursor(moment, key)
    assert decode_cursor(encode_cursor(cursor)) == cursor
    assert json.dumps(encode_cursor(cursor)).strip('"').replace("-", "").replace("_", "").isalnum()
