"""What is particular about PostgreSQL: several who write, servers that go and come, locks."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, insert, select

from jupyter_errreport.event import EventMessageType, group_id, new_event_id
from jupyter_errreport.store import Database, DatabaseUnavailable, StoreError, WriteFailed
from jupyter_errreport.store.database.clock import clock, stamp
from jupyter_errreport.store.errors.errors import delete_errors
from jupyter_errreport.store.errors.insert import insert_errors
from jupyter_errreport.store.errors.partitions import make_partitions
from jupyter_errreport.store.events.filters import Filters
from jupyter_errreport.store.groups.groups import GroupChange, change_group
from jupyter_errreport.store.news import tell_others
from jupyter_errreport.store.outbox.alerts import add_alert
from jupyter_errreport.store.published.sources import PublishedCell, publish_source
from jupyter_errreport.store.retention import purge
from jupyter_errreport.store.schema import errors, settings
from jupyter_errreport.store.sessions import open_session
from jupyter_errreport.store.settings import secret
from jupyter_errreport.store.tokens import create_token
from tests.support.postgresql import PostgreSQLServer
from tests.support.waiting import wait_for

from .test_figures_machine import compare_figures

pytestmark = pytest.mark.needs("postgresql")
Make = Callable[..., EventMessageType]


@pytest.fixture
def url(postgresql: PostgreSQLServer) -> Iterator[str]:
    made = postgresql.fresh()
    yield made
    postgresql.drop(made)


@pytest.fixture
def open_databases(url: str) -> Iterator[Callable[[int], list[Database]]]:
    """As many processes as wanted, as far as the server can tell."""
    with ExitStack() as stack:

        def opening(count: int) -> list[Database]:
            made = [Database(url) for _ in range(count)]
            for database in made:
                database.start()
                stack.callback(database.close)
            return made

        yield opening


@pytest.fixture
def own_server() -> Iterator[PostgreSQLServer]:
    """One that a test may stop."""
    server = PostgreSQLServer()
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.remove()


def add_setting(name: str) -> Callable[[Connection], object]:
    return lambda connection: connection.execute(insert(settings).values(name=name, value="x"))


def names(connection: Connection) -> list[str]:
    return list(connection.scalars(select(settings.c.name).order_by(settings.c.name)))


def test_sixteen_writers_with_the_same_groups_sessions_and_ids_make_no_deadlock_and_exact_figures(
    open_databases: Callable[[int], list[Database]], event: Make
) -> None:
    databases = open_databases(4)
    shared = [new_event_id() for _ in range(40)]

    def write(number: int) -> list[str]:
        stored = []
        for turn in range(6):
            made = [
                event(
                    event_id=shared[(number * 7 + turn * 5 + i) % 40] if i % 2 else new_event_id(),
                    session=f"s{(number + i) % 5}",
                    error_message=f"message {(number * 3 + i) % 7}",
                    notebook=f"notebook {(turn + i) % 3}",
                    cell_hash=f"c{(number - i) % 4}",
                )
                for i in range(8)
            ]
            if number % 2:
                made.reverse()
            database = databases[number % 4]
            work = lambda connection, made=made: insert_errors(connection, made, None, 90)  # noqa: E731
            outcomes = database.write(work).result(30)
            stored += [outcome.event_id for outcome in outcomes if outcome.status == "stored"]
            session = f"s{number % 5}"
            database.write(lambda connection, s=session: open_session(connection, s, "n", "::1", None)).result(30)
        return stored

    with ThreadPoolExecutor(16) as threads:
        stored = [event_id for part in threads.map(write, range(16)) for event_id in part]
    assert len(stored) == len(set(stored))
    assert set(databases[0].read(lambda connection: connection.scalars(select(errors.c.event_id)).all()).result(5)) == (
        set(stored)
    )
    databases[1].read(compare_figures).result(5)


def test_moments_of_arrival_become_visible_in_their_order_whatever_the_clocks_say(
    open_databases: Callable[[int], list[Database]], event: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = open_databases(2)

    def moments() -> list[str]:
        query = select(errors.c.received_at).order_by(errors.c.received_at)
        return list(one.read(lambda connection: connection.scalars(query).all()).result(5))

    one.write(lambda connection: insert_errors(connection, [event()], None, 90)).result(5)
    (first,) = moments()
    # As in a process of another machine, whose clock is slow.
    monkeypatch.setattr(clock, "_last", 0.0)
    monkeypatch.setattr(clock, "source", lambda: time.time() - 3_600)
    other.write(lambda connection: insert_errors(connection, [event()], None, 90)).result(5)
    assert moments()[0] == first
    assert moments()[1] > first


def test_processes_that_start_at_once_on_a_new_database_all_start(postgresql: PostgreSQLServer) -> None:
    url = postgresql.fresh("template1")
    databases = [Database(url) for _ in range(6)]
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(Database.start, databases))
    databases[0].write(add_setting("a")).result(5)
    assert [database.read(names).result(5) for database in databases] == [["a"]] * 6
    for database in databases:
        database.close()
    postgresql.drop(url)


def test_a_server_that_is_started_anew_is_noticed_by_nobody(own_server: PostgreSQLServer) -> None:
    database = Database(own_server.url())
    database.start()
    database.write(add_setting("a")).result(5)
    assert database.read(names).result(5) == ["a"]
    own_server.stop()
    own_server.start()
    assert database.read(names).result(5) == ["a"]
    database.write(add_setting("b")).result(5)
    own_server.kill()
    own_server.start()
    database.write(add_setting("c")).result(5)
    assert database.read(names).result(5) == ["a", "b", "c"]
    database.close()


def test_without_a_server_all_work_fails_and_later_does_not(own_server: PostgreSQLServer) -> None:
    database = Database(own_server.url())
    database.start()
    own_server.stop()
    with pytest.raises(WriteFailed):
        database.write(add_setting("lost")).result(20)
    with pytest.raises(StoreError):
        database.read(names).result(20)
    assert database.problem
    own_server.start()
    database.write(add_setting("kept")).result(20)
    assert database.problem == ""
    assert database.read(names).result(5) == ["kept"]
    database.close()


@contextmanager
def sending(database: Database, event: Make) -> Iterator[set[str]]:
    """Four who send one event after another, and each again until it is taken, as kernels do; what was answered."""
    answered: set[str] = set()
    stopping = threading.Event()

    def send() -> None:
        made = event()
        while not stopping.is_set():
            work = lambda connection, made=made: insert_errors(connection, [made], None, 90)  # noqa: E731
            try:
                database.write(work).result(60)
            except StoreError:
                continue
            answered.add(made["event_id"])
            made = event()

    senders = [threading.Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    try:
        yield answered
    finally:
        stopping.set()
        for sender in senders:
            sender.join(60)


def check_all_are_there(database: Database, answered: set[str]) -> None:
    stored = database.read(lambda connection: connection.scalars(select(errors.c.event_id)).all()).result(5)
    assert answered <= set(stored)
    database.read(compare_figures).result(5)


def test_what_was_answered_survives_the_servers_death_once(own_server: PostgreSQLServer, event: Make) -> None:
    own_server.stop()
    own_server.settings.update(fsync="on", full_page_writes="on")
    own_server.start()
    database = Database(own_server.url())
    database.start()
    with sending(database, event) as answered:
        for number in range(1, 4):
            wait_for(lambda number=number: len(answered) > 20 * number)
            own_server.kill()
            own_server.start()
    check_all_are_there(database, answered)
    database.close()


def test_what_was_answered_survives_a_failover_to_a_synchronous_standby_once(
    own_server: PostgreSQLServer, event: Make
) -> None:
    standby = own_server.make_standby()
    try:
        hosts = f"127.0.0.1:{own_server.port},127.0.0.1:{standby.port}"
        database = Database(f"postgresql://postgres@{hosts}/postgres")
        database.start()
        with sending(database, event) as answered:
            wait_for(lambda: len(answered) > 50)
            own_server.kill()
            before = len(answered)
            standby.promote()
            wait_for(lambda: len(answered) > before + 50, "answers of the new primary")
        assert standby.execute("SELECT pg_is_in_recovery()") == [(False,)]
        check_all_are_there(database, answered)
        database.close()
    finally:
        standby.remove()


def test_a_replica_is_read_while_it_answers(own_server: PostgreSQLServer) -> None:
    def is_replica(connection: Connection) -> bool:
        return bool(connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar_one())

    standby = own_server.make_standby()
    try:
        database = Database(own_server.url(), standby.url())
        database.start()
        database.write(add_setting("a")).result(20)
        assert wait_for(lambda: database.read(names, may_lag=True).result(5)) == ["a"]
        assert database.read(is_replica, may_lag=True).result(5)
        assert not database.read(is_replica).result(5)
        standby.kill()
        assert not database.read(is_replica, may_lag=True).result(20)
        standby.start()
        wait_for(lambda: database.read(is_replica, may_lag=True).result(5), "the replica again")
        database.close()
    finally:
        standby.remove()


def test_a_file_has_no_replica(tmp_path: Path, url: str) -> None:
    with pytest.raises(DatabaseUnavailable, match="replicas"):
        Database(tmp_path / "errors.sqlite", url)


def test_a_password_is_never_said(own_server: PostgreSQLServer) -> None:
    own_server.stop()
    database = Database(f"postgresql://ann:hunter2@127.0.0.1:{own_server.port}/errors")
    with pytest.raises(DatabaseUnavailable, match="can't be used") as refused:
        database.start()
    assert "hunter2" not in f"{refused.value} {database.name}"
    assert "errors on 127.0.0.1" in database.name


@pytest.mark.parametrize("place", ["postgresql://[host/x", "postgresql://h/x?nonsense=1", "mysql://host/db"])
def test_a_url_that_nobody_understands_is_refused_with_a_sentence(place: str) -> None:
    with pytest.raises(DatabaseUnavailable, match=r"\.$"):
        Database(place)


def test_of_several_hosts_the_one_that_answers_is_used(postgresql: PostgreSQLServer, url: str, tmp_path: Path) -> None:
    name = url.rpartition("/")[2]
    database = Database(f"postgresql://postgres@127.0.0.1:1,127.0.0.1:{postgresql.port}/{name}")
    database.start()
    database.write(add_setting("a")).result(5)
    database.close()


def test_a_database_of_another_program_or_in_another_encoding_is_refused(postgresql: PostgreSQLServer) -> None:
    other = postgresql.fresh("template1")
    postgresql.execute("CREATE TABLE errors (id INTEGER)", other.rpartition("/")[2])
    with pytest.raises(DatabaseUnavailable, match="another program"):
        Database(other).start()
    found = postgresql.execute("SELECT relname FROM pg_class WHERE relname LIKE 'errreport%'", other.rpartition("/")[2])
    assert found == []
    postgresql.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(DatabaseUnavailable, match="UTF8"):
        Database(postgresql.url("latin")).start()


def test_commits_wait_for_the_disk_even_where_the_server_would_not(own_server: PostgreSQLServer) -> None:
    def shown(connection: Connection) -> str:
        return str(connection.exec_driver_sql("SHOW synchronous_commit").scalar_one())

    for given, used in (("off", "on"), ("local", "on"), ("remote_apply", "remote_apply")):
        own_server.execute(f"ALTER DATABASE postgres SET synchronous_commit = '{given}'")
        database = Database(own_server.url())
        database.start()
        assert database.write(shown).result(5) == used
        database.close()


def test_a_lock_is_taken_over_at_once_when_its_owner_is_cut_off(
    postgresql: PostgreSQLServer, open_databases: Callable[[int], list[Database]]
) -> None:
    one, other = (database.lock("alerts") for database in open_databases(2))
    assert one.take(wait=False)
    assert not other.take(wait=False)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(other.take, True)
        assert not waiting.done()
        postgresql.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid <> 0"
        )
        assert waiting.result(5)
    assert other.is_held
    assert not one.is_held
    other.release()
    assert one.take(wait=False)
    one.release()


def test_whoever_waits_for_a_lock_can_be_told_to_give_up(open_databases: Callable[[int], list[Database]]) -> None:
    one, other = (database.lock("alerts") for database in open_databases(2))
    assert one.take(wait=True)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(other.take, True)

        def gave_up() -> bool:
            other.release()
            return waiting.done()

        wait_for(gave_up)
        assert waiting.result() is False
    assert one.is_held
    one.release()


def test_others_hear_of_news_and_nobody_of_their_own(open_databases: Callable[[int], list[Database]]) -> None:
    one, other = open_databases(2)
    heard: dict[str, int] = {"one": 0, "other": 0}
    for name, database in (("one", one), ("other", other)):

        def tell(name: str = name) -> None:
            heard[name] += 1

        database.listen(tell)
    wait_for(lambda: heard == {"one": 1, "other": 1}, "the first, in case that something was missed")
    one.write(tell_others).result(5)
    wait_for(lambda: heard["other"] == 2)
    other.write(tell_others).result(5)
    wait_for(lambda: heard["one"] == 2)
    assert heard == {"one": 2, "other": 2}


def test_a_process_that_stops_in_the_middle_of_a_write_keeps_others_waiting_only_so_long(
    open_databases: Callable[[int], list[Database]], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jupyter_errreport.store.database.postgresql.STUCK_SECONDS", 1)
    one, other = open_databases(2)
    goes_on = threading.Event()
    stuck = one.write(lambda connection: (add_setting("late")(connection), goes_on.wait(30)))
    other.write(add_setting("kept")).result(20)
    assert other.read(names).result(5) == ["kept"]
    goes_on.set()
    stuck.result(20)  # its transaction was lost, and it was done once more
    assert other.read(names).result(5) == ["kept", "late"]


def test_text_is_sorted_by_its_bytes(postgresql: PostgreSQLServer, url: str) -> None:
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT count(*), bool_and(collation_name = 'C') FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type IN ('text', 'character varying')"
            " AND table_name <> 'alembic_version'"
        ).fetchone()
    assert found is not None
    assert found[0] > 50
    assert found[1]


GROUP = group_id("dock", "f" * 32)
NEWS: dict[str, Callable[[Connection, EventMessageType], object]] = {
    "an error": lambda connection, made: insert_errors(connection, [made], None, 90),
    "what a reader says": lambda connection, made: insert_errors(connection, [{**made, "comments": ["x"]}], None, 90),
    "a decision": lambda connection, _: change_group(connection, GROUP, GroupChange(status="resolved"), None),
    "a source": lambda connection, _: publish_source(connection, "dock", [PublishedCell("1", None, "1")], "python"),
    "an alert": lambda connection, _: add_alert(connection, "share", "dock", None, stamp()),
    "a deletion": lambda connection, _: delete_errors(connection, Filters()),
    "a token": lambda connection, _: create_token(connection, "read"),
}
NO_NEWS: dict[str, Callable[[Connection, EventMessageType], object]] = {
    "an opened session": lambda connection, _: open_session(connection, "s", "dock", "::1", None),
    "a heartbeat": lambda connection, _: open_session(connection, "s", "dock", "::1", None, 9, 2),
    "a known error": lambda connection, made: insert_errors(connection, [made], None, 90),
    "a setting": lambda connection, _: secret(connection, "salt"),
    "a purge of nothing": lambda connection, _: purge(connection, 30, 90),
    "months": lambda connection, _: make_partitions(connection),
}


def test_others_hear_of_what_pages_show_and_of_nothing_else(
    open_databases: Callable[[int], list[Database]], url: str, event: Make
) -> None:
    one, other = open_databases(2)
    made = event()
    with psycopg.connect(url, autocommit=True) as ears:
        ears.execute("LISTEN errreport")

        def until_other() -> int:
            other.write(tell_others).result(5)
            for before, news in enumerate(ears.notifies(timeout=20)):
                if news.payload == other._backend._own_name:  # type: ignore[attr-defined]
                    return before
            raise AssertionError("nobody told")

        for name, work in NEWS.items():
            one.write(lambda connection, work=work: work(connection, made)).result(5)  # type: ignore[misc]
            assert until_other() == 1, name
        for name, work in NO_NEWS.items():
            one.write(lambda connection, work=work: work(connection, made)).result(5)  # type: ignore[misc]
            assert until_other() == 0, name
        with pytest.raises(ZeroDivisionError):
            one.write(lambda connection: (tell_others(connection), 1 // 0)).result(5)
        one.write(lambda connection: secret(connection, "pepper")).result(5)
        assert until_other() == 0, "what was not kept"
