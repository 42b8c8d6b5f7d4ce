"""The few operations on files that the spool is made of, on a disk and in memory.

One object with seven methods, so that tests can give the spool a disk that fills up, goes away or dies at any step.
"""

import errno
import os
from typing import Dict, List, Tuple

from ..own_files import NO_LINK, read_own


class Files:
    """A disk. Every method raises OSError when it can't be done; nothing here takes a lock or waits."""

    def make_folder(self, path: str) -> None:
        """Make a folder, and those above it that are missing, for this user only; on disk when it returns."""
        if not path or os.path.isdir(path):
            return
        parent = os.path.dirname(path)
        self.make_folder(parent)
        try:
            os.mkdir(path, 0o700)
        except FileExistsError:
            return
        self.sync(parent)

    def own(self, folder: str) -> None:
        """See to it that nobody else can look into a folder. Raises OSError for one that is another user's."""
        if os.path.islink(folder):
            raise PermissionError(errno.EPERM, "is a link", folder)
        if not hasattr(os, "geteuid"):
            return
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | NO_LINK)
        try:
            found = os.fstat(descriptor)
            if found.st_uid != os.geteuid():
                raise PermissionError(errno.EPERM, "belongs to somebody else", folder)
            if found.st_mode & 0o077:
                os.fchmod(descriptor, 0o700)
        finally:
            os.close(descriptor)

    def write(self, path: str, content: bytes) -> None:
        """Make a new file that only this user can read; its content is on disk when it returns."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINK, 0o600)
        try:
            left = memoryview(content)
            while left:
                left = left[os.write(descriptor, left) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def read(self, path: str) -> bytes:
        """The content of a file. Raises `NotOwn`, a ValueError, for one that another user made."""
        return read_own(path)

    def move(self, old: str, new: str) -> None:
        """Rename a file, in one step for everybody who looks."""
        os.replace(old, new)

    def remove(self, path: str) -> None:
        """Take a file away."""
        os.remove(path)

    def names(self, folder: str) -> List[str]:
        """The names in a folder, in no order; none when it does not exist."""
        try:
            return os.listdir(folder)
        except FileNotFoundError:
            return []

    def sync(self, folder: str) -> None:
        """Have the names in a folder on disk when it returns, where the system knows how to (Windows does not)."""
        try:
            descriptor = os.open(folder, os.O_RDONLY)
        except PermissionError:
            if os.name == "nt":
                return
            raise
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network file systems sync by themselves
                raise
        finally:
            os.close(descriptor)


class MemoryFiles(Files):
    """The same in memory, for a kernel that finds no disk to write to: gone with the process."""

    def __init__(self) -> None:
        self.folders: Dict[str, Dict[str, bytes]] = {}

    def make_folder(self, path: str) -> None:
        """Make a folder."""
        self.folders.setdefault(path, {})

    def own(self, folder: str) -> None:
        """Nobody else is here."""

    def write(self, path: str, content: bytes) -> None:
        """Keep a new file."""
        folder, name = self._place(path)
        if name in folder:
            raise FileExistsError(errno.EEXIST, "exists", path)
        folder[name] = content

    def read(self, path: str) -> bytes:
        """The content of a file."""
        folder, name = self._place(path)
        if name not in folder:
            raise FileNotFoundError(errno.ENOENT, "is not there", path)
        return folder[name]

    def move(self, old: str, new: str) -> None:
        """Rename a file."""
        content = self.read(old)
        folder, name = self._place(new)
        self.remove(old)
        folder[name] = content

    def remove(self, path: str) -> None:
        """Forget a file."""
        self.read(path)
        folder, name = self._place(path)
        del folder[name]

    def names(self, folder: str) -> List[str]:
        """The names in a folder."""
        return list(self.folders.get(folder, ()))

    def sync(self, folder: str) -> None:
        """Memory is as safe as it gets."""

    def _place(self, path: str) -> Tuple[Dict[str, bytes], str]:
        folder, name = os.path.split(path)
        if folder not in self.folders:
            raise FileNotFoundError(errno.ENOENT, "no such folder", folder)
        return self.folders[folder], name
