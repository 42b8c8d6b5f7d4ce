"""The one owner of what a kernel reports: the hook, the worker, the destinations, and the switch."""

import atexit
import os
import re
import sys
import time
from typing import Any, Callable, Dict, Hashable, Iterator, List, NamedTuple, Optional, Tuple

from ..delivery import DeliveryQueue, Destination
from ..event import MESSAGE_LIMIT, READER_KINDS, ErrorSnapshot, EventMessageType, public_session
from .announce import announce
from .faults import Faults
from .folding import Folding
from .hook import Caught, Hook
from .settings import Settings, forbidden_by, notebook_name, read_settings
from .snapshot import take
from .worker import Worker

EXIT_SPOOL_SECONDS, EXIT_SEND_SECONDS = 0.5, 1.0
"""At exit a kernel manager waits a second or more before it kills (field notes in docs/capture.md)."""
ADOPT_DELAY, ADOPT_AGAIN = 2.0, 600.0
"""Seconds from the start until it is looked for what earlier kernels left, and at least between two looks."""
_ATTRIBUTE = "_errreport_reporting"
_DIGITS = re.compile(r"\d+")


class Captured(NamedTuple):
    """What travels from the hook to the worker."""

    snapshot: ErrorSnapshot
    notebook: str
    """As the front end names it: not yet fit to leave."""
    destinations: Tuple[Destination, ...]
    epoch: int
    """How often reporting had been turned off: what was captured before an `off` does not leave after an `on`."""
    errors: int = 1
    """How many errors this one stands for."""

    @property
    def likeness(self) -> Hashable:
        """Equal for two errors whose events are equal but for numbers; found without scrubbing, in microseconds."""
        snapshot = self.snapshot
        return (
            self.epoch,
            self.destinations,
            self.notebook,
            snapshot.kind,
            snapshot.classes[0][:2],
            _DIGITS.sub("0", (snapshot.message or "")[:MESSAGE_LIMIT]),
            snapshot.source,
            snapshot.cell_id,
            snapshot.syntax_lineno,
            tuple([(frame.code.co_filename, frame.code.co_name, frame.lineno) for frame in snapshot.frames]),
        )


class Made(NamedTuple):
    """The event of an error, and what it is addressed with."""

    event: EventMessageType
    notebook: str
    destinations: Tuple[Destination, ...]
    epoch: int

    @property
    def likeness(self) -> Hashable:
        """Equal for two events that say the same of the same cell: `count` is all that a second one adds."""
        event = self.event
        cell = (event.get("cell_id"), event.get("cell_hash"), event["first_line"])
        return self.epoch, self.destinations, self.notebook, event.get("kind"), event.get("fingerprint"), cell


class Reporting:
    """Belongs to one shell (`of` finds it again, however often this module is imported or reloaded)."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.faults = Faults()
        self.settings = Settings("code-only", False, [])
        self.held_back = 0
        """Errors that were the reader's own doing (Ctrl-C, exit)."""
        self.spooled = 0
        """Errors of which the events were spooled, however many destinations they have."""
        self.folded = 0
        """Errors that are repeats: in the count of an event, but not its first."""
        self.forgotten = 0
        """Errors of which no event was spooled, because reporting was turned off."""
        self.switched_off = False
        self._epoch = 0
        self.last_captured: Optional[EventMessageType] = None
        self.delivery = DeliveryQueue(_user_spool)
        self.delivery.on_sent = self._adopt_again
        self.worker = Worker(self._work, self.faults, self._chores, lambda captured: int(captured.errors))
        self._alike: Folding[Captured] = Folding()
        self._equal: Folding[Made] = Folding()
        self._closing_folds = False
        self._adopt_at: Optional[float] = None
        self._adopted_at: Optional[float] = None
        self._more_to_adopt = False
        self.hook = _hook_class()(shell, self._capture, self.faults)
        self.session_key = os.urandom(16).hex()
        self._reporters: List[Destination] = []
        self._stores: List[Callable[[Caught], None]] = []
        atexit.register(self._exit)

    @classmethod
    def of(cls, shell: Any) -> "Reporting":
        """The shell's own, made on the first call."""
        reporting = shell.__dict__.get(_ATTRIBUTE)
        if reporting is None:
            reporting = cls(shell)
            with reporting.faults:
                reporting.settings = read_settings(shell)
            setattr(shell, _ATTRIBUTE, reporting)
        found: Reporting = reporting
        return found

    # -- who wants to hear of errors ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Install the hook and, where something may leave, make the worker before there is an error."""
        with self.faults:
            announce(self.shell)
        with self.faults:
            self.hook.install()
            if self.destinations() and not self.off_reason:
                self.worker.start()
                if self._adopted_at is None and self._adopt_at is None:
                    self._adopt_at = time.monotonic() + ADOPT_DELAY
                    self.worker.wake_at(self._adopt_at)

    def add(self, destination: Destination) -> None:
        """Report to `destination` too, in place of one that is the same receiver."""
        self._reporters = [other for other in self._reporters if other.identity != destination.identity]
        self._reporters.append(destination)
        self.start()
        if not self.off_reason:
            self.delivery.open_session(destination)

    def remove(self, destination: Destination) -> None:
        """Stop reporting to a destination that was added."""
        self._reporters = [other for other in self._reporters if other.identity != destination.identity]
        self._rest()

    def add_store(self, store: Callable[[Caught], None]) -> None:
        """Call `store` with every failure, on the thread where it happened; it must not keep the cell waiting."""
        if store not in self._stores:
            self._stores.append(store)
        self.start()

    def remove_store(self, store: Callable[[Caught], None]) -> None:
        """Stop calling `store`."""
        self._stores = [other for other in self._stores if other != store]
        self._rest()

    def destinations(self) -> Tuple[Destination, ...]:
        """The distinct receivers: the notebook's own first, then the machine's."""
        distinct: Dict[Tuple[str, str], Destination] = {}
        for destination in self._reporters + self.settings.destinations:
            distinct.setdefault(destination.identity, destination)
        return tuple(distinct.values())

    @property
    def off_reason(self) -> str:
        """Why nothing is reported, as words for the reader; empty when reporting is on."""
        return forbidden_by() or ("%errreport off" if self.switched_off else "")

    def switch(self, on: bool) -> int:
        """Turn reporting on or off for this session; off forgets what was not sent yet. Returns how many events."""
        self.switched_off = not on
        if on:
            self.start()
            for destination in self._reporters if not self.off_reason else ():
                self.delivery.open_session(destination)
            return 0
        self._epoch += 1
        forgotten = self.worker.discard() + self._alike.discard() + self._equal.discard()
        self.forgotten += forgotten
        return forgotten + self.delivery.discard()

    def flush(self, timeout: float) -> bool:
        """Send what waits; False when something is left after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        return self.spool_all(timeout) and self.delivery.flush(max(0.0, deadline - time.monotonic()))

    def spool_all(self, timeout: float) -> bool:
        """Make events of what was captured, repeats too, and spool them; False when `timeout` seconds do not do."""
        self._submit_folds(everything=True)
        self._closing_folds = True
        self.worker.wake_at(time.monotonic())
        return self.worker.finish(timeout)

    @property
    def captured(self) -> int:
        """Errors that were taken to be reported."""
        return self._alike.seen

    @property
    def folding(self) -> int:
        """Errors that are repeats and wait for more of them."""
        return self._alike.waiting + self._equal.waiting

    # -- from the failure to the queue --------------------------------------------------------------------------------

    def _capture(self, caught: Caught) -> None:
        """On the thread that failed: take the snapshot and let go of everything else."""
        for store in self._stores:
            with self.faults:
                store(caught)
        destinations = self.destinations()
        if not destinations or self.off_reason:
            return
        if caught.kind in READER_KINDS and not self.settings.interrupts:
            self.held_back += 1
            return
        namespace = self.shell.user_ns
        snapshot = self.snapshot_of(caught, namespace if type(namespace) is dict else None)
        captured = Captured(snapshot, notebook_name(namespace), destinations, self._epoch)
        if self._alike.passes(captured.likeness, captured):
            self.worker.submit(captured)
        else:
            self.worker.wake_at(self._alike.next_due)

    def snapshot_of(self, caught: Caught, namespace: Optional[Dict[str, Any]] = None) -> ErrorSnapshot:
        """Plain data about a failure, with values of `namespace` if that is given."""
        return take(
            caught.error,
            caught.traceback,
            kind=caught.kind,
            execution_count=caught.cell.execution_count,
            source=caught.cell.source,
            cell_id=caught.cell.cell_id,
            place_of=self.hook.cells.place_of,
            namespace=namespace,
        )

    def _work(self, captured: Captured) -> Iterator[None]:
        """On the worker's thread: make the event, and spool it unless it is a repeat."""
        from ..privacy import public_notebook  # not in the startup of a kernel in which nothing fails
        from .assemble import assemble

        notebook = public_notebook(captured.notebook)
        event = yield from assemble(captured.snapshot, self.settings.policy, self.hook.cells.sources, self.faults)
        made = Made(event, notebook, captured.destinations, captured.epoch)
        if captured.destinations:
            self.last_captured = self.addressed(event, captured.destinations[-1], notebook)
        if self._is_wanted(made.epoch) and not self._equal.passes(made.likeness, made, captured.errors):
            self.worker.wake_at(self._equal.next_due)
            return
        yield from self._spool(made, captured.errors)

    def _spool(self, made: Made, count: int) -> Iterator[None]:
        """Spool an event that stands for `count` errors, for each destination."""
        if not self._is_wanted(made.epoch):
            self.forgotten += count
            return
        made.event["count"] = count
        self.spooled += count
        self.folded += count - 1
        for destination in made.destinations:
            yield
            addressed = self.addressed(made.event, destination, made.notebook)
            self.last_captured = addressed
            self.delivery.submit(addressed, destination, lambda: self._is_wanted(made.epoch))

    def _is_wanted(self, epoch: int) -> bool:
        """Whether what was captured in this epoch may leave."""
        return epoch == self._epoch and not self.off_reason

    def _chores(self) -> Iterator[None]:
        """On the worker's thread, when it has nothing else to do: folds that are due, and what earlier kernels left."""
        everything, self._closing_folds = self._closing_folds, False
        self._submit_folds(everything=False)
        for made, count in self._equal.due(everything):
            with self.faults:
                yield from self._spool(made, count)
        if self._adopt_at is not None and time.monotonic() >= self._adopt_at:
            self._adopt_at, self._adopted_at = None, time.monotonic()
            if not self.off_reason and self.destinations():
                yield
                self._more_to_adopt = self.delivery.adopt(self.destinations())
        for moment in (self._alike.next_due, self._equal.next_due, self._adopt_at):
            self.worker.wake_at(moment)

    def _submit_folds(self, everything: bool) -> None:
        for captured, count in self._alike.due(everything):
            self.worker.submit(captured._replace(errors=count))

    def _adopt_again(self) -> None:
        """A receiver can be reached: look again for what other kernels left, unless that was done lately."""
        now = time.monotonic()
        lanes = self.delivery.lanes() + self.delivery.adopted()
        rest = self._more_to_adopt and not any(lane.adopted_waiting for lane in lanes)
        if self._adopt_at is None and (rest or self._adopted_at is None or now - self._adopted_at > ADOPT_AGAIN):
            self._adopt_at = now
            self.worker.wake_at(now)

    def addressed(self, event: EventMessageType, destination: Destination, notebook: str) -> EventMessageType:
        """The event as one destination gets it: under the name and session that it knows."""
        addressed = event.copy()
        addressed["notebook"] = destination.notebook or notebook
        addressed["session"] = public_session(destination.session_key or self.session_key)
        if destination.release:
            addressed["release"] = destination.release
        return addressed

    # -- the end ------------------------------------------------------------------------------------------------------

    def _rest(self) -> None:
        """Give the shell back when nobody wants to hear of errors any more."""
        if not self._stores and not self.destinations():
            with self.faults:
                self.hook.uninstall()

    def _exit(self) -> None:
        """At exit: scrub and spool what waits without pauses, then send for as long as a kernel may take to stop."""
        with self.faults:
            self._adopt_at = None
            self.spool_all(EXIT_SPOOL_SECONDS)
            self.delivery.close(EXIT_SEND_SECONDS)


def _user_spool() -> Any:
    """The spool of whoever runs this kernel."""
    from ..delivery.places import of_user  # not in the startup of a kernel in which nothing fails
    from ..delivery.spool import Spool

    return Spool(of_user)


def _hook_class() -> Any:
    """The hook for this IPython."""
    ipython = sys.modules.get("IPython")
    version = getattr(ipython, "version_info", (999, 0))
    if tuple(version[:2]) < (6, 3):
        from .legacy import LegacyHook

        return LegacyHook
    return Hook
