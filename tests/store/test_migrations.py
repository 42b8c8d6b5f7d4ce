"""Databases of earlier releases: what they hold is kept, and its figures are those of counting anew."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from jupyter_errreport.event import EventMessageType, fingerprint
from jupyter_errreport.store import Database
from jupyter_errreport.store import group_schema as tables
from jupyter_errreport.store.database.location import backend_at
from jupyter_errreport.store.errors.insert import insert_errors
from jupyter_errreport.store.groups.former_groups import parts_of
from jupyter_errreport.store.groups.groups import GroupFilters, find_group, list_groups
from jupyter_errreport.store.names.said import join_name, part_name
from jupyter_errreport.store.published.author_cells import author_cell_of_group
from jupyter_errreport.store.published.sources import find_source
from jupyter_errreport.store.schema import (
    comments,
    errors,
    metadata,
    sessions,
    source_cells,
    tokens,
    told_groups,
)
from jupyter_errreport.store.sessions import open_session

from .test_figures_machine import compare_figures

Make = Callable[..., EventMessageType]
FIXTURE = Path(__file__).parent / "fixtures" / "release_0006.sql"
BEFORE_GROUPS = {"errors", "sessions", "tombstones", "tokens", "settings", "destinations", "outbox", "told_groups"}
"""Tables of the time before groups."""
SINCE = ("alerts", "former_groups")
"""Tables of what happens from now on, or of what was before: there is nothing to make up for."""

Group = dict[str, Any]


@pytest.fixture
def migrated(tmp_path: Path) -> Iterator[Database]:
    """A database of the release whose groups knew no notebooks."""
    path = tmp_path / "errors.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(FIXTURE.read_text())
    connection.close()
    database = Database(path)
    database.start()
    yield database
    database.close()


def all_groups(database: Database) -> list[Group]:
    filters = GroupFilters()
    return database.read(lambda connection: list_groups(connection, filters, "first_seen", 100)).result(5).items


def groups_of(database: Database, error_name: str) -> dict[tuple[str, str], Group]:
    """The groups of an error by notebook and first line."""
    found = [group for group in all_groups(database) if group["error_name"] == error_name]
    named = {(group["notebook"], group["first_line"]): group for group in found}
    assert len(named) == len(found)
    return named


def former_id(error_name: str) -> str:
    """The id that a group had before."""
    with sqlite3.connect(":memory:") as connection:
        connection.executescript(FIXTURE.read_text())
        ids = connection.execute("SELECT group_id FROM groups WHERE error_name = ?", (error_name,)).fetchall()
    assert len(ids) == 1
    return str(ids[0][0])


def test_counts_stay_exact(migrated: Database) -> None:
    with sqlite3.connect(":memory:") as before:
        before.executescript(FIXTURE.read_text())
        events, count = before.execute("SELECT SUM(events), SUM(count) FROM groups").fetchone()
    after = all_groups(migrated)
    assert (sum(group["events"] for group in after), sum(group["count"] for group in after)) == (events, count)
    migrated.read(compare_figures).result(5)


def test_names_of_one_notebook_are_one_notebook(migrated: Database) -> None:
    def names(connection: Connection) -> dict[str, set[str]]:
        return {
            table.name: set(connection.scalars(select(column)))
            for table, column in (
                (errors, errors.c.identity),
                (sessions, sessions.c.identity),
                (tables.notebooks, tables.notebooks.c.notebook),
                (tables.alerts, tables.alerts.c.notebook),
            )
        }

    found = migrated.read(names).result(5)
    assert found["errors"] == found["notebooks"] == {"physics", "history", "Untitled3"}
    assert found["sessions"] == {"physics", "history"}
    assert found["alerts"] <= found["notebooks"]
    as_they_came = migrated.read(lambda connection: set(connection.scalars(select(errors.c.notebook)))).result(5)
    assert {"physics.ipynb", "Copy of history.ipynb", "history (1)"} <= as_they_came


def test_patterns_of_tokens_are_those_of_identities_and_open_no_more(migrated: Database) -> None:
    patterns = migrated.read(lambda connection: set(connection.scalars(select(tokens.c.notebook)))).result(5)
    assert patterns == {"physics", "hist*", "Copy of *", None}


def test_a_folder_in_a_pattern_of_before_does_not_take_a_stars_meaning_away(tmp_path: Path) -> None:
    path = tmp_path / "errors.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(FIXTURE.read_text())
        connection.execute("UPDATE tokens SET notebook = ?", ("lessons\\*",))
    connection.close()
    database = Database(path)
    database.start()
    patterns = database.read(lambda connection: set(connection.scalars(select(tokens.c.notebook)))).result(5)
    database.close()
    assert patterns == {"lessons/*"}


def test_what_was_published_under_several_names_is_one_history(migrated: Database) -> None:
    source = migrated.read(lambda connection: find_source(connection, "physics")).result(5)
    assert source is not None
    assert (source["version"], len(source["versions"])) == (2, 2)
    assert [cell["source"] for cell in source["cells"]] == ["stations['B']", "rows[9]"]
    assert migrated.read(lambda connection: find_source(connection, "history.ipynb")).result(5) is not None


def test_what_was_published_is_known_by_its_cells_as_before(migrated: Database) -> None:
    kept = migrated.read(lambda connection: connection.execute(select(source_cells)).mappings().all()).result(5)
    assert kept
    assert [cell["lineage"] for cell in kept] == [cell["cell_hash"] for cell in kept]
    said = migrated.write(lambda connection: join_name(connection, "history", "physics")).result(60)
    assert said.moved > 0
    migrated.write(lambda connection: part_name(connection, "history", "physics")).result(60)
    migrated.read(compare_figures).result(60)


def test_a_group_is_divided_by_notebook_and_cell_and_decisions_go_along(migrated: Database) -> None:
    keys = groups_of(migrated, "KeyError")
    assert set(keys) == {
        (notebook, line) for notebook in ("physics", "history") for line in ("stations['B']", "months[13]")
    }
    assert {(group["hint"], group["note"]) for group in keys.values()} == {("Run the second cell first.", "ask Ann")}
    assert keys["physics", "stations['B']"]["count"] == 4
    resolved = groups_of(migrated, "IndexError").values()
    assert [(group["status"], group["resolved_release"]) for group in resolved] == [("resolved", "2.0")] * 2
    ignored = groups_of(migrated, "ValueError").values()
    assert {group["notebook"] for group in ignored} == {"physics", "history", "Untitled3"}
    assert {(group["status"], group["ignored_until"]["sessions"]) for group in ignored} == {("ignored", 5)}
    gone = groups_of(migrated, "OSError")["history", "load('x')"]
    assert (gone["note"], gone["events"]) == ("the data moved", 0)


def test_what_was_merged_and_split_stays_so_for_errors_to_come(migrated: Database, event: Make) -> None:
    frames = [{"filename": "<cell 3>", "fun_name": "<module>", "lineno": 1}]

    def group_of_new(error_name: str, message: str, notebook: str, **more: Any) -> str:
        made = fingerprint(error_name, message, frames)  # type: ignore[arg-type]
        sent = event(error_name=error_name, error_message=message, notebook=notebook, fingerprint=made, **more)
        (outcome,) = migrated.write(lambda connection: insert_errors(connection, [sent], None, 90)).result(5)
        return outcome.group

    for notebook in ("physics", "history"):
        merged = groups_of(migrated, "ValueError")[notebook, "dock('x')"]["group"]
        assert group_of_new("ModuleNotFoundError", "No module named 'nglview'", notebook) == merged
        assert group_of_new("ValueError", "unknown residue <res>", f"{notebook}.ipynb") == merged
    text = "unsupported operand type(s) for +: 'int' and 'str'"
    whole = group_of_new("TypeError", text, "physics", execution_count=4)
    part = group_of_new("TypeError", text, "physics", execution_count=7)
    assert whole != part
    assert group_of_new("TypeError", text, "history", execution_count=7) not in (whole, part)
    migrated.read(compare_figures).result(5)


def test_ids_of_before_lead_to_the_parts(migrated: Database) -> None:
    def notebooks(wanted: str, scope: str | None) -> list[str]:
        parts = migrated.read(lambda connection: parts_of(connection, wanted, scope)).result(5)
        return sorted(part["notebook"] for part in parts)

    assert notebooks(former_id("IndexError"), None) == ["history", "physics"]
    assert notebooks(former_id("IndexError"), "phys*") == ["physics"]
    assert notebooks(former_id("ValueError"), "history") == ["history"]
    alerts = migrated.read(lambda connection: connection.execute(select(tables.alerts)).mappings().all()).result(5)
    known = {group["group"] for group in all_groups(migrated)}
    assert alerts
    assert {alert["group_id"] for alert in alerts} <= known


def test_a_group_shows_a_cell_of_its_own_and_what_was_said_in_it(migrated: Database) -> None:
    stations = groups_of(migrated, "KeyError")["physics", "stations['B']"]["group"]
    whole = migrated.read(lambda connection: find_group(connection, stations, None)).result(5)
    assert whole is not None
    cell = migrated.read(lambda connection: author_cell_of_group(connection, whole)).result(5)
    assert cell is not None
    assert [line["text"] for line in cell["lines"]] == ["stations['B']"]
    said = migrated.read(lambda connection: connection.execute(select(comments.c.group_id)).scalars().all()).result(5)
    assert said == [groups_of(migrated, "ValueError")["history", "dock('x')"]["group"]]
    told = migrated.read(lambda connection: set(connection.scalars(select(told_groups.c.group_id)))).result(5)
    assert told == {group["group"] for group in groups_of(migrated, "ValueError").values()}


def test_a_cell_that_was_edited_since_stays_with_its_origin(migrated: Database, event: Make) -> None:
    frames: Any = [{"filename": "<cell 3>", "fun_name": "<module>", "lineno": 1}]
    edited = {"cell_hash": "edited", "cell_id": "cell-a", "error_name": "KeyError", "error_message": "<str>"}
    sent = event(**edited, notebook="physics", fingerprint=fingerprint("KeyError", "<str>", frames, "python", "edited"))
    (outcome,) = migrated.write(lambda connection: insert_errors(connection, [sent], None, 90)).result(5)
    assert outcome.group == groups_of(migrated, "KeyError")["physics", "stations['B']"]["group"]
    assert outcome.hint == "Run the second cell first."


def test_figures_of_a_database_of_the_time_before_groups(tmp_path: Path, event: Make) -> None:
    path = tmp_path / "errors.sqlite"
    database = Database(path)
    database.start()
    prints = {message: fingerprint("ValueError", message, event()["traceback"]) for message in ("one", "two")}
    sent = [
        event(
            session=session,
            release=release,
            error_message=message,
            fingerprint=prints[message],
            count=count,
            notebook=notebook,
            **cell,
        )
        for session, release, message, count, notebook, cell in (
            ("s1", "1.0", "one", 1, "dock", {"cell_hash": "c1"}),
            ("s1", None, "one", 4, "dock.ipynb", {"execution_count": 7}),
            (None, "1.1", "two", 1, "fold", {"execution_count": -1}),
            ("s2", "1.1", "two", 2, "dock", {"first_line": "other()"}),
        )
    ]

    def fill(connection: Connection) -> None:
        for session, release in (("s1", "1.0"), ("s3", None), ("s4", "1.2")):
            open_session(connection, session, "dock", "", None, release=release)
        for made in sent:
            insert_errors(connection, [made], None, 90)

    database.write(fill).result(5)
    kept = _everything(database)
    database.close()

    _go_back(path)
    database = Database(path)
    database.start()
    assert _everything(database) == kept
    database.close()


def _everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    chosen = [table for table in metadata.sorted_tables if table.name not in SINCE]
    return database.read(
        lambda connection: {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr) for table in chosen
        }
    ).result(5)


def _go_back(path: Path) -> None:
    """Make of a database one of the release before groups: without their tables, and what belongs to them."""
    engine = backend_at(path).writing_engine()
    with engine.begin() as connection:
        for name in metadata.tables.keys() - BEFORE_GROUPS:
            connection.exec_driver_sql(f"DROP TABLE {name}")
        for name in ("errors_by_text", "errors_by_notebook", "sessions_by_notebook"):
            connection.exec_driver_sql(f"DROP INDEX {name}")
        for column in ("last_timestamp", "fingerprint", "text_id", "identity"):
            connection.exec_driver_sql(f"ALTER TABLE errors DROP COLUMN {column}")
        connection.exec_driver_sql("ALTER TABLE sessions DROP COLUMN identity")
        connection.exec_driver_sql("ALTER TABLE tokens DROP COLUMN last_used_at")
        connection.exec_driver_sql("CREATE INDEX errors_by_notebook ON errors (notebook, received_at, event_id)")
        connection.exec_driver_sql("CREATE INDEX sessions_by_notebook ON sessions (notebook, opened_at, session)")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0003'")
    engine.dispose()
