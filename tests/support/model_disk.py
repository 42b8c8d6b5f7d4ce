"""A disk in memory that forgets at a crash what was not synced, and fails where a test wants it to."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable

from jupyter_errreport.delivery.files import Files


class Crash(BaseException):
    """The power is gone in the middle of something."""


class ModelDisk(Files):
    """What a program sees (`seen`), and what would be there after a crash (`kept`): names and contents apart.

    The content of a file is kept once it was synced, its name once its folder was. Of a rename that was not synced a
    crash keeps the old name or the new one, as `luck` says.
    """

    def __init__(self, luck: Callable[[], bool] = lambda: False) -> None:
        self.seen: dict[str, dict[str, bytes]] = {}
        self.kept: dict[str, dict[str, bytes]] = {}
        self.luck = luck
        self.steps = 0
        self.crash_at: int | None = None
        """The step at which the power goes; counted by `steps`."""
        self.full = False
        self._pending: list[Callable[[], None]] = []

    def make_folder(self, path: str) -> None:
        self._step()
        while path != "/":
            self.seen.setdefault(path, {})
            self.kept.setdefault(path, {})
            path, _ = os.path.split(path)

    def own(self, folder: str) -> None:
        pass

    def write(self, path: str, content: bytes) -> None:
        self._step()
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        folder, name = os.path.split(path)
        self._folder(folder)[name] = content
        self._step()  # between write and sync: nothing of it is kept

    def read(self, path: str) -> bytes:
        folder, name = os.path.split(path)
        try:
            return self._folder(folder)[name]
        except KeyError:
            raise FileNotFoundError(errno.ENOENT, "No such file", path) from None

    def move(self, old: str, new: str) -> None:
        self._step()
        content = self.read(old)
        if old == new:
            return
        folder, name = os.path.split(new)
        self._folder(folder)[name] = content
        self._unsee(old)

        def keep() -> None:
            self._forget(old)
            self._keep(new, content)

        self._pending.append(keep)
        self._step()

    def remove(self, path: str) -> None:
        self._step()
        self.read(path)
        self._unsee(path)
        self._pending.append(lambda: self._forget(path))
        self._step()

    def names(self, folder: str) -> list[str]:
        below = [os.path.split(path) for path in self.seen]
        return [*self.seen.get(folder, ()), *(name for above, name in below if above == folder)]

    def sync(self, folder: str) -> None:
        self._step()
        self.settle()
        self._step()

    def settle(self) -> None:
        """All that was done is on disk."""
        for keep in self._pending:
            keep()
        self._pending = []

    def crash(self) -> None:
        """The power is gone and comes back: what was not synced is there or not, in the order in which it was done."""
        for keep in self._pending:
            if not self.luck():
                break
            keep()
        self._pending = []
        self.crash_at = None
        self.seen = {folder: dict(names) for folder, names in self.kept.items()}

    def _step(self) -> None:
        self.steps += 1
        if self.crash_at is not None and self.steps >= self.crash_at:
            raise Crash

    def _folder(self, folder: str) -> dict[str, bytes]:
        try:
            return self.seen[folder]
        except KeyError:
            raise FileNotFoundError(errno.ENOENT, "No such folder", folder) from None

    def _unsee(self, path: str) -> None:
        folder, name = os.path.split(path)
        del self.seen[folder][name]

    def _keep(self, path: str, content: bytes) -> None:
        folder, name = os.path.split(path)
        self.kept.setdefault(folder, {})[name] = content

    def _forget(self, path: str) -> None:
        folder, name = os.path.split(path)
        self.kept.get(folder, {}).pop(name, None)
