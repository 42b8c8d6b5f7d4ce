"""The one owner of what a kernel reports: the hook, the worker, the destinations, and the switch."""

import atexit
import os
import sys
import time
from collections import deque
from contextlib import suppress
from typing import Any, Callable, Deque, Dict, Iterator, List, Optional, Sequence, Tuple

from ..delivery import DeliveryQueue, Destination
from ..delivery.destination import JUPYTER
from ..delivery.outcome import Hint
from ..event import READER_KINDS, ErrorSnapshot, EventMessageType, public_session, rfc3339
from .announce import announce
from .captured import Captured, Made
from .choices import NO
from .consent import ASK, ASKED, Consent
from .faults import Faults
from .folding import Folding, Times
from .front_end import FrontEnd
from .hints import Hints
from .hook import Caught, Hook
from .recent import COMMENT_LIMIT, RecentEvents, Reported
from .session_report import SessionReport
from .settings import Settings, forbidden_by, notebook_name, read_settings
from .snapshot import take
from .waiting_room import WaitingRoom
from .worker import START_DELAY, Worker

EXIT_SPOOL_SECONDS, EXIT_SEND_SECONDS = 0.5, 1.0
"""At exit a kernel manager waits a second or more before it kills (field notes in docs/capture.md)."""
ASK_AGAIN = 1.0
"""Seconds until a receiver is asked again that has passed an error on and was not answered yet."""
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
        self.consent = Consent()
        self.waiting = WaitingRoom(lambda: _user_spool("-waiting"))
        self.recent = RecentEvents()
        self.front_end = FrontEnd(shell, self.faults, self._answer_by_front_end)
        self._announced = ""
        self._said: Deque[Reported] = deque()
        self._asking: Deque[Tuple[float, str, Destination]] = deque()
        """Events to be sent once more at a moment, because their receiver will then know the author's hint."""
        self._settle = False
        """Whether the reader's answers are still to be carried out."""
        self.delivery = DeliveryQueue(_user_spool)
        self.delivery.on_answered = self._answered
        self.worker = Worker(self._work, self.faults, self._chores, lambda captured: int(captured.errors))
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
                if reporting.settings.consent == ASK:
                    reporting.consent.ask_for_all()
            setattr(shell, _ATTRIBUTE, reporting)
        found: Reporting = reporting
        return found

    # -- who wants to hear of errors ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Install the hook and, where something may leave, make the worker before there is an error."""
        self.consent.choices.refresh()
        self._tell_state()
        with self.faults:
            self.hook.install()
            if self.destinations() and not self.off_reason:
                self.worker.start()
                self._settle = True
                if self._adopted_at is None and self._adopt_at is None:
                    self._adopt_at = time.monotonic() + ADOPT_DELAY
                    self.worker.wake_at(self._adopt_at)

    def add(self, destination: Destination, ask: bool = False) -> None:
        """Report to `destination` too, in place of one that is the same receiver; `ask` the reader before."""
        if ask:
            self.consent.ask_for(destination)
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
        switch = "%errreport off" if self.switched_off else ""
        return forbidden_by() or switch or ("%errreport off --always" if self.consent.choices.always_off else "")

    @property
    def asked(self) -> Sequence[Destination]:
        """The receivers of which the reader is still to say yes or no."""
        return self.consent.asked(self.destinations())

    def switch_on(self) -> None:
        """Report again, and to all receivers: the reader's yes, which is remembered where it was asked for."""
        self.switched_off = False
        with suppress(OSError):
            self.consent.choices.turn(off=False)
        self.consent.answer([to for to in self.destinations() if not self.consent.lets_go(to)], yes=True)
        self.start()
        self._tell_session()
        self._carry_out()

    def switch_off(self) -> int:
        """Report nothing more in this session, and forget what was not sent yet; returns how many errors.

        Where the reader was asked, it is their no, which is remembered.
        """
        self.switched_off = True
        self._epoch += 1
        unprepared = self.worker.discard() + self._alike.discard() + self._equal.discard()
        self.forgotten += unprepared
        forgotten = unprepared + self.waiting.errors + self.delivery.discard()
        self.consent.answer(self.asked, yes=False)
        self._tell_state()
        self._carry_out()
        return forgotten

    def always_off(self) -> bool:
        """Have no kernel of this user report from now on; False when that can't be written down."""
        try:
            self.consent.choices.turn(off=True)
        except OSError:
            return False
        return True

    def say(self, text: str, event_id: str) -> Optional[int]:
        """Add the reader's words to an error, the newest if none is named; to how many receivers they go.

        None when there is no such error.
        """
        from ..privacy import hide_patterns

        self.worker.finish(PREPARE_SECONDS)
        again = self.recent.say(hide_patterns(text[:COMMENT_LIMIT]), event_id)
        if again is None:
            return None
        self._said.extend(again)
        self._work_now()
        return len(again)

    def _carry_out(self) -> None:
        """Have the reader's answers carried out before this returns, or soon after."""
        self._settle = True
        self._work_now()

    def _work_now(self) -> None:
        self.worker.start()
        self.worker.wake_at(time.monotonic())
        self.worker.finish(PREPARE_SECONDS)

    def _answer_by_front_end(self, yes: bool) -> None:
        if yes:
            self.switch_on()
        else:
            self.switch_off()

    def _tell_state(self) -> None:
        """Whether errors are reported, for the front end and the Jupyter server, where it has changed."""
        off, destinations = bool(self.off_reason), self.destinations()
        with self.faults:
            states = [self.consent.state_of(to) for to in destinations if to.kind == JUPYTER]
            reporting = "off" if off or NO in states else "ask" if ASKED in states else "on"
            if reporting != self._announced:
                self._announced = reporting
                named = next((to.notebook for to in destinations if to.kind == JUPYTER), "")
                announce(self.shell, public_session(self.session_key), named, reporting)
        with self.faults:
            asked = self.asked
            answered = "yes" if all(self.consent.lets_go(to) for to in destinations) else NO
            state = "off" if off else ASKED if asked else answered
            self.front_end.tell(state, [to.label for to in asked or destinations], self.waiting.errors)

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
        destinations = tuple([to for to in self.destinations() if self.consent.state_of(to) != NO])
        if not destinations or self.off_reason:
            return
        if caught.kind in READER_KINDS and not self.settings.interrupts:
            self.held_back += 1
            return
        namespace = self.shell.user_ns
        snapshot = self.snapshot_of(caught, namespace if type(namespace) is dict else None)
        times = Times(snapshot.taken_at, snapshot.taken_at)
        captured = Captured(snapshot, notebook_name(namespace), destinations, self._epoch, times)
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
            errors = {to: f"{event['fingerprint']} {to.notebook or notebook}" for to in captured.destinations}
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
            self.recent.reported(addressed, destination)
            self._let_go(addressed, destination, made.epoch, count)
        self._tell_state()

    def _let_go(self, event: EventMessageType, destination: Destination, epoch: int, errors: int) -> None:
        """Spool an event, or keep it until the reader has answered, as their answers are now."""
        if self.consent.choices.refresh():  # another kernel has asked too
            self._settle = True
            self.worker.wake_at(time.monotonic())
        state = self.consent.state_of(destination)
        if state == ASKED:
            self.waiting.keep(event, destination, errors)
        elif state != NO:
            self.delivery.submit(event, destination, lambda: self._is_wanted(epoch), errors)

    def _send(self, event: EventMessageType, destination: Destination) -> None:
        """What has waited for the reader's yes."""
        epoch = self._epoch
        self.delivery.submit(event, destination, lambda: self._is_wanted(epoch))

    def _leave(self, event: EventMessageType, destination: Destination) -> None:
        """What has waited for it in an earlier kernel."""
        self.delivery.leave(event, destination)
        self._adopt_at = time.monotonic()

    def _is_wanted(self, epoch: int) -> bool:
        """Whether what was captured in this epoch may leave."""
        return epoch == self._epoch and not self.off_reason

    def _chores(self) -> Iterator[None]:
        """On the worker's thread, when it has nothing else to do: folds that are due, and what earlier kernels left."""
        self.hints.show_repeated()
        while self._said:
            event, destination = self._said.popleft()
            self._let_go(event, destination, self._epoch, errors=0)
        while self._asking and time.monotonic() >= self._asking[0][0]:
            _, event_id, destination = self._asking.popleft()
            asked_about = self.recent.find(event_id, destination)
            if asked_about is not None:
                self._let_go(asked_about, destination, self._epoch, errors=0)
        if self.session.due():
            self._tell_session()
        everything, self._closing_folds = self._closing_folds, False
        self._submit_folds(everything=False)
        for made, count, times in self._equal.due(everything):
            with self.faults:
                yield from self._spool(made._replace(times=times), count)
        settle, self._settle = self._settle and self.consent.choices.has_receivers, False
        if settle:
            with self.faults:
                yield from self.waiting.settle(self.consent, self._send, self._leave)
            self._tell_state()
        if self._adopt_at is not None and time.monotonic() >= self._adopt_at:
            self._adopt_at, self._adopted_at = None, time.monotonic()
            if not self.off_reason and self.destinations():
                yield
                self._more_to_adopt = self.delivery.adopt(self.destinations(), self.consent.lets_go)
        asking = self._asking[0][0] if self._asking else None
        for moment in (self._alike.next_due, self._equal.next_due, self._adopt_at, self.session.next_due, asking):
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
            if self.consent.lets_go(destination):
                self.delivery.tell_session(destination, self.session.cells)

    def _answered(self, destination: Destination, hints: Dict[str, Optional[Hint]]) -> None:
        """On a lane's thread."""
        with self.faults:
            self.hints.answered(destination, {event_id: hint for event_id, hint in hints.items() if hint is not None})
            later = [event_id for event_id, hint in hints.items() if hint is None]
            if later:
                moment = time.monotonic() + ASK_AGAIN
                self._asking.extend((moment, event_id, destination) for event_id in later)
                self.worker.wake_at(moment)
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
        with self.faults:
            self._adopt_at = None
            self.spool_all(EXIT_SPOOL_SECONDS)
            self._tell_session()
            self.delivery.close(EXIT_SEND_SECONDS)


def _user_spool(beside: str = "") -> Any:
    """The spool of whoever runs this kernel, or one `beside` it that nobody sends from."""
    from ..delivery.places import of_user  # not in the startup of a kernel in which nothing fails
    from ..delivery.spool import Spool

    return Spool(lambda: [place._replace(root=place.root + beside) for place in of_user()])


def _hook_class() -> Any:
    """The hook for this IPython."""
    ipython = sys.modules.get("IPython")
    version = getattr(ipython, "version_info", (999, 0))
    if tuple(version[:2]) < (6, 3):
        from .legacy import LegacyHook

        return LegacyHook
    return Hook
