"""Where a database is: a URL, or the plain path of a SQLite file."""

import os
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from .failures import DatabaseUnavailable


def database_url(place: str | Path) -> URL:
    """`place` as a URL; a plain path means a SQLite file.

    Raises `DatabaseUnavailable` for anything but SQLite in a file.
    """
    text = str(place)
    if "://" not in text:
        return URL.create("sqlite", database=str(Path(text).expanduser().absolute()))
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise DatabaseUnavailable("The database's URL can't be read; write sqlite:////path/to/file.sqlite.") from error
    if url.get_backend_name() != "sqlite":
        raise DatabaseUnavailable(
            f"This release keeps errors in SQLite only, not in {url.get_backend_name()}; give a file's path."
        )
    if url.database in (None, "", ":memory:"):
        raise DatabaseUnavailable("Errors must survive a restart: give the database's file a path.")
    return url


def make_private_file(path: Path) -> None:
    """Create `path`, and folders above it that are missing, for this user only.

    SQLite gives its side files (`-wal`, `-shm`) the mode of this one. Raises `OSError`.
    """
    missing = []
    folder = path.parent
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
