"""How many durable events a collector takes, beside an empty Tornado handler and beside other servers of its kind.

.venv/bin/python benchmarks/ingest.py > ingest.md            # some six minutes; --only latency for one of the tables

The servers of a table run at the same time and are asked in turns, so that what else the machine does slows all of
them. What counts are the ratios, and the processor time that an event costs.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from figures import p99, table

sys.path.insert(0, str(Path(__file__).parents[1] / "collector"))
sys.path.insert(0, str(Path(__file__).parents[1]))

from ingest_load import Round, Server, dashboard, pace, turn
from ingest_peers import bugsink, predecessor
from ingest_servers import collector, empty, postgresql

CONNECTIONS = 16
PACE = 0.8
"""Part of what it can take that it is given, where the time of an answer is measured."""
Turns = dict[str, list[Round]]
"""What each server gave, by its name."""


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each turn")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=TABLES, default=list(TABLES), help="some of the tables")
    options = parser.parse_args()
    for name in options.only:
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            made = TABLES[name](stack, Path(folder), options.rounds, options.seconds)
            load = f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
            print(f"{made}\n\n({name}: {options.rounds} rounds of {options.seconds:g} s; {load})\n", flush=True)


def ours(stack: ExitStack, folder: Path, rounds: int, seconds: float) -> str:
    """The collector on SQLite beside an empty handler: singly and in batches."""
    servers = (
        stack.enter_context(collector(folder)),
        stack.enter_context(empty(folder)),
    )
    rows = []
    for what, size, connections in (("single, 16 connections", 1, CONNECTIONS), ("batches of 100", 100, 2)):
        one, other = _in_turns(servers, size, connections, rounds, seconds).values()
        above = _median(one, "processor") - _median(other, "processor")
        rows.append(
            (
                what,
                f"{_median(one, 'rate'):,.0f}",
                f"{_median(other, 'rate'):,.0f}",
                f"{_ratio(one, other):.2f}",
                _milliseconds(_median(one, "processor")),
                _milliseconds(above),
                f"{1000 * _median(one, 'p99'):.0f} ms",
            )
        )
    head = ("events", "a second", "empty handler", "ratio", "processor an event", "above it", "p99 of a request")
    return table(head, rows)


def latency(stack: ExitStack, folder: Path, rounds: int, seconds: float) -> str:
    """How long a single event waits for its answer, with a dashboard open, at a part of what was just measured."""
    server = stack.enter_context(collector(folder))
    noise = stack.enter_context(empty(folder))
    rows = []
    capacities, paced, beside, pages = [], [], [], []

    async def once() -> None:
        capacity = (await turn(server, 1, CONNECTIONS, seconds)).rate
        async with dashboard(server) as sizes:
            paced.append(await pace(server, PACE * capacity, seconds))
        beside.append(await pace(noise, PACE * capacity, seconds))
        capacities.append(capacity)
        pages.append(len(sizes))

    asyncio.run(turn(server, 1, CONNECTIONS, 1.0))
    for _ in range(rounds):
        asyncio.run(once())
    for name, those in (("collector, dashboard open", paced), ("empty handler, the same pace", beside)):
        times = [one for some in those for one in some.times]
        rows.append(
            (
                name,
                f"{statistics.median(capacities):,.0f}" if those is paced else "",
                f"{_median(those, 'rate'):,.0f}",
                f"{1000 * statistics.median(times):.1f} ms",
                f"{1000 * _median(those, 'p99'):.1f} ms",
                f"{1000 * p99(times):.1f} ms",
                f"{statistics.median(pages) / seconds:.1f}" if those is paced else "",
            )
        )
    head = (
        "single events",
        "capacity",
        "sent a second",
        "median",
        "p99, median of rounds",
        "p99 of all",
        "pages a second",
    )
    return table(head, rows)


def peers(stack: ExitStack, folder: Path, rounds: int, seconds: float) -> str:
    """The collector beside other servers, an event a request."""
    servers = (
        stack.enter_context(collector(folder)),
        stack.enter_context(predecessor(folder)),
        stack.enter_context(bugsink(folder)),
    )
    turns = _in_turns(servers, 1, CONNECTIONS, rounds, seconds)
    mine = turns[servers[0].name]
    rows = [
        (
            name if those is not mine else "the collector, SQLite",
            f"{_median(those, 'answered'):,.0f}",
            f"{_median(those, 'rate'):,.0f}",
            f"{_ratio(mine, those, 'answered'):.1f}",
            f"{_ratio(mine, those):.1f}",
            _milliseconds(_median(those, "processor")),
            f"{1000 * _median(those, 'p99'):.0f} ms",
        )
        for name, those in turns.items()
    ]
    head = (
        "server",
        "answered a second",
        "stored a second",
        "ours is times as fast: answered",
        "stored",
        "processor an event",
        "p99 of a request",
    )
    return table(head, rows)


def databases(stack: ExitStack, folder: Path, rounds: int, seconds: float) -> str:
    """The collector with one process and several on PostgreSQL, beside SQLite."""
    other = stack.enter_context(postgresql())
    servers = [stack.enter_context(collector(folder))]
    servers += [stack.enter_context(collector(folder, other.fresh("template1"), number, other)) for number in (1, 2, 4)]
    rows = []
    for what, size, connections in (("single, 16 connections", 1, CONNECTIONS), ("batches of 100", 100, 8)):
        turns = _in_turns(servers, size, connections, rounds, seconds)
        for name, those in turns.items():
            rows.append(
                (
                    what,
                    name.removesuffix(", 1 processes"),
                    f"{_median(those, 'rate'):,.0f}",
                    _milliseconds(_median(those, "processor")),
                    _milliseconds(_median(those, "beside")) if name != "SQLite" else "",
                    f"{1000 * _median(those, 'p99'):.0f} ms",
                )
            )
    head = (
        "events",
        "database",
        "a second",
        "processor an event",
        "of the database server",
        "p99 of a request",
    )
    return table(head, rows)


TABLES: dict[str, Callable[[ExitStack, Path, int, float], str]] = {
    "ours": ours,
    "latency": latency,
    "peers": peers,
    "databases": databases,
}


def _in_turns(servers: Sequence[Server], size: int, connections: int, rounds: int, seconds: float) -> Turns:
    turns: Turns = {server.name: [] for server in servers}
    for server in servers:
        asyncio.run(turn(server, size, connections, 1.0))  # what is made at the first request
    for _ in range(rounds):
        for server in servers:
            turns[server.name].append(asyncio.run(turn(server, size, connections, seconds)))
    return turns


def _median(rounds: list[Round], name: str) -> float:
    return statistics.median(getattr(one, name) for one in rounds)


def _ratio(mine: list[Round], theirs: list[Round], name: str = "rate") -> float:
    """The median of the rounds' ratios."""
    return statistics.median(getattr(one, name) / getattr(other, name) for one, other in zip(mine, theirs, strict=True))


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.3f} ms"


if __name__ == "__main__":
    main()
