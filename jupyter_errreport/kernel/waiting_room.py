"""Events that may not leave before the reader said yes: on disk like those of the spool, where nobody sends from.

Imports what it is made of with the first event that waits.
"""

import json
import os
from typing import TYPE_CHECKING, Callable, Iterator, List, NamedTuple, Optional

from ..delivery import Destination
from ..delivery.choices import NO, YES
from ..event import EventMessageType, encode
from .consent import ASKED, Consent

if TYPE_CHECKING:
    from ..delivery.spool import Item, Spool

Send = Callable[[EventMessageType, Destination], None]


class _Kept(NamedTuple):
    item: "Item"
    destination: Destination
    errors: int


class WaitingRoom:
    """One kernel's. Its methods are for the worker's thread."""

    def __init__(self, make_spool: "Callable[[], Spool]") -> None:
        self.errors = 0
        """How many of this kernel's errors wait."""
        self._make_spool = make_spool
        self._made: Optional[Spool] = None
        self._own: List[_Kept] = []
        self._pid = os.getpid()

    @property
    def _spool(self) -> "Spool":
        if self._pid != os.getpid():  # a forked child: what waits is its parent's
            self._pid, self._made = os.getpid(), None
            self._hold([])
        if self._made is None:
            self._made = self._make_spool()
        return self._made

    def keep(self, event: EventMessageType, destination: Destination, errors: int) -> None:
        """Keep an event that stands for so many errors; on disk when this returns, where there is a disk."""
        spool = self._spool
        item, dropped = spool.put(destination, event["event_id"], errors, encode(event), ())
        gone = {entry.name for entry in dropped}
        self._own = [kept for kept in self._own if kept.item.entry.name not in gone]
        self._hold([*self._own, _Kept(item, destination, errors)])

    def settle(self, consent: Consent, send: Send, leave: Send) -> Iterator[None]:
        """Have sent what may leave by now, delete what never may, and let the rest wait.

        `send` takes an event of this kernel; `leave` one that an earlier kernel left, about which it was asked: only
        what was remembered counts there.
        """
        spool, rest = self._spool, []
        for kept in self._own:
            state = consent.state_of(kept.destination)
            if state == ASKED:
                rest.append(kept)
            else:
                self._be_done(kept.item, state, send, kept.destination)
            yield
        self._hold(rest)
        for leftover in spool.leftovers():
            choice = consent.choices.of(leftover.destination)
            for item in leftover.items if choice else ():
                self._be_done(item, choice, leave)
                yield

    def _be_done(self, item: "Item", choice: str, send: Send, known: Optional[Destination] = None) -> None:
        from ..delivery.spool import opened

        if choice == YES:
            try:
                destination, body = opened(item.box.read(item.entry), item.box.key)
                event: EventMessageType = json.loads(body.decode())
            except FileNotFoundError:  # another kernel was faster
                return
            except ValueError:  # nothing that we wrote
                choice = NO
            else:
                send(event, known or destination)
        item.box.remove(item.entry)

    def _hold(self, kept: List[_Kept]) -> None:
        self._own = kept
        self.errors = sum(one.errors for one in kept)
