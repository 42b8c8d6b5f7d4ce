"""The author's answer, shown below the cell that failed, if it is known within three seconds. No cell waits for it.

What was heard before is shown at once, and put right when the receiver answers otherwise.
"""

import threading
import time
from collections import OrderedDict, deque
from typing import Any, Callable, Deque, Dict, Hashable, List, NamedTuple, Tuple

from ..delivery import Destination
from ..delivery.outcome import Hint
from ..event import new_event_id
from .faults import Faults
from .hint_cache import HintCache
from .hint_text import WITHDRAWN, as_html, as_text
from .outputs import Place, place_of_output, show

SHOWN_WITHIN = 3.0
"""Seconds from the error on: later the reader is elsewhere."""
KEPT = 100


class _Awaited:
    """An error about which the author may have said something."""

    __slots__ = ("deadline", "errors", "likeness", "name", "place", "shown")

    def __init__(self, place: Place, likeness: Hashable, deadline: float) -> None:
        self.name = f"errreport-{new_event_id()}"
        self.place = place
        self.likeness = likeness
        self.deadline = deadline
        self.errors: Dict[Tuple[str, str], str] = {}
        """What each receiver's hints call this error, by the receiver's identity."""
        self.shown: Dict[Tuple[str, str], Hint] = {}
        """What each receiver was quoted with."""

    @property
    def cell(self) -> Any:
        """Which run of which cell it was."""
        return self.place["msg_id"]


class Said(NamedTuple):
    """A hint, and who told it."""

    destination: Destination
    hint: Hint


class Hints:
    """Belongs to one shell. Which method runs on which thread is said there; none of them raises or waits."""

    def __init__(self, shell: Any, faults: Faults, clock: Callable[[], float] = time.monotonic) -> None:
        self._shell = shell
        self._faults = faults
        self._clock = clock
        self._cache = HintCache()
        self._lock = threading.RLock()
        self._awaited: OrderedDict[str, _Awaited] = OrderedDict()
        self._by_likeness: OrderedDict[Hashable, List[Said]] = OrderedDict()
        """What was shown for an error like this: its repeats are neither scrubbed nor sent one by one."""
        self._repeated: Deque[Tuple[_Awaited, List[Said]]] = deque(maxlen=KEPT)
        self._cells: Deque[Tuple[Any, Hint]] = deque(maxlen=KEPT)
        """Which cell was shown which hint: a loop that fails a thousand times is answered once."""

    def captured(self, event_id: str, likeness: Hashable) -> None:
        """On the thread that failed: an error goes on its way, and its cell is the one that runs now."""
        place = place_of_output(self._shell)
        if place is None:
            return
        awaited = _Awaited(place, likeness, self._clock() + SHOWN_WITHIN)
        with self._lock:
            self._awaited[event_id] = awaited
            while len(self._awaited) > KEPT:
                self._awaited.popitem(last=False)

    def repeated(self, likeness: Hashable) -> bool:
        """On the thread that failed: an error like one before; whether `show_repeated` has something to show."""
        said = self._by_likeness.get(likeness)
        if not said:
            return False
        place = place_of_output(self._shell)
        if place is None or all((place["msg_id"], one.hint) in self._cells for one in said):
            return False
        self._repeated.append((_Awaited(place, likeness, self._clock() + SHOWN_WITHIN), said))
        return True

    def show_repeated(self) -> None:
        """On the worker's thread."""
        while self._repeated:
            awaited, said = self._repeated.popleft()
            for one in said:
                self._say(awaited, one)

    def made(self, event_id: str, errors: Dict[Destination, str]) -> None:
        """On the worker's thread: what each receiver's hints call the error; shows what was heard of it before."""
        with self._lock:
            awaited = self._awaited.get(event_id)
            if awaited is None:
                return
            awaited.errors = {destination.identity: error for destination, error in errors.items()}
        for destination, error in errors.items():
            hint = self._cache.find(destination, error)
            if hint.text:
                self._say(awaited, Said(destination, hint))

    def answered(self, destination: Destination, hints: Dict[str, Hint]) -> None:
        """On a lane's thread: what a receiver says of the events that it was sent, by their ids."""
        for event_id, hint in hints.items():
            with self._lock:
                awaited = self._awaited.get(event_id)
            error = awaited.errors.get(destination.identity) if awaited is not None else None
            if awaited is None or error is None:
                continue
            with self._faults:
                self._cache.keep(destination, error, hint)
            if hint.text or destination.identity in awaited.shown:
                self._say(awaited, Said(destination, hint))

    def _say(self, awaited: _Awaited, said: Said) -> None:
        """Show a hint, once below each cell; in place of what was shown before if that was another."""
        identity, hint = said.destination.identity, said.hint
        with self._lock:
            before = awaited.shown.get(identity)
            cell = awaited.cell, hint
            if self._clock() > awaited.deadline or before == hint or (before is None and cell in self._cells):
                return
            awaited.shown[identity] = hint
            self._cells.append(cell)
            self._remember(awaited.likeness, said)
        host = hint.source or said.destination.label
        with self._faults:
            text, html = WITHDRAWN, WITHDRAWN
            if hint.text:
                text, html = as_text(hint.text, host), as_html(hint.text, host)
            name = f"{awaited.name}-{said.destination.label}"
            show(self._shell, awaited.place, text, html, name, again=before is not None)

    def _remember(self, likeness: Hashable, said: Said) -> None:
        identity = said.destination.identity
        others = [one for one in self._by_likeness.get(likeness, ()) if one.destination.identity != identity]
        self._by_likeness[likeness] = [*others, said] if said.hint.text else others
        while len(self._by_likeness) > KEPT:
            self._by_likeness.popitem(last=False)
