"""Brings a database to the tables that this release knows. Runs at every start."""

import threading
from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, inspect, text

from .failures import DatabaseTooNew, DatabaseUnavailable

_one_at_a_time = threading.Lock()  # Alembic's `context` is one per process


def migrate(engine: Engine, name: str) -> None:
    """Run the migrations that are missing, in one transaction. `name` is what messages call the database.

    Raises `DatabaseTooNew` when it holds a migration that this release does not have, and `DatabaseUnavailable` when
    its tables are another program's.
    """
    config = _config()
    with _one_at_a_time, engine.begin() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        if current is None and inspect(connection).get_table_names():
            raise DatabaseUnavailable(f"The database {name} holds another program's tables. Choose another file.")
        if current is not None and not _known(ScriptDirectory.from_config(config), current):
            raise DatabaseTooNew(
                f"The database {name} was written by a newer jupyter-errreport (its schema is {current!r})."
                " Upgrade this one, or choose another file; the database was not changed."
            )
        config.attributes["connection"] = connection
        if current is None and connection.dialect.name == "postgresql":
            # The first migrations are of the time when there was only SQLite, and speak its SQL.
            config.attributes["is_new"] = True
            command.stamp(config, "head")
        else:
            command.upgrade(config, "head")


def is_current(connection: Connection) -> bool:
    """Whether the database has this release's tables: a newer process may have changed them since this one began."""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [_head()]


@lru_cache(maxsize=1)
def _head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations").replace("%", "%%"))
    return config


def _known(scripts: ScriptDirectory, revision: str) -> bool:
    try:
        return scripts.get_revision(revision) is not None
    except CommandError:
        return False
