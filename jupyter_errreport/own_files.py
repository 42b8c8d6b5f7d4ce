"""Files that must be this user's own, wherever they are: others can make theirs first, in `/tmp` and elsewhere.

Opened without following a link, and judged by the opened file. On Windows, where modes say nothing, all are taken.
"""

import errno
import os
import stat

NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
"""Flags for `os.open`: a link at the place itself is refused with ELOOP."""
LINKED = (errno.ELOOP, errno.EMLINK)
"""How Linux and the BSDs say that."""
_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def objection_to(found: os.stat_result) -> str:
    """Why a file may not be used, as the end of a sentence; empty for one of this user's that no other can write."""
    if not stat.S_ISREG(found.st_mode):
        return "is a link or a device, and no file"
    if not hasattr(os, "geteuid"):
        return ""
    if found.st_uid != os.geteuid():
        return "belongs to another user"
    if found.st_mode & _WRITABLE_BY_OTHERS:
        return "can be written by other users"
    return ""


class NotOwn(ValueError):  # noqa: N818 - the name says what is the case
    """A file is not this user's own."""


def read_own(path: str) -> bytes:
    """The content of a file of this user's. Raises `NotOwn` for a link and for another's, and OSError."""
    try:
        # Without waiting for somebody to write into what may be a pipe.
        descriptor = os.open(path, os.O_RDONLY | NO_LINK | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        if error.errno in LINKED:
            raise NotOwn(f"{path} is a link") from None
        raise
    with os.fdopen(descriptor, "rb") as file:
        objection = objection_to(os.fstat(descriptor))
        if objection:
            raise NotOwn(f"{path} {objection}")
        return file.read()
