"""What waits in the spool for one destination, as a source of requests."""

import threading
from collections import deque
from typing import Callable, Deque, Dict, Iterable, List, Optional, Set

from .destination import JUPYTER, Destination
from .engine.batch_limit import BatchLimit
from .engine.parcel import Cells
from .engine.source import NotNow, Source
from .figures import Figures, Sent
from .late_keys import LateKeys
from .outcome import Hint, Outcome
from .spool import Item, Spool
from .spool_parcel import SpoolParcel, Waiting, claimed, taken

AFTER_FAULT = 300.0
"""Seconds to wait after a fault of our own: it must not cost the reader's kernel anything."""

Hints = Dict[str, Optional[Hint]]
"""What an author has to say, by the ids of events; None where the receiver will know a little later."""


class SpoolSource(Source[SpoolParcel]):
    """Events of this process and of those before it. Anybody may put in or discard while one thread takes out."""

    def __init__(self, destination: Destination, spool: Spool, figures: Figures, most: int) -> None:
        """A request holds `most` events; what becomes of them is counted in `figures`."""
        self.destination = destination
        self.on_answered: Callable[[Hints], None] = _nothing
        """Called by who takes turns when a receiver has answered, with its hints for our own events."""
        self._spool = spool
        self._figures = figures
        self._batch = BatchLimit(most)
        self._items: Deque[Waiting] = deque()
        self._taken: List[Waiting] = []
        """What was handed out, until it was answered for or put off."""
        self._parcel: Optional[SpoolParcel] = None
        self._cells_due: Optional[Cells] = None
        """What the receiver is still to be told of the session."""
        self._late_keys = LateKeys()
        self._lock = threading.Lock()

    def put(self, destination: Destination, event_id: str, count: int, body: bytes, wanted: Callable[[], bool]) -> bool:
        """Spool an event, on disk when this returns; False when it is no longer `wanted` by then, and deleted."""
        with self._lock:
            busy = {item.entry.event_id for item in self._taken}
        item, dropped = self._spool.put(destination, event_id, count, body, busy)
        waiting = Waiting(item, own=True)
        with self._lock:
            self._figures.spooled += count
            self._drop({entry.event_id for entry in dropped})
            keep = wanted()
            if keep:
                self._items.append(waiting)
                self._late_keys.more_came()
            else:
                self._figures.forgotten += count
        if not keep:
            waiting.release()
        return keep

    def adopt(self, items: Iterable[Item]) -> bool:
        """Send what processes left that are gone, before one's own: it is older. False when all are known."""
        with self._lock:
            known = {item.entry.event_id for item in [*self._taken, *self._items]}
            new = [Waiting(item, own=False) for item in items if item.entry.event_id not in known]
            self._items = deque(sorted([*new, *self._items], key=lambda item: item.entry.event_id))
            self._late_keys.more_came()
            return bool(new)

    def readdress(self, destination: Destination) -> None:
        """From now on with another token, connection file or session; what waits goes along."""
        with self._lock:
            self.destination = destination
            self._cells_due = None

    def take_key(self, notebook: str, token: str) -> bool:
        """What an earlier process left of a notebook, without a token, goes with this one; False when that is known."""
        with self._lock:
            return self._late_keys.take(notebook, token)

    def tell_session(self, cells: Cells) -> bool:
        """Have the session opened, and told how many cells went well and failed; False where there is none."""
        with self._lock:
            if self.destination.session_key:
                self._cells_due = cells
            return bool(self.destination.session_key)

    @property
    def has_work(self) -> bool:
        """Whether anything is to be sent that was not handed out."""
        return bool(self._items) or self._cells_due is not None

    @property
    def has_own(self) -> bool:
        """Whether no receiver has answered for something of this process."""
        with self._lock:
            return any(item.own for item in [*self._items, *self._taken])

    @property
    def has_cells(self) -> bool:
        """Whether the receiver is still to be told of the session."""
        return self._cells_due is not None

    def waiting(self, own: bool) -> int:
        """Errors that no receiver has answered for: of this process, or of earlier ones."""
        with self._lock:
            return sum(item.errors for item in [*self._items, *self._taken] if item.own == own)

    def discard(self) -> int:
        """Delete what this process spooled and no receiver has answered for; returns how many errors."""
        with self._lock:
            taken, items = self._taken, list(self._items)
            count = sum(item.errors for item in taken + items if item.own)
            self._figures.forgotten += count
            self._items.clear()
            self._taken, self._cells_due = [], None
            if self._parcel is not None:
                self._parcel.is_given_up = True
        for item in items + [item for item in taken if item.own]:  # of the others who takes turns knows more
            item.release()
        return count

    def leave(self, is_late: Callable[[], bool]) -> None:
        """Let others have what was not handed out, until it is late."""
        with self._lock:
            items = list(self._items)
        for item in items:
            if is_late():
                break
            item.box.release(item.entry)

    def next(self) -> Optional[SpoolParcel]:
        """As many events as one request may hold, of those that go with the oldest; their files are claimed."""
        while True:
            with self._lock:
                if self._late_keys.are_new:
                    self._items = self._late_keys.in_front(self._items)
                self._taken, self._items = taken(self._items, self._batch.value)
                self._parcel = parcel = SpoolParcel(self._taken, [], self.destination, self._cells_due)
                if not parcel.items and parcel.cells is None:
                    self._batch.reset()
                    return None
            try:
                is_loaded = self._load(parcel)
            except Exception:
                self._put_back(parcel)
                raise
            if not is_loaded and parcel.cells is None:
                raise NotNow
            with self._lock:
                if not parcel.is_given_up and (parcel.items or parcel.cells is not None):
                    return parcel
            if parcel.is_given_up:
                self._put_back(parcel)

    def due_in(self) -> Optional[float]:
        """At once, when there is something."""
        return 0.0 if self.has_work else None

    def answered(self, parcel: SpoolParcel, outcome: Outcome) -> None:
        """Acknowledge and reject files, and count."""
        if parcel.is_settled:
            return
        if not parcel.is_given_up and self._batch.halves(outcome.is_whole, len(parcel.items)):
            parcel.is_settled = True
            self._put_back(parcel, outcome)
            return
        items, statuses = parcel.items, outcome.statuses or []
        for item, status, reason in zip(items, statuses, outcome.reasons or [""] * len(items)):
            if status != "rejected" or parcel.is_given_up:
                item.ack()
            else:
                self._figures.rejection = reason
                item.reject(reason)
        with self._lock:
            parcel.is_settled, self._taken = True, []
            if parcel.is_given_up:  # while it was on its way: the receiver has answered for it all the same
                self._figures.forgotten -= sum(item.errors for item in items if item.own)
            for item, status in zip(items, statuses):
                self._figures.count(item.errors, item.own, status)
            if parcel.is_given_up:
                return
            self._keep(parcel, outcome)
            for item, event in zip(items, parcel.events):
                # An older one is sent again when its receiver is asked once more for the author's hint.
                last = self._figures.last
                if item.own and (last is None or item.entry.event_id >= last.event_id):
                    self._figures.last = Sent(item.entry.event_id, event)
        if items:
            hints = zip(items, outcome.hints or [Hint()] * len(items))
            self.on_answered({item.entry.event_id: hint for item, hint in hints if item.own})

    def put_off(self, parcel: SpoolParcel, outcome: Outcome) -> bool:
        """Back in front; unless it was given up meanwhile."""
        return self._put_back(parcel, outcome)

    def failed(self, error: Exception) -> Optional[float]:
        """Nothing is lost, and nothing shows but in the status."""
        self._figures.problem = f"a fault of our own ({type(error).__name__})"
        return AFTER_FAULT

    def _load(self, parcel: SpoolParcel) -> bool:
        """Claim and read the files of a parcel, without those that another process has taken.

        False when one can't be read now: then all go back, and what is left of the parcel is news of the session.
        """
        try:
            found, destination = claimed(parcel.items)
        except OSError as error:
            self._figures.problem = f"an event could not be read again ({error.strerror or type(error).__name__})"
            self._put_back(parcel)
            parcel.items = []
            return False
        with self._lock:
            items = [item for item, _ in found]
            if not parcel.is_given_up:
                gone = [item for item in parcel.items if item.own and item not in items]
                self._figures.elsewhere += sum(item.errors for item in gone)
                self._taken = items
            parcel.items, parcel.events = items, [body for _, body in found]
            # Today's token for our own, today's Jupyter server; what others left goes with the rights that they had,
            # or with the key of their notebook, which gives it no others.
            if destination is not None:
                is_ours = (items and items[0].own) or destination.kind == JUPYTER
                now = self.destination
                if is_ours:
                    destination = destination._replace(address=now.address, token=now.token)
                else:
                    destination = self._late_keys.used_for(destination)
                parcel.destination = destination
        return True

    def _put_back(self, parcel: SpoolParcel, outcome: Optional[Outcome] = None) -> bool:
        """In front of what waits; False when nobody wants it any more."""
        with self._lock:
            if not parcel.is_given_up:
                self._items.extendleft(reversed(parcel.items))
                self._taken = []
                if outcome is not None:
                    self._keep(parcel, outcome)
                return True
        for item in parcel.items:
            item.release()
        return False

    def _keep(self, parcel: SpoolParcel, outcome: Outcome) -> None:
        """What an attempt says of the session, and for the status."""
        self._figures.problem = outcome.problem
        if outcome.is_session_told and self._cells_due == parcel.cells:
            self._cells_due = None

    def _drop(self, ids: Set[str]) -> None:
        """Forget events whose files had to make room."""
        if ids:
            gone = [item for item in self._items if item.own and item.entry.event_id in ids]
            self._figures.dropped += sum(item.errors for item in gone)
            self._items = deque(item for item in self._items if item.entry.event_id not in ids)


def _nothing(hints: Hints) -> None:
    return
