"""Copies of a collector's database in a file, made while it runs, and databases made from them."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timezone
from pathlib import Path

from .database import Database
from .database.failures import StoreError


class BackupError(StoreError):
    """It was not done, and nothing was changed; a sentence says why."""


def back_up(place: str, file: Path) -> None:
    """Copy one moment of the database at `place` into `file`, which must not be there yet, for this user only.

    What was answered before this is called is in it. A SQLite database is copied with its backup API, in one read, so
    that writers need not wait, and the copy is checked; of PostgreSQL `pg_dump` writes its custom format. Raises
    `StoreError`.
    """
    database = Database(place)
    if file.exists():
        raise BackupError(f"{file} is there already; choose another name.")
    with _new_file(file) as partial:
        if database.shared:
            _run_postgresql("pg_dump", place, ["--format=custom", "--no-owner", "--no-acl", f"--file={partial}"])
        else:
            _copy(_existing(database.path), partial)
            _check(partial)


def restore(file: Path, place: str, replace: bool = False) -> None:
    """Make the database at `place` from a backup, and bring its tables up to date.

    There must be none; with `replace` the file of a SQLite database is moved aside, under a name with the time. A
    database of PostgreSQL must be empty. Raises `StoreError`.
    """
    database = Database(place)
    if not file.is_file():
        raise BackupError(f"There is no backup at {file}.")
    with file.open("rb") as start:
        is_sqlite = start.read(15) == b"SQLite format 3"
    if is_sqlite == database.shared:
        kind = "SQLite" if is_sqlite else "PostgreSQL"
        raise BackupError(f"{file} is not a backup of {database.kind}. Restore it there, then `migrate` it ({kind}).")
    if database.shared:
        options = ["--no-owner", "--no-acl", "--exit-on-error", "--single-transaction"]
        _run_postgresql("pg_restore", place, [*options, str(file)])
    else:
        _check(file)
        if database.path.exists():
            _make_way(database.path, replace)
        with _new_file(database.path) as partial:
            _copy(file, partial)
    database.start()
    database.close()


@contextmanager
def _new_file(file: Path) -> Iterator[Path]:
    """A file for this user only, which has its name once it is whole and on the disk."""
    partial = file.with_name(f"{file.name}.partial")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError as error:
        raise BackupError(f"{partial} is there: another copy is being made, or was cut off; then remove it.") from error
    except OSError as error:
        raise BackupError(f"{partial} can't be written: {error.strerror}.") from error
    try:
        yield partial
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.rename(file)
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise BackupError(f"{file} can't be written: {error.strerror}.") from error
    finally:
        partial.unlink(missing_ok=True)


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise BackupError(f"There is no database at {path}.")
    return path


def _copy(source: Path, target: Path) -> None:
    try:
        with closing(sqlite3.connect(source, timeout=30)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)  # all pages in one step: a copy in parts would begin anew with each change
            new.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
    except sqlite3.Error as error:
        raise BackupError(f"{source} can't be copied to {target}: {error}.") from error


def _check(file: Path) -> None:
    """Raise `BackupError` when the file is damaged, or not of a collector."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            found = [str(row[0]) for row in copy.execute("PRAGMA integrity_check(3)")]
            found += [f"a row of {row[0]} without its {row[2]}" for row in copy.execute("PRAGMA foreign_key_check")][:3]
            tables = {str(row[0]) for row in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.Error as error:
        raise BackupError(f"{file} can't be read as a database: {error}.") from error
    if found != ["ok"]:
        raise BackupError(f"{file} is damaged: {'; '.join(found)}.")
    if not {"alembic_version", "errors"} <= tables:
        raise BackupError(f"{file} is not a collector's database.")


def _make_way(path: Path, replace: bool) -> None:
    """Move a database aside. Raises `BackupError` when that was not asked for, or a collector has it open."""
    if not replace:
        raise BackupError(f"There is a database at {path}; with --replace it is moved aside.")
    try:
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error:
        pass  # it may be damaged: that is why it is replaced
    # Whoever closes it last removes its log.
    if path.with_name(f"{path.name}-wal").exists():
        raise BackupError(f"The database {path} is in use: stop its collector first.")
    aside = path.with_name(f"{path.name}.{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}")
    path.rename(aside)


def _run_postgresql(command: str, place: str, options: list[str]) -> None:
    """Run one of PostgreSQL's commands. Raises `BackupError` with what it says, or with how to get it."""
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    parts = {name: str(value) for name, value in conninfo_to_dict(place).items() if value is not None}
    password = parts.pop("password", None)  # other users see arguments
    target = make_conninfo("", **parts)
    if shutil.which(command) is None:
        shown = " ".join([command, *options, f'--dbname="{target}"'])
        raise BackupError(f"{command} is not here; install PostgreSQL's client, or run this where it is: {shown}")
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    ended = subprocess.run(  # noqa: S603
        [command, *options, f"--dbname={target}"], env=environment, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise BackupError(f"{command} failed: {ended.stderr.strip()[-500:]}")
