"""The spool under any order of what can happen: nothing that was spooled is lost, and nothing is in two hands.

The disk is a model that forgets at a crash what was not synced. The receiver knows ids, as a real one does.
"""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from jupyter_errreport.delivery import Destination
from jupyter_errreport.delivery.box import Box, Entry
from jupyter_errreport.delivery.places import Place
from jupyter_errreport.delivery.spool import Spool, opened
from jupyter_errreport.event import new_event_id
from tests.support.model_disk import Crash, ModelDisk
from tests.support.processes import Told

NOW = 1_800_000_000
DESTINATIONS = (Destination.collector("https://a.example", "t"), Destination.slack("https://b.example/hook"))


class Kernel:
    """A process with the spool and what it has in its memory."""

    def __init__(self, pid: int, disk: ModelDisk, living: set[int]) -> None:
        self.pid = pid
        self.spool = Spool(lambda: [Place("/spool", disk)], Told(pid, living), lambda: NOW)
        self.waiting: dict[str, tuple[Box, Entry]] = {}


class SpoolMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.disk = ModelDisk()
        self.living: set[int] = set()
        self.pids = 0
        self.kernels: list[Kernel] = []
        self.spooled: dict[str, Destination] = {}
        """What `put` has returned for."""
        self.done: set[str] = set()
        """What a receiver answered for, or `off` deleted, or a bound dropped."""
        self.received: dict[str, Destination] = {}
        self.maybe: set[str] = set()
        """What the power failed for before `put` returned: there or not."""
        self.count = 0

    def a_kernel(self, data: Any) -> Kernel:
        if not self.kernels:
            self.start()
        return data.draw(st.sampled_from(self.kernels))

    @rule()
    def start(self) -> None:
        if len(self.kernels) < 3:
            self.pids += 1
            self.kernels.append(Kernel(self.pids, self.disk, self.living))

    @rule(data=st.data(), destination=st.sampled_from(DESTINATIONS))
    def put(self, data: Any, destination: Destination) -> None:
        kernel = self.a_kernel(data)
        self.count += 1
        event_id = new_event_id(NOW + self.count / 1000)
        item, _ = kernel.spool.put(destination, event_id, 1, event_id.encode(), ())
        kernel.waiting[event_id] = item
        self.spooled[event_id] = destination

    @rule(data=st.data(), step=st.integers(1, 30), settles=st.booleans())
    def put_and_lose_power(self, data: Any, step: int, settles: bool) -> None:
        """The whole machine goes down within a `put`, or right behind it."""
        kernel = self.a_kernel(data)
        self.disk.crash_at = self.disk.steps + step
        self.disk.luck = lambda: settles
        self.count += 1
        event_id = new_event_id(NOW + self.count / 1000)
        try:
            kernel.spool.put(DESTINATIONS[0], event_id, 1, event_id.encode(), ())
            self.spooled[event_id] = DESTINATIONS[0]
        except Crash:
            self.maybe.add(event_id)
        self.disk.crash()
        self.living.clear()
        self.kernels.clear()

    @rule(data=st.data(), result=st.sampled_from(["ok", "fails", "dies before", "dies after"]))
    def send(self, data: Any, result: str) -> None:
        """One kernel takes its oldest event, claims it, and sends it."""
        kernel = self.a_kernel(data)
        if not kernel.waiting:
            return
        event_id = min(kernel.waiting)
        box, entry = kernel.waiting[event_id]
        try:
            entry = box.claim(entry)
            destination, body = opened(box.read(entry), box.key)
        except FileNotFoundError:
            assert event_id in self.done or event_id in self.there()  # under another name
            del kernel.waiting[event_id]
            return
        kernel.waiting[event_id] = box, entry
        assert body.decode() == event_id
        assert event_id in self.maybe or destination == self.spooled[event_id]
        if result == "ok" or result == "dies after":
            assert self.received.setdefault(event_id, destination) == destination
        if result == "ok":
            box.remove(entry)
            del kernel.waiting[event_id]
            self.done.add(event_id)
        elif result.startswith("dies"):
            self.kill(kernel)

    @rule(data=st.data())
    def die(self, data: Any) -> None:
        self.kill(self.a_kernel(data))

    def kill(self, kernel: Kernel) -> None:
        self.living.discard(kernel.pid)
        self.kernels.remove(kernel)

    @rule(data=st.data())
    def adopt(self, data: Any) -> None:
        kernel = self.a_kernel(data)
        for leftover in kernel.spool.leftovers():
            for item in leftover.items:
                assert not self.others_have(kernel, item.entry.event_id)
                kernel.waiting.setdefault(item.entry.event_id, (item.box, item.entry))

    @rule(data=st.data())
    def leave_in_order(self, data: Any) -> None:
        """A kernel ends and releases what it did not send."""
        kernel = self.a_kernel(data)
        for box, entry in kernel.waiting.values():
            box.release(entry)
        self.kill(kernel)

    @precondition(lambda self: self.kernels)
    @rule(data=st.data())
    def turn_off(self, data: Any) -> None:
        kernel = self.a_kernel(data)
        for event_id, (box, entry) in list(kernel.waiting.items()):
            if entry.owner.pid == kernel.pid:
                box.remove(entry)
                self.done.add(event_id)
        kernel.waiting.clear()

    def others_have(self, kernel: Kernel, event_id: str) -> bool:
        """Whether a living kernel other than this one has an event in hand."""
        return any(
            event_id in other.waiting and other.waiting[event_id][1].owner.pid == other.pid
            for other in self.kernels
            if other is not kernel
        )

    def there(self) -> list[str]:
        """The ids on the disk."""
        return [
            name.partition(".")[0]
            for folder, names in self.disk.seen.items()
            if folder.endswith(("/new", "/cur"))
            for name in names
        ]

    @invariant()
    def all_that_was_spooled_is_there_or_done(self) -> None:
        there = self.there()
        assert len(there) == len(set(there)), "an event in two files"
        assert set(self.spooled) <= set(there) | self.done

    def teardown(self) -> None:
        """In the end one kernel sends all that is left; each event has reached its own destination."""
        self.living.clear()
        last = Kernel(10_000, self.disk, self.living)
        for leftover in last.spool.leftovers():
            for item in leftover.items:
                destination, body = opened(item.box.read(item.box.claim(item.entry)), item.box.key)
                self.received[body.decode()] = destination
        for event_id, destination in self.spooled.items():
            assert event_id in self.done or self.received[event_id] == destination


SpoolMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
test_the_spool_under_any_order_of_events = SpoolMachine.TestCase
