"""Events on disk until a receiver has answered for them, for each destination apart; survives the process.

No database and no locks: a kernel's HOME is often on a network file system (JupyterHub), where neither can be trusted.
Each file says itself for whom it is: another kernel of this user sends it to exactly that receiver, and nowhere else.
"""

import hashlib
import json
import os
import time
from typing import Callable, Collection, Dict, List, NamedTuple, Optional, Tuple

from .box import Box, Entry
from .destination import JUPYTER, Destination
from .owner import Processes
from .places import Place, in_memory

RETRY_SECONDS = 60.0
"""How long a place that failed is left alone."""
TAKEN_AT_ONCE = 1_000
"""Events of one destination that are taken over from others at a time."""
LOCAL = "local"
"""The folder of what is for the user's Jupyter server, whichever runs then."""


class Item(NamedTuple):
    """One event in a box."""

    box: Box
    entry: Entry


class Spooled(NamedTuple):
    """What came of keeping an event."""

    item: Item
    dropped: List[Entry]
    """Older events that had to make room."""


class Leftover(NamedTuple):
    """What processes that are gone left for one destination."""

    key: str
    destination: Destination
    items: List[Item]
    """The oldest 1,000 of them."""

    @property
    def may_be_more(self) -> bool:
        """Whether it was not all."""
        return len(self.items) >= TAKEN_AT_ONCE


def key_of(destination: Destination) -> str:
    """The folder's name: equal for the same receiver with the same rights. A hash: an address may be a secret."""
    if destination.kind == JUPYTER:
        return LOCAL
    text = json.dumps([*destination.identity, destination.token])
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


class Spool:
    """The places where this process may keep events, best first. Touches none of them before it is told to."""

    def __init__(
        self,
        places: Callable[[], List[Place]] = in_memory,
        processes: Optional[Processes] = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.problem = ""
        """Why the best place can't be used; empty when it can."""
        self.lost: Dict[str, Dict[str, int]] = {}
        """For each box, by its folder, how many errors processes dropped and set aside, as last seen."""
        self._find_places = places
        self._processes = processes or Processes()
        self._clock = clock
        self._places: List[Place] = []
        self._boxes: Dict[Tuple[str, str], Box] = {}
        self._used: Optional[Place] = None
        self._retry_at = 0.0

    @property
    def where(self) -> str:
        """Where events are kept, in words; empty before the first one."""
        if self._used is None:
            return ""
        place = self._used.root if self._used.lasts else "memory, and lost when the kernel ends"
        return f"{place} ({self.problem})" if self.problem else place

    def put(self, destination: Destination, event_id: str, errors: int, body: bytes, busy: Collection[str]) -> Spooled:
        """Keep an event, in the best place that takes it; on disk when this returns. `busy`: ids that must stay."""
        header = _header(destination)
        sender = hashlib.blake2b(header, digest_size=8).hexdigest()
        content = header + b"\n" + body
        dropped: List[Entry] = []
        for place in self._candidates():
            box = self._box(place, key_of(destination))
            try:
                dropped += box.make_room(len(content), busy)
                entry = box.put(event_id, errors, sender, content)
            except OSError as error:
                self._failed(place, error)
                continue
            if place is self._places[0]:
                self.problem = ""
            self._used = place
            return Spooled(Item(box, entry), dropped)
        raise OSError("no place to keep an event, not even in memory")

    def leftovers(self) -> List[Leftover]:
        """What processes of this user left that are gone, in all places; raises nothing."""
        found = []
        for place in self._all_places():
            try:
                keys = place.files.names(place.root)
                if keys:
                    place.files.own(place.root)
            except OSError:
                continue
            for key in keys:
                try:
                    leftover = self._leftover(self._box(place, key), key)
                except OSError:
                    continue
                if leftover is not None:
                    found.append(leftover)
        return found

    def _leftover(self, box: Box, key: str) -> Optional[Leftover]:
        self.lost[box.folder] = box.counted()
        free = box.free(TAKEN_AT_ONCE)
        for number, entry in enumerate(free):
            try:
                destination, _ = opened(box.read(entry), key)
            except FileNotFoundError:  # somebody was faster
                continue
            except ValueError:
                box.dead_letter(entry)
                continue
            return Leftover(key, destination, [Item(box, entry) for entry in free[number:]])
        return None

    def _candidates(self) -> List[Place]:
        """The places to try: all of them, or from the one in use on as long as better ones are left alone."""
        places = self._all_places()
        if self._used is None or time.monotonic() >= self._retry_at:
            return places
        return places[places.index(self._used) :]

    def _failed(self, place: Place, error: OSError) -> None:
        if place is self._all_places()[0]:
            self.problem = f"{place.root}: {error.strerror or type(error).__name__}"
        self._retry_at = time.monotonic() + RETRY_SECONDS

    def _all_places(self) -> List[Place]:
        if not self._places:
            self._places = self._find_places()
        return self._places

    def _box(self, place: Place, key: str) -> Box:
        box = self._boxes.get((place.root, key))
        if box is None:
            box = Box(os.path.join(place.root, key), place.files, self._processes, self._clock)
            self._boxes[place.root, key] = box
        return box


def _header(destination: Destination) -> bytes:
    """The first line of a file: for whom it is."""
    if destination.kind == JUPYTER:
        destination = destination._replace(address="")
    return json.dumps(destination._asdict()).encode()


def opened(content: bytes, key: str) -> Tuple[Destination, bytes]:
    """For whom the event in a file is, and the event. Raises ValueError for a file that does not belong where it is."""
    header, _, body = content.partition(b"\n")
    try:
        destination = Destination(**json.loads(header.decode()))
        if not all(isinstance(part, str) for part in destination) or key_of(destination) != key:
            raise ValueError(key)
    except TypeError:
        raise ValueError(key) from None
    return destination, body
