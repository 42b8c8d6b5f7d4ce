"""The file of a database, made or found: this user's own, and never what somebody else put in its place.

Somebody could have made it before, or a link, or one of the files that SQLite keeps beside it, and would read or change
what is stored.
"""

import errno
import os
import stat
from pathlib import Path

from ...own_files import LINKED, NO_LINK, objection_to
from .failures import DatabaseUnavailable

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database, with its mode, and reads back."""


def make_private_file(path: Path) -> None:
    """Create `path`, and folders above it that are missing, for this user only; one that is there must be this user's.

    SQLite gives its side files the mode of this one. Raises `DatabaseUnavailable`, and `OSError` when it can't be made.
    """
    missing = []
    folder = path.parent
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
    _check_folder(path)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | NO_LINK | getattr(os, "O_NONBLOCK", 0), 0o600)
    except OSError as error:
        if error.errno in LINKED:
            raise _refused(path, "is a link") from error
        if error.errno == errno.EACCES and (objection := objection_to(path.lstat())):
            raise _refused(path, objection) from error
        raise
    try:
        if objection := objection_to(os.fstat(descriptor)):
            raise _refused(path, objection)
    finally:
        os.close(descriptor)
    check_beside(path)


def check_beside(path: Path) -> None:
    """Raise `DatabaseUnavailable` when a file that SQLite reads beside a database is not this user's own."""
    for suffix in BESIDE:
        beside = path.with_name(path.name + suffix)
        try:
            found = beside.lstat()
        except FileNotFoundError:
            continue
        if objection := objection_to(found):
            raise _refused(beside, objection)


def _check_folder(path: Path) -> None:
    found = path.parent.stat()
    if hasattr(os, "geteuid") and found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX:
        raise DatabaseUnavailable(
            f"The database {path} is in a folder in which every user can replace it. Choose another folder, or close"
            f" this one: chmod o-w {path.parent}"
        )


def _refused(path: Path, objection: str) -> DatabaseUnavailable:
    advice = {
        "belongs to another user": "Run this as that user, or choose another path.",
        "can be written by other users": f"If nobody has changed it, close it: chmod go-w {path}",
    }.get(objection, "Name the file itself, or choose another path.")
    return DatabaseUnavailable(f"{path} {objection}, and so is not used as a database. {advice}")
