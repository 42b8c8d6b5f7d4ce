"""Whatever happens in whichever order: nothing stored is lost, nothing counted twice, and the figures add up."""

from __future__ import annotations

import shutil
import tempfile
from functools import partial
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from jupyter_errreport.delivery.outcome import Outcome, judged
from jupyter_errreport.event import EventMessageType, group_id
from jupyter_errreport.forwarding.collector_source import CollectorSource
from jupyter_errreport.forwarding.outbox_source import OutboxParcel, OutboxSource
from jupyter_errreport.forwarding.people_source import PeopleSource
from jupyter_errreport.store import Database
from jupyter_errreport.store.errors.errors import delete_errors
from jupyter_errreport.store.errors.insert import insert_errors
from jupyter_errreport.store.events.filters import Filters
from jupyter_errreport.store.outbox.outbox import figures, register

from .conftest import event

GROUPS = ("a", "b", "poison")


class Outbox(RuleBasedStateMachine):
    """A server with a collector and people behind it; the test is the network, the receivers and whoever kills it."""

    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="errreport-test-"))
        self.events: dict[str, EventMessageType] = {}
        self.deleted: set[str] = set()
        self.collected: set[str] = set()
        """Ids that the collector holds; it counts each once."""
        self.told: list[tuple[str, int]] = []
        """Group and count of each message to people."""
        self.maybe_told_again = 0
        """Messages of which the sender never heard that they had arrived."""
        self.open()

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()
            shutil.rmtree(self.folder)

    def open(self) -> None:
        self.database = Database(self.folder / "errors.sqlite")
        self.database.start()
        self.batches: OutboxSource = CollectorSource(self.database, "c")
        self.messages: OutboxSource = PeopleSource(self.database, "s")
        for key in "cs":
            self.database.write(partial(register, destination=key, kind=key, label=key)).result(5)

    @rule(groups=st.lists(st.sampled_from(GROUPS), min_size=1, max_size=6))
    def store(self, groups: list[str]) -> None:
        events = [event(group, group) for group in groups]
        self.database.write(lambda connection: insert_errors(connection, events, None, 90, ("c", "s"))).result(5)
        self.events |= {item["event_id"]: item for item in events}

    @precondition(lambda self: self.events)
    @rule(data=st.data())
    def store_again(self, data: st.DataObject) -> None:
        copy = data.draw(st.sampled_from(sorted(self.events)))
        again = [self.events[copy]]
        (outcome,) = self.database.write(
            lambda connection: insert_errors(connection, again, None, 90, ("c", "s"))
        ).result(5)
        assert outcome.status == "duplicate"

    @rule(fate=st.sampled_from(("answered", "refused", "answer lost")))
    def send_to_collector(self, fate: str) -> None:
        parcel = self.batches.next()
        if parcel is None:
            return
        if fate == "refused":
            self.batches.put_off(parcel, Outcome(problem="away"))
            return
        outcome = self.collect(parcel)
        if fate == "answer lost":
            self.crash()
        else:
            self.batches.answered(parcel, outcome)

    def collect(self, parcel: OutboxParcel) -> Outcome:
        """What a collector does that refuses every request with a poisonous event in it."""
        assert not self.deleted & set(parcel.event_ids)
        if any(self.events[event_id]["error_name"] == "poison" for event_id in parcel.event_ids):
            return judged("rejected", len(parcel.event_ids), "answered 400")
        statuses = ["duplicate" if event_id in self.collected else "stored" for event_id in parcel.event_ids]
        self.collected |= set(parcel.event_ids)
        return Outcome(statuses)

    @rule(fate=st.sampled_from(("answered", "refused", "answer lost")))
    def tell_people(self, fate: str) -> None:
        parcel = self.messages.next()
        if parcel is None:
            return
        if fate == "refused":
            self.messages.put_off(parcel, Outcome(problem="away"))
            return
        self.told.append((parcel.group, len(parcel.event_ids)))
        if fate == "answer lost":
            self.maybe_told_again += 1
            self.crash()
        else:
            self.messages.answered(parcel, judged("stored", 1))

    @rule()
    def crash(self) -> None:
        """All that is in memory is gone."""
        self.database.close()
        self.open()

    @rule(group=st.sampled_from(GROUPS))
    def delete(self, group: str) -> None:
        filters = Filters(group=group_id("dock", group))
        self.database.write(lambda connection: delete_errors(connection, filters)).result(5)
        self.deleted |= {key for key, item in self.events.items() if item["fingerprint"] == group}

    @invariant()
    def the_figures_add_up(self) -> None:
        if not hasattr(self, "database"):
            return
        for row in self.database.read(figures).result(5):
            ends = ("sent", "duplicate", "rejected", "dropped", "waiting")
            assert row["queued"] == len(self.events) == sum(row[name] for name in ends)

    @invariant()
    def people_are_told_of_a_group_once(self) -> None:
        """Within the hour, but for messages of which nobody knows whether they arrived."""
        if hasattr(self, "told"):
            assert len(self.told) - len({group for group, _ in self.told}) <= self.maybe_told_again

    @rule()
    def in_the_end_the_collector_has_all(self) -> None:
        for _ in range(500):
            parcel = self.batches.next()
            if parcel is None:
                break
            self.batches.answered(parcel, self.collect(parcel))
        assert self.batches.next() is None
        good = {key for key, item in self.events.items() if item["error_name"] != "poison"}
        assert good - self.deleted <= self.collected <= good
        (row,) = [row for row in self.database.read(figures).result(5) if row["destination"] == "c"]
        assert row["sent"] + row["duplicate"] + row["dropped"] == len(self.events) - row["rejected"]


TestOutbox = Outbox.TestCase
TestOutbox.settings = settings(
    max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
