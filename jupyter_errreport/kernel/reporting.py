"""The one owner of what a kernel reports: the hook, the worker, the destinations, and the switch."""

import atexit
import os
import sys
import time
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

from ..contract import POLICIES, READER_KINDS, notebook_identity
from ..delivery import DeliveryQueue, Destination
from ..delivery.outcome import Hint
from ..event import ErrorSnapshot, EventMessageType, public_session, rfc3339
from .captured import Captured, Made
from .consent import ASK
from .faults import Faults
from .folding import Folding, Times
from .hints import Hints
from .hook import Caught, Hook
from .outgoing import Outgoing, user_spool
from .reader import Reader
from .session_report import SessionReport
from .settings import Settings, notebook_name, read_settings
from .snapshot import take
from .worker import START_DELAY, Worker

EXIT_SPOOL_SECONDS, EXIT_SEND_SECONDS = 0.5, 1.0
"""At exit a kernel manager waits a second or more before it kills (field notes in docs/capture.md)."""
PREPARE_SECONDS = 2.0
"""How long a reader who asks waits for the worker to make events of the newest errors."""
ADOPT_DELAY, ADOPT_AGAIN = 2.0, 600.0
"""Seconds from the start until it is looked for what earlier kernels left, and at least between two looks."""
_ATTRIBUTE = "_errreport_reporting"


class Reporting:
    """Belongs to one shell (`of` finds it again, however often this module is imported or reloaded)."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.faults = Faults()
        self.settings = Settings(POLICIES[0], False, [])
        self.held_back = 0
        """Errors that were the reader's own doing (Ctrl-C, exit)."""
        self.spooled = 0
        """Errors of which the events were spooled, however many destinations they have."""
        self.folded = 0
        """Errors that are repeats: in the count of an event, but not its first."""
        self.forgotten = 0
        """Errors of which no event was spooled, because reporting was turned off."""
        self._epoch = 0
        self.last_captured: Optional[EventMessageType] = None
        self.session_key = os.urandom(16).hex()
        session = public_session(self.session_key)
        self.reader = Reader(shell, self.faults, session, self.destinations, self._answer_by_front_end)
        self.delivery = DeliveryQueue(user_spool)
        self.delivery.on_answered = self._answered
        self.worker = Worker(self._work, self.faults, self._chores, lambda captured: int(captured.errors))
        self.outgoing = Outgoing(self.delivery, self.reader.consent, self._is_wanted, self.worker.wake_at)
        self._alike: Folding[Captured] = Folding()
        self._equal: Folding[Made] = Folding()
        self._closing_folds = False
        self._adopt_at: Optional[float] = None
        self._adopted_at: Optional[float] = None
        self._more_to_adopt = False
        self.hints = Hints(shell, self.faults)
        self.session = SessionReport(self.worker.wake_at)
        self.hook = _hook_class()(shell, self._capture, self.faults)
        self.hook.on_cell = self._cell_ended
        self._reporters: List[Destination] = []
        self._stores: List[Callable[[Caught], None]] = []
        self._pid = os.getpid()
        atexit.register(self._exit)

    @classmethod
    def of(cls, shell: Any) -> "Reporting":
        """The shell's own, made on the first call."""
        reporting = shell.__dict__.get(_ATTRIBUTE)
        if reporting is None:
            reporting = cls(shell)
            with reporting.faults:
                reporting.settings = read_settings(shell)
                if reporting.settings.consent == ASK:
                    reporting.reader.consent.ask_for_all()
            setattr(shell, _ATTRIBUTE, reporting)
        found: Reporting = reporting
        return found

    # -- who wants to hear of errors ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Install the hook and, where something may leave, make the worker before there is an error."""
        self.reader.consent.choices.refresh()
        self._tell_reader()
        with self.faults:
            self.hook.install()
            if self.destinations() and not self.off_reason:
                self.worker.start()
                if self._adopted_at is None and self._adopt_at is None:
                    self._adopt_at = time.monotonic() + ADOPT_DELAY
                    self.outgoing.settle_at(self._adopt_at)
                    self.worker.wake_at(self._adopt_at)

    def add(self, destination: Destination, ask: bool = False) -> None:
        """Report to `destination` too, in place of one that is the same receiver; `ask` the reader before."""
        if ask:
            self.reader.consent.ask_for(destination)
        self._reporters = [other for other in self._reporters if other.identity != destination.identity]
        self._reporters.append(destination)
        self.start()
        self._tell_session()

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
        return self.reader.off_reason

    def switch_on(self) -> None:
        """Report again, and to all receivers: the reader's yes, which is remembered where it was asked for."""
        if self.reader.says_yes():
            self.start()
            self._tell_session()
            self._work_now()

    def switch_off(self) -> int:
        """Report nothing more in this session, and forget what was not sent yet; returns how many errors.

        Where the reader was asked, it is their no, which is remembered.
        """
        self._epoch += 1
        waiting = self.outgoing.waiting
        self.reader.says_no()
        unprepared = self.worker.discard() + self._alike.discard() + self._equal.discard()
        self.forgotten += unprepared
        forgotten = unprepared + waiting + self.delivery.discard()
        self._tell_reader()
        self.worker.start()
        self._work_now()
        return forgotten

    def say(self, text: str, event_id: str) -> Optional[int]:
        """Add the reader's words to an error, the newest if none is named; to how many receivers they go.

        None when there is no such error.
        """
        self.worker.finish(PREPARE_SECONDS)
        receivers = self.outgoing.say(text, event_id)
        self._work_now()
        return receivers

    def _work_now(self) -> None:
        """Have what the reader decided carried out before this returns, or soon after."""
        self.outgoing.settle_soon()
        self.worker.finish(PREPARE_SECONDS)

    def _answer_by_front_end(self, yes: bool) -> None:
        if yes:
            self.switch_on()
        else:
            self.switch_off()

    def _tell_reader(self) -> None:
        self.reader.tell(self.outgoing.waiting)

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
        destinations = self.reader.open_destinations
        if not destinations:
            return
        if caught.kind in READER_KINDS and not self.settings.interrupts:
            self.held_back += 1
            return
        namespace = self.shell.user_ns
        snapshot = self.snapshot_of(caught, namespace if type(namespace) is dict else None)
        times = Times(snapshot.taken_at, snapshot.taken_at)
        captured = Captured(snapshot, notebook_name(namespace, caught.cell.cell_id), destinations, self._epoch, times)
        likeness = captured.likeness
        if self._alike.passes(likeness, captured, times):
            self.hints.captured(snapshot.event_id, likeness)
            self.worker.submit(captured)
        else:
            shows = self.hints.repeated(likeness)
            self.worker.wake_at(time.monotonic() + START_DELAY if shows else self._alike.next_due)

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
        made = Made(event, notebook, captured.destinations, captured.epoch, captured.times)
        if captured.destinations:
            self.last_captured = self.addressed(event, captured.destinations[-1], notebook)
        with self.faults:
            errors = {
                to: f"{event['fingerprint']} {notebook_identity(to.notebook or notebook)}"
                for to in captured.destinations
            }
            self.hints.made(captured.snapshot.event_id, errors)
        if self._is_wanted(made.epoch) and not self._equal.passes(made.likeness, made, made.times, captured.errors):
            self.worker.wake_at(self._equal.next_due)
            return
        yield from self._spool(made, captured.errors)

    def _spool(self, made: Made, count: int) -> Iterator[None]:
        """Spool an event that stands for `count` errors, for each destination."""
        if not self._is_wanted(made.epoch):
            self.forgotten += count
            return
        made.event["count"] = count
        made.event["timestamp"] = rfc3339(made.times.first)
        if count > 1:
            made.event["last_timestamp"] = rfc3339(made.times.last)
        self.spooled += count
        self.folded += count - 1
        for destination in made.destinations:
            yield
            addressed = self.addressed(made.event, destination, made.notebook)
            self.last_captured = addressed
            self.outgoing.go(addressed, destination, made.epoch, count)
        self._tell_reader()

    def _is_wanted(self, epoch: int) -> bool:
        """Whether what was captured in this epoch may leave."""
        return epoch == self._epoch and not self.off_reason

    def _chores(self) -> Iterator[None]:
        """On the worker's thread, when it has nothing else to do: folds that are due, and what earlier kernels left."""
        self.hints.show_repeated()
        if self.session.due():
            self._tell_session()
        everything, self._closing_folds = self._closing_folds, False
        self._submit_folds(everything=False)
        for made, count, times in self._equal.due(everything):
            with self.faults:
                yield from self._spool(made._replace(times=times), count)
        with self.faults:
            yield from self.outgoing.work(self._epoch)
            self._tell_reader()
        if self.outgoing.has_left:
            self.outgoing.has_left, self._adopt_at = False, time.monotonic()
        if self._adopt_at is not None and time.monotonic() >= self._adopt_at:
            self._adopt_at, self._adopted_at = None, time.monotonic()
            if not self.off_reason and self.destinations():
                yield
                self._more_to_adopt = self.delivery.adopt(self.destinations(), self.reader.consent.lets_go)
        moments = (self._alike.next_due, self._equal.next_due, self._adopt_at)
        for moment in (*moments, self.session.next_due, self.outgoing.next_due):
            self.worker.wake_at(moment)

    def _submit_folds(self, everything: bool) -> None:
        for captured, count, times in self._alike.due(everything):
            self.worker.submit(captured._replace(errors=count, times=times))

    def _cell_ended(self, failed: bool) -> None:
        """On the thread that ran it."""
        if self._reporters:
            self.session.cell_ended(failed)

    def _tell_session(self) -> None:
        """Tell the collectors that the notebook's author named that a session has begun, and of its cells."""
        for destination in self._reporters if not self.off_reason else ():
            if self.reader.consent.lets_go(destination):
                self.delivery.tell_session(destination, self.session.cells)

    def _answered(self, destination: Destination, hints: Dict[str, Optional[Hint]]) -> None:
        """On a lane's thread."""
        with self.faults:
            self.hints.answered(destination, {event_id: hint for event_id, hint in hints.items() if hint is not None})
            self.outgoing.ask_again([event_id for event_id, hint in hints.items() if hint is None], destination)
        with self.faults:
            self._adopt_again()

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
        if os.getpid() != self._pid:  # a forked child: what there is to tell is its parent's
            return
        with self.faults:
            self._adopt_at = None
            self.spool_all(EXIT_SPOOL_SECONDS)
            self._tell_session()
            self.delivery.close(EXIT_SEND_SECONDS)


def _hook_class() -> Any:
    """The hook for this IPython."""
    ipython = sys.modules.get("IPython")
    version = getattr(ipython, "version_info", (999, 0))
    if tuple(version[:2]) < (6, 3):
        from .legacy import LegacyHook

        return LegacyHook
    return Hook
