"""The events on disk for one destination: one file an event, moved as letters are in a maildir, never locked.

    tmp/     being written
    new/     written, and on disk
    cur/     taken in hand by the process that its name tells
    poison/  refused by the receiver for good; the newest 100
    counts/  a file for each process that dropped anything or had it refused: how many errors

A name says all that has to be known without opening the file:

    EVENT_ID . ERRORS . BYTES . SENDER . HOST-PID-START-SINCE

Who wrote an event, or took it, has it in hand until that process is gone; then whoever moves the file first has it.
"""

import json
import os
import re
import threading
import time
from typing import Callable, Collection, Dict, Iterator, List, NamedTuple, Optional

from ..event import event_time, new_event_id
from .files import Files
from .owner import NOBODY, STALE_SECONDS, Owner, Processes

LIMIT_BYTES = 10_000_000
"""Of the events that wait for one destination; the oldest are dropped and counted, down to nine tenths of it."""
KEPT_SECONDS = 60 * 86_400
"""How long an event waits: receivers know an id for 90 days, after which a copy would count again."""
POISON_KEPT = 100
_FOLDERS = ("tmp", "new", "cur", "poison", "counts")
_NAME = re.compile(
    r"([0-9a-f-]{36})\.(\d{1,9})\.(\d{1,9})\.([0-9a-f]{16})\.([0-9a-f]+)-(\d{1,10})-([0-9a-f]+)-(\d{1,12})"
)


class Entry(NamedTuple):
    """The file of one event."""

    event_id: str
    errors: int
    """How many errors the event stands for."""
    size: int
    """Bytes of the file."""
    sender: str
    """Hash of the destination as the file tells it: equal ones may go in one request."""
    owner: Owner
    since: int
    """When `owner` took it, in seconds since the epoch."""
    folder: str = "new"

    @property
    def name(self) -> str:
        """The file's name."""
        return f"{self.event_id}.{self.errors}.{self.size}.{self.sender}.{self.owner}-{self.since}"


def read_name(folder: str, name: str) -> Optional[Entry]:
    """What a name says; None for a file that is none of ours."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    event_id, errors, size, sender, host, pid, start, since = found.groups()
    return Entry(event_id, int(errors), int(size), sender, Owner(host, int(pid), start), int(since), folder)


def _size_in(name: str) -> int:
    """Bytes of a file by its name, for thousands of them; 0 for one that is none of ours."""
    parts = name.split(".", 3)
    return int(parts[2]) if len(parts) == 4 and parts[2].isdigit() else 0


class Box:
    """One destination's folder. Its methods raise OSError where they say so, and may be called by any thread."""

    def __init__(self, folder: str, files: Files, processes: Processes, clock: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self._files = files
        self._processes = processes
        self._clock = clock
        self._ready = False
        self._lock = threading.Lock()
        self._size: Optional[int] = None
        self._counts = {"dropped": 0, "poison": 0}
        self._counts_name = ""

    @property
    def key(self) -> str:
        """The folder's own name."""
        return os.path.basename(self.folder)

    # -- one event ----------------------------------------------------------------------------------------------------

    def put(self, event_id: str, errors: int, sender: str, content: bytes) -> Entry:
        """Write an event; on disk when this returns, in the hand of this process. Raises OSError.

        1. A file of its own in `tmp`, with all of its content on disk.
        2. Moved into `new`: now it is an event.
        3. The folder on disk.
        """
        if event_time(event_id) is None:  # nothing of ours; but a name must be one
            event_id = new_event_id(self._clock())
        entry = Entry(event_id, errors, len(content), sender, self._processes.this(), int(self._clock()))
        try:
            self._make_ready()
            self._write(entry, content)
        except FileNotFoundError:  # somebody cleaned up
            self._ready = False
            self._make_ready()
            self._write(entry, content)
        self._grown(entry.size)
        return entry

    def claim(self, entry: Entry) -> Entry:
        """Take an event in hand to send it; the entry as it is then.

        A claim of one's own holds good as long as nobody could take it for a stale one. Raises FileNotFoundError when
        another process has the event or had it, and OSError.
        """
        now = int(self._clock())
        if (
            entry.folder == "cur"
            and entry.owner == self._processes.this()
            and abs(now - entry.since) < STALE_SECONDS / 4
        ):
            return entry
        taken = entry._replace(owner=self._processes.this(), since=now, folder="cur")
        try:
            self._files.move(self._path(entry), self._path(taken))
        except FileNotFoundError:
            # Over NFS an answer may be lost and the question asked again: look whether it was done.
            if taken.name not in self._files.names(self._sub("cur")):
                raise
        return taken

    def read(self, entry: Entry) -> bytes:
        """An event's file. Raises OSError."""
        return self._files.read(self._path(entry))

    def remove(self, entry: Entry) -> None:
        """Be done with an event. One that can't be removed may be sent once more, and counts once."""
        try:
            self._files.remove(self._path(entry))
        except OSError:
            return
        self._grown(-entry.size)

    def release(self, entry: Entry) -> None:
        """Let everybody have an event from now on."""
        if entry.owner == NOBODY:
            return
        try:
            self._files.move(self._path(entry), self._path(entry._replace(owner=NOBODY, since=0, folder="new")))
        except OSError:
            return

    def dead_letter(self, entry: Entry) -> None:
        """Keep an event that the receiver will never take apart from the others, for somebody to look at."""
        self._count("poison", entry.errors)
        try:
            self._files.move(self._path(entry), os.path.join(self._sub("poison"), entry.name))
            self._grown(-entry.size)
            for name in sorted(self._files.names(self._sub("poison")))[:-POISON_KEPT]:
                self._files.remove(os.path.join(self._sub("poison"), name))
        except OSError:
            self.remove(entry)

    def reject(self, entry: Entry) -> None:
        """Be done with an event that was one too many for the receiver: counted, and not kept, as it has no fault."""
        self._count("poison", entry.errors)
        self.remove(entry)

    # -- all of them --------------------------------------------------------------------------------------------------

    def entries(self) -> List[Entry]:
        """Every event here, oldest first. Raises OSError."""
        return list(self._oldest_first())

    def free(self, limit: int) -> List[Entry]:
        """The events that nobody has in hand, oldest first, `limit` at most; drops what is too old. Raises OSError."""
        now = self._clock()
        gone: Dict[Owner, bool] = {}
        free: List[Entry] = []
        old: List[Entry] = []
        for entry in self._oldest_first():
            if len(free) == limit:
                break
            if entry.owner not in gone or not self._processes.knows(entry.owner):
                gone[entry.owner] = self._is_free(entry, now)
            if gone[entry.owner]:
                is_old = now - (event_time(entry.event_id) or now) > KEPT_SECONDS
                (old if is_old else free).append(entry)
        self._drop(old)
        self._sweep(now)
        return free

    def make_room(self, size: int, busy: Collection[str]) -> List[Entry]:
        """Drop the oldest events until `size` more bytes fit; returns those. Raises OSError.

        Neither what is `busy` (ids) nor what another living process has in hand is dropped: that one makes room itself.
        """
        if self._size is not None and self._size + size <= LIMIT_BYTES:
            return []
        total = sum(_size_in(name) for folder in ("new", "cur") for name in self._files.names(self._sub(folder)))
        going: List[Entry] = []
        if total + size > LIMIT_BYTES:
            this, now = self._processes.this(), self._clock()
            surplus = total + size - LIMIT_BYTES * 9 // 10
            for entry in self._oldest_first():
                if surplus <= 0:
                    break
                if entry.event_id not in busy and (entry.owner == this or self._is_free(entry, now)):
                    going.append(entry)
                    surplus -= entry.size
        with self._lock:
            self._size = total
        self._drop(going)
        return going

    def counted(self) -> Dict[str, int]:
        """How many errors processes dropped and set aside here in the last 60 days, by what they did."""
        total = {"dropped": 0, "poison": 0}
        for name in self._files.names(self._sub("counts")):
            path = os.path.join(self._sub("counts"), name)
            try:
                if self._clock() - int(name.rpartition("-")[2]) > KEPT_SECONDS:
                    self._files.remove(path)
                    continue
                counts = json.loads(self._files.read(path).decode())
                for what in total:
                    total[what] += int(counts[what])
            except (OSError, ValueError, KeyError, TypeError):
                continue
        return total

    def _oldest_first(self) -> Iterator[Entry]:
        """Names are read one by one, since there may be thousands and the reader's code wants to run too."""
        names = [(name, folder) for folder in ("new", "cur") for name in self._files.names(self._sub(folder))]
        for name, folder in sorted(names):  # an id begins with its time
            entry = read_name(folder, name)
            if entry is not None:
                yield entry

    # -- below --------------------------------------------------------------------------------------------------------

    def _make_ready(self) -> None:
        if self._ready:
            return
        # From the top, and each looked at before anything is made in it: a link that somebody put there leads nowhere.
        for folder in (os.path.dirname(self.folder), self.folder, *map(self._sub, _FOLDERS)):
            self._files.make_folder(folder)
            self._files.own(folder)
        self._ready = True

    def _write(self, entry: Entry, content: bytes) -> None:
        partial = os.path.join(self._sub("tmp"), entry.name)
        try:
            self._files.write(partial, content)
            self._files.move(partial, self._path(entry))
            self._files.sync(self._sub("new"))
        except OSError:
            self._remove_if_there(partial)
            self._remove_if_there(self._path(entry))
            raise

    def _drop(self, entries: List[Entry]) -> None:
        # Counted first: what is lost in silence is worse than what is counted and then sent after all.
        self._count("dropped", sum(entry.errors for entry in entries))
        for entry in entries:
            self.remove(entry)

    def _count(self, what: str, count: int) -> None:
        """Add to the counts of this process, which outlive it."""
        if not count:
            return
        self._counts[what] += count
        self._counts_name = self._counts_name or f"{self._processes.this()}-{os.urandom(4).hex()}-{int(self._clock())}"
        partial = os.path.join(self._sub("tmp"), self._counts_name)
        try:
            self._make_ready()
            self._files.write(partial, json.dumps(self._counts).encode())
            self._files.move(partial, os.path.join(self._sub("counts"), self._counts_name))
        except OSError:
            self._remove_if_there(partial)

    def _sweep(self, now: float) -> None:
        """Take away what processes left that died while they wrote."""
        for name in self._files.names(self._sub("tmp")):
            entry = read_name("tmp", name)
            if entry is not None and self._is_free(entry, now):
                self._remove_if_there(self._path(entry))

    def _remove_if_there(self, path: str) -> None:
        try:
            self._files.remove(path)
        except OSError:
            return

    def _is_free(self, entry: Entry, now: float) -> bool:
        return self._processes.is_gone(entry.owner, entry.since, now)

    def _grown(self, size: int) -> None:
        with self._lock:
            if self._size is not None:
                self._size += size

    def _sub(self, folder: str) -> str:
        return os.path.join(self.folder, folder)

    def _path(self, entry: Entry) -> str:
        return os.path.join(self.folder, entry.folder, entry.name)
