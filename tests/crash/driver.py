"""The rounds: everything fails and is killed at random, is started again, and what was promised is held against it."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.crash.fault_proxy import FAULTS
from tests.crash.ledger import Figures, Stored, count_outbox, find_lost, read_stored, totals
from tests.crash.poster import NAME, Poster
from tests.crash.stage import Stage

DRAIN_SECONDS = 60.0
"""How long everything may take until nothing waits any more; then what waits is taken for lost."""
FLUSH_AGAIN = 3.0
SHOWN = 10
"""Broken promises of one kind that are told in full."""


class Driver:
    """One run. `figures` tells of it at any time."""

    def __init__(self, folder: Path, seed: int, say: Callable[[str], None], database: str = "sqlite") -> None:
        self.figures = Figures()
        self._luck = random.Random(seed)
        self._say = say
        self._stage = Stage(folder, seed, database)
        self._poster = Poster(self._stage)
        self._served_kills = 0
        self._server_duplicates: dict[str, int] = {}
        """By the moment at which a server started; of those that died within a round nobody knows."""
        if self._stage.disk.problem:
            say(f"No disk is filled: a small one can't be mounted here ({self._stage.disk.problem}).")

    def run(self, rounds: int) -> None:
        """Stops after the round in which a promise was broken."""
        self._stage.restart()
        for _ in range(rounds):
            started = time.monotonic()
            acts = self._disturb()
            self._recover()
            drained = self._drain()
            self.check(drained)
            self.figures.rounds += 1
            self._say(f"  round {self.figures.rounds}: {time.monotonic() - started:.1f} s: {', '.join(acts)}")
            if self.figures.broken:
                return

    def close(self) -> None:
        self._stage.close()

    @property
    def collector_db(self) -> str:
        """What the collector keeps errors in: a path, or a URL."""
        return self._stage.collector_db

    # -- one round ----------------------------------------------------------------------------------------------------

    def _disturb(self) -> list[str]:
        """While cells fail and events are posted, a few things happen at random moments."""
        over = threading.Event()
        acts = [self._choose() for _ in range(self._luck.randint(2, 4))]
        works = [kernel.fail_until for kernel in self._stage.kernels] + [self._poster.post_until]
        with ThreadPoolExecutor(len(works)) as pool:
            running = [pool.submit(work, over, random.Random(self._luck.random())) for work in works]
            try:
                for act in acts:
                    time.sleep(self._luck.uniform(0.05, 0.4))
                    self._act(act)
                time.sleep(self._luck.uniform(0, 0.2))
            finally:
                self._stage.resume()
                over.set()
            for work in running:
                work.result()
        return acts

    def _choose(self) -> str:
        acts = ["kill kernel", "kill kernel", "kill server", "kill collector", "kill collector", "pause", "pause"]
        if self._stage.database_server is not None:
            acts += ["kill collector process", "kill backend", "kill backend", "kill postmaster", "kill postmaster"]
        acts += [f"cut: {fault}" for fault in FAULTS] + ([] if self._stage.disk.problem else ["fill disk"])
        return self._luck.choice(acts)

    def _act(self, act: str) -> None:
        stage, luck, figures = self._stage, self._luck, self.figures
        what, _, which = act.partition(": ")
        if what in self._others:
            figures.kills[what.partition(" ")[2]] += self._others[what]()
        elif what.startswith("kill"):
            self._kill(what.partition(" ")[2])
        elif what == "pause":
            which = luck.choice(sorted(stage.pids()) or [""])
            if which:
                figures.pauses[which] += 1
                stage.pause(luck.choice(stage.pids()[which]))
                if luck.random() < 0.7:  # else until it is killed, or the round is over
                    time.sleep(luck.uniform(0.05, 0.5))
                    stage.resume()
        elif what == "cut":
            figures.cuts[which] += 1
            stage.proxy.fail(which)
            if luck.random() < 0.4:  # else something else happens meanwhile
                time.sleep(luck.uniform(0.1, 0.5))
                stage.proxy.heal()
        else:
            figures.disks_filled += 1
            stage.disk.fill()

    @property
    def _others(self) -> dict[str, Callable[[], bool]]:
        """What is killed of a collector with PostgreSQL."""
        server = self._stage.database_server
        if server is None:
            return {}
        return {
            "kill collector process": self._stage.kill_collector_process,
            "kill backend": lambda: server.kill_backend(self._luck),
            "kill postmaster": server.kill,
        }

    def _kill(self, what: str) -> None:
        stage = self._stage
        if what not in stage.pids():
            return
        before = list(stage.kernels)
        {"kernel": stage.kill_kernel, "server": stage.kill_server, "collector": stage.kill_collector}[what]()
        killed = [kernel for kernel in before if kernel not in stage.kernels]
        self.figures.kills["kernel"] += len(killed)
        self.figures.kills[what] += what != "kernel"
        self._served_kills += sum(kernel.process is None for kernel in killed)

    def _recover(self) -> None:
        """Start everything again; sometimes kill once more while it is at work on what was left."""
        self._stage.proxy.heal()
        self._stage.disk.empty()
        self._stage.restart()
        if self._luck.random() < 0.25:
            time.sleep(self._luck.uniform(0, 2.5))
            self._kill(self._luck.choice(["kernel", "server", "collector"]))
            self._stage.restart()

    def _drain(self) -> bool:
        """Until nothing waits anywhere; False when something still does after a minute."""
        deadline = time.monotonic() + DRAIN_SECONDS
        flushed = 0.0
        while time.monotonic() < deadline:
            if time.monotonic() - flushed > FLUSH_AGAIN:
                for kernel in self._stage.kernels:
                    kernel.run("%errreport flush")
                self._poster.settle()
                flushed = time.monotonic()
            if not self._waiting() and not self._undelivered(read_stored(self._stage.collector_db)):
                return True
            time.sleep(0.05)
        return False

    def _waiting(self) -> int:
        return len(self._stage.spool.waiting()) + self._poster.unanswered + count_outbox(self._stage.server_db)

    def _undelivered(self, stored: dict[str, Stored]) -> list[str]:
        """What was spooled, or captured in kernels that live and have been flushed, and is not stored."""
        by_name = totals(stored.values(), _is_of_a_cell)
        return find_lost(self._stage.spool.spooled, stored, "spooled") + [
            f"{name} was raised {count} times in a kernel that lives, and {by_name[name]} are stored"
            for kernel in self._stage.kernels
            for name, count in kernel.answered.items()
            if by_name[name] < count
        ]

    # -- what was promised --------------------------------------------------------------------------------------------

    def check(self, drained: bool) -> None:
        stage, figures = self._stage, self.figures
        passed_on = read_stored(stage.server_db, passed_on=True)
        stored = read_stored(stage.collector_db)
        raised: Counter[str] = Counter()
        answered: Counter[str] = Counter()
        for kernel in stage.kernels + stage.former:
            raised += kernel.raised
            answered += kernel.answered
        by_name = totals(stored.values(), _is_of_a_cell)
        lost = self._undelivered(stored)
        lost += find_lost({event_id: event.count for event_id, event in passed_on.items()}, stored, "passed on")
        lost += find_lost(self._poster.promised, stored, "answered `stored`")
        lost += [f"{event_id} was refused for good" for event_id in stage.spool.set_aside]
        double = [
            f"{name} was raised {raised[name]} times, and {count} are stored"
            for name, count in by_name.items()
            if count > raised[name]
        ]
        deaths = [event for event in stored.values() if event.kind == "kernel_died"]
        if sum(event.count for event in deaths) > self._served_kills:
            double.append(f"{self._served_kills} kernels were killed, and {len(deaths)} deaths are stored")
        other = [] if drained else [f"after {DRAIN_SECONDS:g} s not all was delivered; {self._waiting()} events wait"]
        if not stage.spool.saw_all:
            other.append("the driver did not see all that was spooled")
        assert stage.server is not None and stage.collector is not None
        says = stage.collector.read("status")["errors"]
        are = {"events": len(stored), "count": sum(event.count for event in stored.values()), "sampled": 0}
        if says != are:
            other.append(f"the collector says {says}, and has {are}")
        received = stage.server.get("/errreport/status").json()["received"]
        self._server_duplicates[received["since"]] = received["duplicate"]

        figures.captured = sum(answered.values())
        figures.spooled = len(stage.spool.spooled)
        figures.spooled_errors = sum(stage.spool.spooled.values())
        figures.adopted = stage.spool.adopted
        figures.displaced = stage.spool.displaced
        figures.posted = len(self._poster.counts)
        figures.deaths = len(deaths)
        figures.stored = len(stored)
        figures.stored_errors = are["count"]
        figures.duplicates["collector"] = stage.proxy.duplicates
        figures.duplicates["server"] = sum(self._server_duplicates.values())
        figures.lost, figures.double = len(lost), len(double)
        for broken in (lost, double, other):
            figures.broken += broken[:SHOWN] + ([f"and {len(broken) - SHOWN} more"] if len(broken) > SHOWN else [])


def _is_of_a_cell(event: Stored) -> bool:
    return event.kind != "kernel_died" and event.name != NAME
