"""Sees every event that is spooled at the moment it is, however short it stays (inotify, so Linux only)."""

from __future__ import annotations

import ctypes
import os
import select
import struct
import threading
from collections.abc import Iterable
from pathlib import Path

from jupyter_errreport.delivery.box import read_name
from jupyter_errreport.delivery.owner import NOBODY, Owner

_MOVED_TO, _OVERFLOW = 0x80, 0x4000
_HEAD = struct.Struct("iIII")


class SpoolWatch:
    """Hears of every file that is moved into one of the spool's folders, from its making to `close`."""

    def __init__(self, boxes: Iterable[Path]) -> None:
        self.spooled: dict[str, int] = {}
        """For each event that was seen how many errors it stands for."""
        self.set_aside: set[str] = set()
        """Those that a receiver refused for good."""
        self._overflowed = False
        self._owners: dict[str, Owner] = {}
        self._adopted: set[str] = set()
        self._boxes = list(boxes)
        self._best = self._boxes[0].parent
        self._displaced: set[str] = set()
        libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = libc.inotify_init1(os.O_CLOEXEC)
        self._folders: dict[int, tuple[Path, str]] = {}
        for box in self._boxes:
            for folder in ("new", "cur", "poison"):
                watched = libc.inotify_add_watch(self._descriptor, os.fsencode(box / folder), _MOVED_TO)
                if watched < 0:
                    raise OSError(ctypes.get_errno(), "can't be watched", str(box / folder))
                self._folders[watched] = box.parent, folder
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def saw_all(self) -> bool:
        """Whether nothing went by unseen."""
        return self._thread.is_alive() and not self._overflowed

    @property
    def adopted(self) -> int:
        """How many events another process took in hand than the one that spooled them."""
        return len(self._adopted)

    @property
    def displaced(self) -> int:
        """How many events were spooled in another place than the first box's, because that one was full."""
        return len(self._displaced)

    def waiting(self) -> list[str]:
        """The names of the events that are in the spool now."""
        return [path.name for box in self._boxes for folder in ("new", "cur") for path in (box / folder).iterdir()]

    def close(self) -> None:
        self._closing.set()
        self._thread.join(5)
        os.close(self._descriptor)

    def _run(self) -> None:
        while not self._closing.is_set():
            ready, _, _ = select.select([self._descriptor], [], [], 0.2)
            if ready:
                self._read(os.read(self._descriptor, 1 << 20))

    def _read(self, data: bytes) -> None:
        at = 0
        while at < len(data):
            watched, mask, _, length = _HEAD.unpack_from(data, at)
            name = os.fsdecode(data[at + _HEAD.size : at + _HEAD.size + length].rstrip(b"\0"))
            at += _HEAD.size + length
            self._overflowed = self._overflowed or bool(mask & _OVERFLOW)
            place, folder = self._folders.get(watched, (self._best, ""))
            entry = read_name(folder, name)
            if entry is not None and folder == "poison":
                self.set_aside.add(entry.event_id)
            elif entry is not None:
                # One that is sent again, with more to say or to ask, stands for no further error.
                self.spooled[entry.event_id] = max(entry.errors, self.spooled.get(entry.event_id, 0))
                if place != self._best:
                    self._displaced.add(entry.event_id)
                if entry.owner not in (NOBODY, self._owners.setdefault(entry.event_id, entry.owner)):
                    self._adopted.add(entry.event_id)
