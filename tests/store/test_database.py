import re
import sqlite3
import stat
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, inspect, select, text
from sqlalchemy.event import listen

from jupyter_errreport.store import (
    Database,
    DatabaseTooNew,
    DatabaseUnavailable,
    WriteFailed,
    group_schema,  # noqa: F401 - its tables belong to `metadata`
)
from jupyter_errreport.store.schema import metadata, settings

from .contents import everything_in


def add_setting(name: str):
    return lambda connection: connection.execute(insert(settings).values(name=name, value="x"))


def setting_names(connection: Connection) -> list[str]:
    return sorted(connection.scalars(select(settings.c.name)))


def test_a_new_database_and_its_folder_are_for_this_user_only(tmp_path: Path) -> None:
    path = tmp_path / "some" / "where" / "errors.sqlite"
    database = Database(path)
    database.start()
    database.write(add_setting("a")).result(5)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    database.close()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.parent.parent.stat().st_mode) == 0o700
    assert set(modes.values()) == {0o600}
    assert "errors.sqlite-wal" in modes


def test_a_url_names_the_same_file_as_its_path(tmp_path: Path) -> None:
    assert Database(f"sqlite:///{tmp_path}/x.sqlite").path == Database(tmp_path / "x.sqlite").path


@pytest.mark.parametrize("place", ["sqlite://", "sqlite:///:memory:", "mysql://host/db", "nonsense://"])
def test_what_is_not_a_sqlite_file_is_refused_with_a_sentence(place: str) -> None:
    with pytest.raises(DatabaseUnavailable, match=r"\.$"):
        Database(place)


def test_every_connection_to_a_file_is_durable(sqlite_database: Database) -> None:
    database = sqlite_database

    def pragmas(connection: Connection) -> list[object]:
        return [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    assert database.write(pragmas).result(5) == ["wal", 2, 1]
    assert database.read(pragmas).result(5) == ["wal", 2, 1]


def _kind(kind: object, dialect: str) -> str:
    """A column's type as the schema has it; PostgreSQL's text has no length and its bytes' order, numbers 64 bits."""
    text = str(kind)
    if dialect == "postgresql":
        text = re.sub(r"VARCHAR\(\d+\)|TEXT COLLATE \"C\"", "TEXT", text).replace("BIGINT", "INTEGER")
    return text


def test_the_tables_of_the_migrations_are_those_of_the_schema(database: Database) -> None:
    def columns(connection: Connection) -> dict[str, dict[str, tuple[str, bool]]]:
        found = inspect(connection)
        return {
            name: {
                column["name"]: (_kind(column["type"], database.kind), column["nullable"])
                for column in found.get_columns(name)
            }
            for name in found.get_table_names()
            if name != "alembic_version" and not name.startswith("errors_")
        }

    def indices(connection: Connection) -> dict[str, dict[str, list[str | None]]]:
        found = inspect(connection)
        return {
            name: {index["name"] or "": index["column_names"] for index in found.get_indexes(name)}
            for name in metadata.tables
        }

    assert database.read(columns).result(5) == {
        table.name: {
            column.name: (_kind(column.type, database.kind), bool(column.nullable)) for column in table.columns
        }
        for table in metadata.sorted_tables
    }
    assert database.read(indices).result(5) == {
        table.name: {str(index.name): [column.name for column in index.columns] for index in table.indexes}
        for table in metadata.sorted_tables
    }


def test_a_database_of_a_newer_release_is_refused_and_left_alone(place: str, database: Database) -> None:
    database.write(
        lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    ).result(5)
    before = everything_in(database)
    with pytest.raises(DatabaseTooNew, match="newer jupyter-errreport"):
        Database(place).start()
    if database.kind == "sqlite":
        assert before.endswith(database.path.read_bytes())


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE errors (id INTEGER)")
    with pytest.raises(DatabaseUnavailable, match="another program"):
        Database(path).start()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database " * 100)
    with pytest.raises(DatabaseUnavailable, match="can't be used"):
        Database(path).start()


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="can't be opened"):
        Database(tmp_path).start()


def test_a_place_where_nothing_can_be_made_is_refused() -> None:
    with pytest.raises(DatabaseUnavailable, match="can't be opened"):
        Database("/proc/errreport/errors.sqlite").start()


def test_a_database_that_another_program_holds_is_refused_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jupyter_errreport.store.database.sqlite.BUSY_SECONDS", 0.2)
    path = tmp_path / "errors.sqlite"
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("CREATE TABLE held (id)")
    holder.execute("BEGIN EXCLUSIVE")
    begun = time.monotonic()
    with pytest.raises(DatabaseUnavailable, match="locked"):
        Database(path).start()
    assert time.monotonic() - begun < 5
    holder.close()


def test_an_open_that_hangs_ends_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr("jupyter_errreport.store.database.sqlite.make_private_file", lambda path: release.wait(10))
    with pytest.raises(DatabaseUnavailable, match="network file system"):
        Database(tmp_path / "errors.sqlite").start(timeout=0.1)
    release.set()


def test_a_write_that_fails_spoils_no_other_of_its_moment(database: Database) -> None:
    hold, held = threading.Event(), threading.Event()

    def holding(connection: Connection) -> None:
        held.set()
        hold.wait(5)

    def failing(connection: Connection) -> None:
        add_setting("lost")(connection)
        raise KeyError("mine")

    first = database.write(holding)
    held.wait(5)  # from here on the writes wait for one another, and will share a transaction
    good = database.write(add_setting("good"))
    bad = database.write(failing)
    wrong = database.write(add_setting("good"))
    also = database.write(add_setting("also"))
    hold.set()
    first.result(5)
    good.result(5)
    also.result(5)
    with pytest.raises(KeyError):
        bad.result(5)
    with pytest.raises(WriteFailed):
        wrong.result(5)
    assert database.read(setting_names).result(5) == ["also", "good"]


def test_a_commit_that_fails_fails_every_write_in_it(database: Database) -> None:
    def end_behind_our_back(connection: Connection) -> None:
        add_setting("lost")(connection)
        connection.connection.rollback()

    with pytest.raises(WriteFailed, match="nothing was stored"):
        database.write(end_behind_our_back).result(5)
    database.write(add_setting("next")).result(5)
    assert database.read(setting_names).result(5) == ["next"]


def test_a_database_locked_for_too_long_fails_the_write_and_recovers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jupyter_errreport.store.database.sqlite.BUSY_SECONDS", 0.2)
    database = Database(tmp_path / "errors.sqlite")
    database.start()
    holder = sqlite3.connect(database.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(WriteFailed, match="locked"):
        database.write(add_setting("a")).result(5)
    holder.execute("ROLLBACK")
    database.write(add_setting("a")).result(5)
    database.close()
    holder.close()


def test_closing_stores_what_was_asked_before(place: str, database: Database) -> None:
    futures = [database.write(add_setting(f"{number:03}")) for number in range(200)]
    database.close()
    assert all(future.result(0) is not None for future in futures)
    again = Database(place)
    again.start()
    assert len(again.read(setting_names).result(5)) == 200
    again.close()


def test_writing_to_a_closed_database_fails_at_once(database: Database) -> None:
    database.close()
    with pytest.raises(WriteFailed):
        database.write(add_setting("a")).result(1)


def test_readers_can_not_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"read-?only"):
        database.read(add_setting("a")).result(5)


def test_a_write_whose_caller_has_gone_before_it_began_is_not_done(database: Database) -> None:
    hold, held = threading.Event(), threading.Event()
    first = database.write(lambda connection: (held.set(), hold.wait(5)))
    held.wait(5)
    gone = database.write(add_setting("gone"))
    assert gone.cancel()
    hold.set()
    first.result(5)
    assert database.read(setting_names).result(5) == []


def test_a_full_disk_fails_what_did_not_fit_and_nothing_else(sqlite_database: Database) -> None:
    database = sqlite_database
    pages = database.write(lambda connection: connection.exec_driver_sql("PRAGMA page_count").scalar()).result(5)
    limit = f"PRAGMA max_page_count = {int(str(pages)) + 2}"
    database.write(lambda connection: connection.exec_driver_sql(limit).scalar()).result(5)

    def large(connection: Connection) -> None:
        connection.execute(insert(settings).values(name="large", value="x" * 100_000))

    database.write(add_setting("before")).result(5)
    with pytest.raises(WriteFailed, match="full"):
        database.write(large).result(5)
    database.write(add_setting("after")).result(5)
    assert database.read(setting_names).result(5) == ["after", "before"]


def test_writes_that_wait_together_share_a_transaction(database: Database) -> None:
    commits: list[object] = []
    listen(database._engines[0], "commit", commits.append)
    hold, held = threading.Event(), threading.Event()
    first = database.write(lambda connection: (held.set(), hold.wait(5)))
    held.wait(5)
    rest = [database.write(add_setting(str(number))) for number in range(100)]
    hold.set()
    for future in [first, *rest]:
        future.result(5)
    assert len(commits) == 2
