"""A database of the time before groups has all figures once it is opened."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import select

from jupyter_errreport.event import EventMessageType
from jupyter_errreport.store import Database
from jupyter_errreport.store.database.location import backend_at
from jupyter_errreport.store.insert import insert_errors
from jupyter_errreport.store.schema import metadata
from jupyter_errreport.store.sessions import open_session

Make = Callable[..., EventMessageType]
BEFORE = {"errors", "sessions", "tombstones", "tokens", "settings", "destinations", "outbox", "told_groups"}
"""Tables of the time before groups."""
SINCE = ("alerts",)
"""Tables of what happens from now on: there is nothing to make up for."""


def test_figures_of_what_was_stored_before(tmp_path: Path, event: Make) -> None:
    path = tmp_path / "errors.sqlite"
    database = Database(path)
    database.start()
    sent = [
        event(session=session, release=release, fingerprint=group, count=count, notebook=notebook, **cell)
        for session, release, group, count, notebook, cell in (
            ("s1", "1.0", "a", 1, "dock", {"cell_hash": "c1"}),
            ("s1", None, "a", 4, "dock", {"execution_count": 7}),
            (None, "1.1", "b", 1, "fold", {"execution_count": -1}),
            ("s2", "1.1", "b", 2, "dock", {"first_line": "other()"}),
        )
    ]
    for session, release in (("s1", "1.0"), ("s3", None), ("s4", "1.2")):
        opening = partial(open_session, session=session, notebook="dock", address="", limits=None, release=release)
        database.write(opening).result(5)
    for made in sent:
        database.write(partial(insert_errors, events=[made], limits=None, dedup_days=90)).result(5)
    kept = _everything(database)
    database.close()

    _go_back(path)
    database = Database(path)
    database.start()
    assert _everything(database) == kept
    database.close()


def _everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    tables = [table for table in metadata.sorted_tables if table.name not in SINCE]
    return database.read(
        lambda connection: {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr) for table in tables
        }
    ).result(5)


def _go_back(path: Path) -> None:
    """Make of a database one of the release before: without the tables of groups, and what belongs to them."""
    engine = backend_at(path).writing_engine()
    with engine.begin() as connection:
        for name in metadata.tables.keys() - BEFORE:
            connection.exec_driver_sql(f"DROP TABLE {name}")
        connection.exec_driver_sql("DROP INDEX errors_by_text")
        for column in ("last_timestamp", "fingerprint", "text_id"):
            connection.exec_driver_sql(f"ALTER TABLE errors DROP COLUMN {column}")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0003'")
    engine.dispose()
