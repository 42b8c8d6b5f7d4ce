"""The one owner of what a kernel reports: the hook, the worker, the destinations, and the switch."""

import atexit
import os
import sys
import time
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Tuple

from ..delivery import DeliveryQueue, Destination
from ..event import READER_KINDS, ErrorSnapshot, EventMessageType, public_session
from .faults import Faults
from .hook import Caught, Hook
from .settings import Settings, forbidden_by, notebook_name, read_settings
from .snapshot import take
from .worker import Worker

EXIT_SCRUB_SECONDS, EXIT_SEND_SECONDS = 0.5, 1.0
"""At exit a kernel manager waits a second or more before it kills (field notes in docs/capture.md)."""
_ATTRIBUTE = "_errreport_reporting"


class Captured(NamedTuple):
    """What travels from the hook to the worker."""

    snapshot: ErrorSnapshot
    notebook: str
    """As the front end names it: not yet fit to leave."""
    destinations: Tuple[Destination, ...]
    epoch: int
    """How often reporting had been turned off: what was captured before an `off` does not leave after an `on`."""


class Reporting:
    """Belongs to one shell (`of` finds it again, however often this module is imported or reloaded)."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.faults = Faults()
        self.settings = Settings("code-only", False, [])
        self.captured = 0
        self.held_back = 0
        """Errors that were the reader's own doing (Ctrl-C, exit)."""
        self.switched_off = False
        self._epoch = 0
        self.last_captured: Optional[EventMessageType] = None
        self.delivery = DeliveryQueue()
        self.worker = Worker(self._work, self.faults)
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
            self.hook.install()
            if self.destinations() and not self.off_reason:
                self.worker.start()

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
        return self.worker.discard() + self.delivery.discard()

    def flush(self, timeout: float) -> bool:
        """Send what waits; False when something is left after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        return self.worker.finish(timeout) and self.delivery.flush(max(0.0, deadline - time.monotonic()))

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
        self.captured += 1
        self.worker.submit(Captured(snapshot, notebook_name(namespace), destinations, self._epoch))

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
        """On the worker's thread: make the event and queue it for each destination."""
        from ..privacy import public_notebook  # not in the startup of a kernel in which nothing fails
        from .assemble import assemble

        notebook = public_notebook(captured.notebook)
        event = yield from assemble(captured.snapshot, self.settings.policy, self.hook.cells.sources)
        for destination in captured.destinations:
            yield
            addressed = self.addressed(event, destination, notebook)
            self.last_captured = addressed
            if captured.epoch == self._epoch and not self.off_reason:
                self.delivery.submit(addressed, destination)

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
        """At exit: scrub what waits without pauses, then send for as long as a kernel may take to stop."""
        with self.faults:
            if self.worker.finish(EXIT_SCRUB_SECONDS):
                self.delivery.close(EXIT_SEND_SECONDS)


def _hook_class() -> Any:
    """The hook for this IPython."""
    ipython = sys.modules.get("IPython")
    version = getattr(ipython, "version_info", (999, 0))
    if tuple(version[:2]) < (6, 3):
        from .legacy import LegacyHook

        return LegacyHook
    return Hook
