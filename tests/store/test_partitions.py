"""Errors in months, on PostgreSQL: made ahead, dropped whole, nothing refused, figures exact."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, inspect, select

from jupyter_errreport.event import EventMessageType, event_time, new_event_id
from jupyter_errreport.store import Database
from jupyter_errreport.store.database.clock import clock
from jupyter_errreport.store.errors.errors import find_error, list_errors
from jupyter_errreport.store.errors.insert import insert_errors
from jupyter_errreport.store.errors.partitions import (
    DEFAULT,
    make_partitions,
    partitions,
)
from jupyter_errreport.store.events.comments import comments_of
from jupyter_errreport.store.events.filters import Filters
from jupyter_errreport.store.outbox.outbox import figures, register
from jupyter_errreport.store.rates import DAY
from jupyter_errreport.store.retention import purge
from jupyter_errreport.store.schema import metadata, tombstones
from jupyter_errreport.store.transfer import transfer
from tests.support.postgresql import PostgreSQLServer
from tests.support.waiting import wait_for

from .contents import everything_of
from .plans import pretend_to_be_large, recording
from .test_figures_machine import compare_figures

pytestmark = pytest.mark.needs("postgresql")
Make = Callable[..., EventMessageType]
FIXTURE = Path(__file__).parent / "fixtures" / "postgresql_0007.sql"
START = datetime(2026, 3, 10, tzinfo=timezone.utc).timestamp()


@pytest.fixture(autouse=True)
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Makes it so many days after the tenth of March."""
    moment = [START]
    monkeypatch.setattr(clock, "_last", 0.0)
    monkeypatch.setattr(clock, "source", lambda: moment[0])

    def go(days: float) -> None:
        moment[0] = START + days * DAY

    return go


@pytest.fixture
def url(postgresql: PostgreSQLServer, at: Callable[[float], None]) -> Iterator[str]:
    """An empty database, made on that day."""
    made = postgresql.fresh("template1")
    yield made
    postgresql.drop(made)


@pytest.fixture
def opened() -> Iterator[Callable[[str | Path], Database]]:
    with ExitStack() as stack:

        def opening(place: str | Path) -> Database:
            database = Database(place)
            database.start()
            stack.callback(database.close)
            return database

        yield opening


@pytest.fixture
def database(url: str, opened: Callable[[str], Database]) -> Database:
    return opened(url)


def names(database: Database) -> list[str]:
    return [partition.name for partition in database.read(partitions).result(5)]


def put(database: Database, *made: EventMessageType) -> list[str]:
    outcomes = database.write(lambda connection: insert_errors(connection, made, None, 90)).result(20)
    return [outcome.status for outcome in outcomes]


def places(database: Database) -> dict[str, str]:
    """In which table each error is."""
    query = "SELECT event_id, CAST(tableoid AS regclass)::text FROM errors"
    return {row[0]: row[1] for row in database.read(lambda c: c.exec_driver_sql(query).all()).result(5)}


def run(database: Database, work: Callable[[Connection], Any]) -> Any:
    return database.write(work).result(20)


def id_of(days: float) -> str:
    return new_event_id(START + days * DAY)


def test_a_new_database_has_this_month_and_the_next_two_and_none_twice(
    database: Database, at: Callable[[float], None]
) -> None:
    assert names(database) == ["errors_2026_03", "errors_2026_04", "errors_2026_05"]
    assert run(database, make_partitions) == []
    at(300)
    assert run(database, make_partitions) == ["errors_2027_01", "errors_2027_02", "errors_2027_03"]


def test_no_event_is_refused_and_each_goes_to_its_month_once_there_is_one(
    database: Database, at: Callable[[float], None], event: Make
) -> None:
    at(120)
    ids = {name: id_of(days) for name, days in {"before": 31, "now": 120, "ahead": 120.5}.items()}
    assert put(database, *(event(event_id=event_id) for event_id in ids.values())) == ["stored"] * 3
    assert set(places(database).values()) == {"errors_2026_04", DEFAULT}
    old = id_of(119)
    assert put(database, event(event_id=old)) == ["stored"]
    before = everything_of(database)
    assert run(database, make_partitions) == ["errors_2026_07", "errors_2026_08", "errors_2026_09"]
    assert everything_of(database) == before
    month = "errors_2026_07"
    assert places(database) == {ids["before"]: "errors_2026_04", ids["now"]: month, ids["ahead"]: month, old: month}
    assert put(database, event(event_id=old)) == ["duplicate"]


def test_what_is_older_than_the_first_month_gets_a_month_too(database: Database, event: Make) -> None:
    late = id_of(-60)
    assert put(database, event(event_id=late)) == ["stored"]
    assert run(database, make_partitions) == ["errors_2026_01"]
    assert places(database) == {late: "errors_2026_01"}


def test_a_month_in_which_all_is_too_old_is_dropped_and_nobody_counts_it_any_more(
    database: Database, at: Callable[[float], None], event: Make
) -> None:
    run(database, lambda connection: register(connection, "d", "collector", "there"))
    gone = event(event_id=id_of(0), session="s", release="1.0", comments=["why?"])
    late = event(event_id=id_of(5))
    run(database, lambda connection: insert_errors(connection, [gone], None, 90, ["d"]))
    at(40)
    kept = event(event_id=id_of(40))
    put(database, kept, late)
    at(75)
    assert run(database, lambda connection: purge(connection, 40, 90)) == 1
    assert set(places(database)) == {late["event_id"], kept["event_id"]}
    assert "errors_2026_03" in names(database)  # what came late is kept as long as all else
    at(85)
    assert run(database, lambda connection: purge(connection, 40, 90)) == 2
    assert "errors_2026_03" not in names(database)
    database.read(compare_figures).result(5)
    ids = [gone["event_id"], late["event_id"], kept["event_id"]]
    assert put(database, *(event(event_id=event_id) for event_id in ids)) == ["duplicate"] * 3
    assert run(database, lambda connection: comments_of(connection, ids)) == {event_id: [] for event_id in ids}
    (to,) = run(database, figures)
    assert (to["queued"], to["dropped"], to["waiting"]) == (1, 1, 0)


def test_ids_that_nobody_would_take_leave_nothing_behind(
    database: Database, at: Callable[[float], None], event: Make
) -> None:
    put(database, event(event_id=id_of(0)))
    at(150)
    assert run(database, lambda connection: purge(connection, 120, 90)) == 1
    assert run(database, lambda connection: connection.execute(select(tombstones)).all()) == []
    (outcome,) = run(database, lambda connection: insert_errors(connection, [event(event_id=id_of(0))], None, 90))
    assert (outcome.status, outcome.reason) == ("rejected", "expired")


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(
    sent=st.lists(
        st.tuples(st.integers(0, 25), st.integers(-1, 89), st.integers(0, 2), st.integers(0, 3)),
        min_size=1,
        max_size=12,
    ),
    wait=st.integers(0, 90),
    retention=st.integers(1, 120),
)
def test_months_keep_what_one_table_keeps(
    sent: list[tuple[int, int, int, int]],
    wait: int,
    retention: int,
    postgresql: PostgreSQLServer,
    tmp_path_factory: pytest.TempPathFactory,
    at: Callable[[float], None],
    event: Make,
) -> None:
    """The same life in both databases: days pass, events come that are new or old, and a purge now and then."""
    # Half a day more: what came in the very moment of the limit hangs on how often the clock was read.
    day, life = 0, []
    for passed, age, session, message in sent:
        day += passed
        made = event(event_id=id_of(day - age), session=f"s{session}", error_message=f"m{message}")
        life.append((day, made))
    url = postgresql.fresh("template1")
    left = []
    for place in (tmp_path_factory.mktemp("x") / "errors.sqlite", url):
        clock._last = 0.0
        at(0)
        database = Database(place)
        database.start()
        for number, (today, made) in enumerate(life):
            at(today)
            put(database, made)
            if number % 4 == 3:
                run(database, make_partitions)
                run(database, lambda connection: purge(connection, retention + 0.5, 90))
        at(day + wait)
        run(database, make_partitions)
        run(database, lambda connection: purge(connection, retention + 0.5, 90))
        database.read(compare_figures).result(5)
        tables = everything_of(database)
        del tables["alerts"]  # their ids are random
        # To the second: how often the clock was read is another matter.
        left.append({name: re.sub(r"\.\d{6}Z", "Z", repr(rows)) for name, rows in tables.items()})
        database.close()
    postgresql.drop(url)
    assert left[0] == left[1]


def test_purging_again_and_again_leaves_no_month_of_the_past(
    database: Database, at: Callable[[float], None], event: Make
) -> None:
    for days in range(0, 400, 20):
        at(days)
        run(database, make_partitions)
        put(database, event(event_id=id_of(days)))
        run(database, lambda connection: purge(connection, 30, 90))
    assert names(database) == ["errors_2027_02", "errors_2027_03", "errors_2027_04", "errors_2027_05"][-5:]


# -- while others read and write --------------------------------------------------------------------------------------


def test_writers_and_readers_go_on_while_months_are_made_and_dropped(
    url: str, opened: Callable[[str], Database], at: Callable[[float], None], event: Make
) -> None:
    keeper, *others = (opened(url) for _ in range(4))
    answered: set[str] = set()
    stopping = threading.Event()
    failures: list[BaseException] = []

    def write(database: Database, number: int) -> None:
        try:
            while not stopping.is_set():
                made = [event(event_id=new_event_id(clock.last - i), session=f"s{number}") for i in range(3)]
                outcomes = database.write(lambda connection: insert_errors(connection, made, None, 90)).result(60)  # noqa: B023
                answered.update(outcome.event_id for outcome in outcomes if outcome.status == "stored")
                database.read(lambda connection: list_errors(connection, Filters(), 20)).result(60)
                database.read(lambda connection: find_error(connection, made[0]["event_id"])).result(60)  # noqa: B023
        except BaseException as error:
            failures.append(error)

    writers = [threading.Thread(target=write, args=(database, number)) for number, database in enumerate(others)]
    for writer in writers:
        writer.start()
    try:
        for turn in range(12):
            before = len(answered)
            at(turn * 31)
            run(keeper, make_partitions)
            run(keeper, lambda connection: purge(connection, 60, 90))
            wait_for(lambda before=before: len(answered) > before + 20 or failures)
    finally:
        stopping.set()
        for writer in writers:
            writer.join(60)
    assert not failures
    assert len(names(keeper)) < 8
    kept = set(places(keeper))
    assert kept <= answered
    oldest = clock.last - 60 * DAY
    assert {event_id for event_id in answered if (event_time(event_id) or 0) > oldest + 1} <= kept
    keeper.read(compare_figures).result(10)


@pytest.mark.parametrize("holds", ["errors", DEFAULT])
def test_who_reads_for_long_is_not_waited_for(
    database: Database, url: str, at: Callable[[float], None], event: Make, holds: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    monkeypatch.setattr("jupyter_errreport.store.errors.partitions.PATIENCE", "50ms")
    put(database, event(event_id=id_of(0)))
    at(90)
    stray = id_of(89)
    put(database, event(event_id=stray))
    with psycopg.connect(url) as reader:
        reader.execute(f"SELECT count(*) FROM {holds}")
        if holds == DEFAULT:
            assert run(database, make_partitions) == []
            assert places(database)[stray] == DEFAULT
        assert run(database, lambda connection: purge(connection, 60, 90)) == 1
        assert "errors_2026_03" in names(database)
    database.read(compare_figures).result(5)
    assert set(places(database)) == {stray}
    assert run(database, make_partitions) == ["errors_2026_06", "errors_2026_07", "errors_2026_08"]
    run(database, lambda connection: purge(connection, 60, 90))
    assert "errors_2026_03" not in names(database)
    assert run(database, lambda connection: connection.exec_driver_sql("SHOW lock_timeout").scalar()) == "10s"


# -- plans ------------------------------------------------------------------------------------------------------------


def tables_read(connection: Connection, statement: str, *parameters: Any) -> set[str]:
    """The tables of months that its plan reads."""
    (whole,) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    found: set[str] = set()
    waiting = [whole["Plan"]]
    while waiting:
        node = waiting.pop()
        found |= {node["Relation Name"]} if "Relation Name" in node else set()
        waiting += node.get("Plans", [])
    return {name for name in found if name.startswith("errors_")}


def test_what_asks_for_ids_reads_their_months_alone(database: Database, event: Make) -> None:
    run(database, pretend_to_be_large)
    ids = [id_of(1), id_of(2)]
    sent: list[str] = []

    def work(connection: Connection) -> None:
        with recording(connection, sent.append):
            find_error(connection, ids[0])
            insert_errors(connection, [event(event_id=event_id) for event_id in ids], None, 90)
        asked = [statement for statement in sent if statement.startswith("SELECT") and "FROM errors" in statement]
        assert len(asked) == 2
        for statement in asked:
            assert tables_read(connection, statement.replace("%", "%%")) == {"errors_2026_03"}

    run(database, work)


# -- from elsewhere ---------------------------------------------------------------------------------------------------


@pytest.fixture
def old_url(postgresql: PostgreSQLServer) -> Iterator[str]:
    """A database of the time before months, with errors of September to November 2026."""
    made = postgresql.fresh("template1")
    postgresql.execute(FIXTURE.read_text(), made.rpartition("/")[2])
    yield made
    postgresql.drop(made)


def columns_of(server: PostgreSQLServer, url: str) -> dict[str, list[str]]:
    """The columns of all tables that a database has."""
    found: dict[str, list[str]] = {}
    query = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
    for table, column in server.execute(query, url.rpartition("/")[2]):
        if table in metadata.tables:
            found.setdefault(table, []).append(f'"{column}"')
    return found


def rows_of(server: PostgreSQLServer, url: str, columns: dict[str, list[str]]) -> dict[str, list[Any]]:
    name = url.rpartition("/")[2]
    return {
        table: sorted(server.execute(f"SELECT {', '.join(of_table)} FROM {table}", name), key=repr)
        for table, of_table in columns.items()
    }


def test_an_existing_database_is_divided_and_holds_the_same(
    postgresql: PostgreSQLServer,
    old_url: str,
    opened: Callable[[str], Database],
    at: Callable[[float], None],
    event: Make,
) -> None:
    ahead = new_event_id(4_000_000_000)  # nobody takes such an id, but what is there stays
    name = old_url.rpartition("/")[2]
    columns = columns_of(postgresql, old_url)
    listed = ", ".join(column for column in columns["errors"] if column != '"event_id"')
    postgresql.execute(
        f"INSERT INTO errors (event_id, {listed}) SELECT '{ahead}', {listed} FROM errors ORDER BY event_id LIMIT 1",
        name,
    )
    postgresql.execute("DELETE FROM errors WHERE event_id = (SELECT min(event_id) FROM errors)", name)
    before = rows_of(postgresql, old_url, columns)
    files = "SELECT pg_relation_filenode('{0}'), pg_relation_filenode('{0}_pkey'), pg_relation_filenode('{0}_by_time')"
    files_before = postgresql.execute(files.format("errors"), name)
    database = opened(old_url)
    assert rows_of(postgresql, old_url, columns) == before
    assert postgresql.execute(files.format(names(database)[0]), name) == files_before  # nothing was copied
    assert {DEFAULT, names(database)[0]} == set(places(database).values())
    assert places(database)[ahead] == DEFAULT
    at(270)
    assert put(database, event(event_id=id_of(270)), event(event_id=ahead)) == ["stored", "duplicate"]


def test_a_divided_database_is_like_a_new_one(
    postgresql: PostgreSQLServer, old_url: str, opened: Callable[[str], Database]
) -> None:
    def shape(connection: Connection) -> dict[str, Any]:
        found = inspect(connection)
        return {
            name: (
                [(c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(name)],
                sorted((i["name"] or "", tuple(i["column_names"])) for i in found.get_indexes(name)),
                found.get_pk_constraint(name)["constrained_columns"],
            )
            for name in metadata.tables
        }

    new = postgresql.fresh("template1")
    assert opened(old_url).read(shape).result(5) == opened(new).read(shape).result(5)
    unfit = (
        "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t"
        " ON t.oid = a.atttypid JOIN pg_collation l ON l.oid = a.attcollation WHERE c.relnamespace ="
        " current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped"
        " AND c.relname <> 'alembic_version' AND (t.typname <> 'text' OR l.collname <> 'C')"
    )
    for place in (old_url, new):
        assert postgresql.execute(unfit, place.rpartition("/")[2]) == []


def test_the_first_part_of_a_divided_database_goes_like_a_month(
    postgresql: PostgreSQLServer,
    old_url: str,
    opened: Callable[[str], Database],
    at: Callable[[float], None],
    event: Make,
) -> None:
    database = opened(old_url)
    old = names(database)[0]
    assert old.startswith("errors_until_")
    count = len(places(database))
    at(20 * 365)  # whenever it was divided
    put(database, event(event_id=id_of(20 * 365)))
    assert run(database, lambda connection: purge(connection, 90, 90)) == count
    assert old not in names(database)
    database.read(compare_figures).result(5)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_is_moved_from_elsewhere_is_in_months(
    tmp_path: Path,
    postgresql: PostgreSQLServer,
    at: Callable[[float], None],
    opened: Callable[[str | Path], Database],
    event: Make,
    kind: str,
) -> None:
    source = opened(tmp_path / "old.sqlite" if kind == "sqlite" else postgresql.fresh("template1"))
    for days in range(0, 200, 25):
        at(days)
        put(source, event(event_id=id_of(days)))
    target = opened(postgresql.fresh("template1"))
    transfer(source, target)
    assert everything_of(target) == everything_of(source)
    assert len(set(places(target).values())) == 7
    assert DEFAULT not in places(target).values()
    at(240)
    run(target, lambda connection: purge(connection, 100, 90))
    assert "errors_2026_03" not in names(target)
    target.read(compare_figures).result(5)
