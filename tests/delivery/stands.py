"""The sources that there are, each with somebody who puts something in and kills who takes it out."""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from errreport_collector.alerting.alert_source import AlertSource
from errreport_collector.duty import Duty

from jupyter_errreport.delivery import Destination
from jupyter_errreport.delivery.engine import Source
from jupyter_errreport.delivery.figures import Figures
from jupyter_errreport.delivery.files import Files
from jupyter_errreport.delivery.places import Place
from jupyter_errreport.delivery.spool import Spool
from jupyter_errreport.delivery.spool_source import SpoolSource
from jupyter_errreport.event import EventMessageType, encode, new_event_id, rfc3339
from jupyter_errreport.forwarding.collector_source import CollectorSource
from jupyter_errreport.forwarding.people_source import PeopleSource
from jupyter_errreport.store import Database
from jupyter_errreport.store.database.clock import stamp
from jupyter_errreport.store.errors.insert import insert_errors
from jupyter_errreport.store.outbox.alert_outbox import channel_figures, register_channels
from jupyter_errreport.store.outbox.alerts import add_alert
from jupyter_errreport.store.outbox.outbox import figures, register
from tests.support.processes import Told


class Stand(ABC):
    """One source in a test."""

    judges_each = True
    """Whether a receiver says something of each thing in a parcel."""
    rejects = True
    """Whether there is anything that its receivers never take."""

    @abstractmethod
    def put(self, names: Sequence[str]) -> None:
        """Have these wait."""

    @abstractmethod
    def open(self) -> Source[Any]:
        """The source, as it is after a start; whoever had it before is dead."""

    @abstractmethod
    def waiting(self) -> int:
        """How many wait, as a user is told."""

    def names(self, parcel: Any) -> list[str]:
        """What is in a parcel."""
        return [json.loads(event)["error_name"] for event in parcel.events]


def event(name: str) -> EventMessageType:
    fields: object = {
        "event_id": new_event_id(),
        "timestamp": stamp(),
        "notebook": "dock",
        "kind": "cell",
        "language": "python",
        "error_name": name,
        "error_message": "",
        "first_line": "",
        "execution_count": 3,
        "count": 1,
        "traceback": [],
        "chain": [],
        "fingerprint": name,
    }
    return fields  # type: ignore[return-value]


class SpoolStand(Stand):
    """What a kernel spooled; after a death another kernel takes it over."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._to = Destination.collector("https://errors.example.org")
        self._living: set[int] = set()
        self._kernels = 0
        self.source = self.open()

    def put(self, names: Sequence[str]) -> None:
        for name in names:
            new = event(name)
            assert self.source.put(self._to, new["event_id"], 1, encode(new), lambda: True)

    def open(self) -> SpoolSource:
        self._kernels += 1
        self._living.clear()
        spool = Spool(lambda: [Place(str(self._folder), Files())], Told(self._kernels, self._living))
        self.source = SpoolSource(self._to, spool, Figures(), 100)
        for leftover in spool.leftovers():
            self.source.adopt(leftover.items)
        return self.source

    def waiting(self) -> int:
        return self.source.waiting(own=True) + self.source.waiting(own=False)


class OutboxStand(Stand):
    """What a server passes on, to a destination of this test."""

    kind: type[CollectorSource | PeopleSource]

    def __init__(self, database: Database) -> None:
        self._database = database
        self._key = new_event_id()[-12:]
        kind = "collector" if self.kind is CollectorSource else "slack"
        database.write(partial(register, destination=self._key, kind=kind, label="there")).result(20)

    def put(self, names: Sequence[str]) -> None:
        events = [event(name) for name in names]
        self._database.write(lambda connection: insert_errors(connection, events, None, 90, [self._key])).result(20)

    def open(self) -> Source[Any]:
        return self.kind(self._database, self._key)

    def waiting(self) -> int:
        rows = self._database.read(figures).result(20)
        (row,) = [row for row in rows if row["destination"] == self._key]
        assert row["queued"] == sum(row[name] for name in ("sent", "duplicate", "rejected", "dropped", "waiting"))
        return int(row["waiting"])


class CollectorStand(OutboxStand):
    kind = CollectorSource


class PeopleStand(OutboxStand):
    kind = PeopleSource
    judges_each = False


class AlertStand(Stand):
    """What a collector tells people; this process is on duty."""

    judges_each = False
    rejects = False

    def __init__(self, database: Database) -> None:
        self._database = database
        self._key = new_event_id()[-12:]
        channels = [(self._key, "slack", "Slack")]
        database.write(lambda connection: register_channels(connection, channels)).result(20)
        self._moment = time.time()
        self._lock = database.lock("alerts")
        assert self._lock.take(wait=True)

    def put(self, names: Sequence[str]) -> None:
        for name in names:
            self._moment += 0.001  # which is what they are told by
            moment = rfc3339(self._moment)
            new = partial(add_alert, kind="spike", notebook=name, group_id=None, moment=moment)
            self._database.write(new).result(20)

    def open(self) -> Source[Any]:
        return AlertSource(self._database, self._key, "Slack", "", None, Duty(self._lock, lambda: None))

    def waiting(self) -> int:
        (row,) = self._database.read(channel_figures).result(20)
        assert row["queued"] == row["sent"] + row["dropped"] + row["waiting"]
        return int(row["waiting"])

    def names(self, parcel: Any) -> list[str]:
        return [line.headline.partition(":")[0] for line in parcel.message.lines]

    def close(self) -> None:
        self._lock.release()
