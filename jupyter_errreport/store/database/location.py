"""Where a database is: a URL, or the plain path of a SQLite file."""

from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from .backend import Backend
from .failures import DatabaseUnavailable
from .sqlite import SQLite

POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg")


def backend_at(place: str | Path) -> Backend:
    """What is at `place`; a plain path means a SQLite file.

    Raises `DatabaseUnavailable` for what is neither SQLite in a file nor PostgreSQL.
    """
    text = str(place)
    scheme, is_url, rest = text.partition("://")
    if not is_url:
        return SQLite(Path(text).expanduser().absolute())
    if scheme in POSTGRESQL:
        try:
            from .postgresql import PostgreSQL
        except ImportError as error:
            raise DatabaseUnavailable(
                "PostgreSQL needs a driver that is not here: pip install 'jupyter-errreport[postgres]'."
            ) from error
        # libpq reads the URL itself, since it knows some that SQLAlchemy does not, such as those of several hosts.
        return PostgreSQL(f"postgresql://{rest}")
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise DatabaseUnavailable("The database's URL can't be read; write sqlite:////path/to/file.sqlite.") from error
    if url.get_backend_name() != "sqlite":
        raise DatabaseUnavailable(
            f"Errors can be kept in SQLite and PostgreSQL, not in {url.get_backend_name()}; give a file's path, or"
            " postgresql://user@host/name."
        )
    if not url.database or url.database == ":memory:":
        raise DatabaseUnavailable("Errors must survive a restart: give the database's file a path.")
    return SQLite(Path(url.database))
