"""Opens the server's database, or another in its place: on a disk of this machine, until the proper one can be had.

Reports are taken, listed and forwarded all the same, and `status` says where they are and why.
"""

import contextlib
import hashlib
import os
import stat
import tempfile
from concurrent.futures import TimeoutError as FutureTimeoutError  # another class before Python 3.11
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from ..store import Database, StoreError
from ..store.database.file_lock import FileLock
from ..store.errors.adopt import adopt

OPEN_SECONDS = 10.0
"""How long the server's start may wait for a database (a HOME on a hanging network file system)."""

IN_USE = "in-use"
"""The purpose of the lock of a stand-in."""


class Opened(NamedTuple):
    """The database to use, and what is to be said of it."""

    database: Database
    warning: str = ""
    """A sentence for the operator; empty when all is well."""
    lock: FileLock | None = None
    """Keeps other servers away from a stand-in that is in use; to be released when the database is closed."""


def open_database(place: str) -> Opened:
    """The database at `place`, with what was kept in its stand-in; the stand-in when it can't be had.

    If there is none either, the database that comes back is not open and answers every request with `StoreError`.
    """
    usual = _usual_place(place)
    try:
        database = Database(place)
        database.start(OPEN_SECONDS)
    except StoreError as error:
        return _open_stand_in(usual, str(error))
    return Opened(database, _take_back(database, usual))


def _open_stand_in(usual: Path, reason: str) -> Opened:
    database = Database(usual)
    try:
        path = _private(usual)
        database, lock = Database(path), FileLock(path, IN_USE)
        lock.take(wait=False)
        database.start(OPEN_SECONDS)
    except (StoreError, OSError) as error:
        return Opened(database, f"{reason} Nor can one be had in its place, so nothing is stored: {error}")
    return Opened(
        database,
        f"{reason} Until it can be used again at a later start of this server, errors are kept in {path}, which may not"
        " outlive this machine. They are forwarded as ever.",
        lock,
    )


def _take_back(database: Database, path: Path) -> str:
    """Move what was kept in the stand-in to where it belongs, unless another server still works with it."""
    if not _is_ours(path.parent) or not path.exists():
        return ""
    lock = FileLock(path, IN_USE)
    if not lock.take(wait=False):
        return ""
    try:
        adopt(database, path)
        for left in path.parent.glob(f"{path.name}-*"):  # its locks
            left.unlink(missing_ok=True)
    except (StoreError, SQLAlchemyError, FutureTimeoutError) as error:
        what = f"What was kept in {path} while the database could not be used is still there"
        return f"{what} ({type(error).__name__}: {error})."
    finally:
        lock.release()
    with contextlib.suppress(OSError):  # there is another server's
        path.parent.rmdir()
    return ""


def _usual_place(place: str) -> Path:
    """Where the stand-in of the database at `place` is: the same at each start."""
    user = str(os.getuid()) if hasattr(os, "getuid") else "user"
    name = hashlib.blake2b(os.path.abspath(place).encode("utf-8", "replace"), digest_size=8).hexdigest()  # noqa: PTH100
    return Path(tempfile.gettempdir()) / f"errreport-{user}" / f"server-{name}.sqlite"


def _private(path: Path) -> Path:
    """`path`, or one of its name in a new folder when somebody else could read or have made its own. Raises OSError."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    return path if _is_ours(path.parent) else Path(tempfile.mkdtemp(prefix="errreport-")) / path.name


def _is_ours(folder: Path) -> bool:
    """Whether a folder is there, and nobody else can look into it or could have made it."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    is_mine = not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o077)
    return stat.S_ISDIR(found.st_mode) and is_mine
