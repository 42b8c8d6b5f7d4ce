"""How many durable events a collector takes, against an empty Tornado handler in the same run.

.venv/bin/python benchmarks/ingest.py > ingest.md      # some two minutes

Both servers run at the same time and are asked in turns, so that what else the machine does slows both. What counts
are the ratios, and the processor time that an event costs above an empty answer.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from figures import table

from jupyter_errreport.event import fingerprint, new_event_id, rfc3339

CONNECTIONS = 16
TICKS = os.sysconf("SC_CLK_TCK")
EMPTY = """
import asyncio, json
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler


class Empty(RequestHandler):
    async def post(self):
        json.loads(self.request.body)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish('{"event_id":"","status":"stored","group":""}')


async def main():
    sockets = bind_sockets(0, "127.0.0.1")
    HTTPServer(Application([("/errors", Empty)], log_function=lambda handler: None)).add_sockets(sockets)
    print(f"http://127.0.0.1:{sockets[0].getsockname()[1]}/", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
"""
SOURCES = tuple(f"table_{number} = dock(ligand, pose)" for number in range(40))
NAMES = ("ValueError", "KeyError", "FileNotFoundError", "TypeError", "IndexError")


class Server(NamedTuple):
    """A server under test."""

    name: str
    port: int
    pid: int

    def processor(self) -> float:
        """Seconds of processor time that it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


class Round(NamedTuple):
    """What one turn with a server gave."""

    rate: float
    """Events a second."""
    processor: float
    """Seconds of processor time an event."""
    p99: float
    """Seconds that 99 of 100 requests took at most."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each turn")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, _servers(Path(name)) as (collector, empty):
        rows = []
        for what, size in (("single, 16 connections", 1), ("batches of 100", 100)):
            connections = CONNECTIONS if size == 1 else 2
            asyncio.run(_turn(collector, size, connections, 1.0))  # what is made at the first request
            turns: dict[Server, list[Round]] = {collector: [], empty: []}
            for _ in range(options.rounds):
                for server, rounds in turns.items():
                    rounds.append(asyncio.run(_turn(server, size, connections, options.seconds)))
            ratios = [one.rate / other.rate for one, other in zip(turns[collector], turns[empty], strict=True)]
            above = _median(turns[collector], "processor") - _median(turns[empty], "processor")
            rows.append(
                (
                    what,
                    f"{_median(turns[collector], 'rate'):,.0f}",
                    f"{_median(turns[empty], 'rate'):,.0f}",
                    f"{statistics.median(ratios):.2f}",
                    f"{1000 * above:.3f} ms",
                    f"{1000 * _median(turns[collector], 'p99'):.0f} ms",
                )
            )
    head = ("events", "a second", "empty handler", "ratio", "processor an event above it", "p99 of a request")
    print(table(head, rows))


@contextmanager
def _servers(folder: Path) -> Iterator[tuple[Server, Server]]:
    collector = ("-m", "errreport_collector", "--port=0", f"--db={folder / 'errors.sqlite'}")
    with _running(folder, "collector", *collector) as one, _running(folder, "empty", "-c", EMPTY) as other:
        yield one, other


def _median(rounds: list[Round], name: str) -> float:
    return statistics.median(getattr(one, name) for one in rounds)


async def _turn(server: Server, size: int, connections: int, seconds: float) -> Round:
    """Send events over some connections, as fast as they are answered."""
    until = time.monotonic() + seconds
    before, began = server.processor(), time.monotonic()
    took = await asyncio.gather(*(_send(server.port, size, until) for _ in range(connections)))
    elapsed = time.monotonic() - began
    times = sorted(one for times in took for one in times)
    events = len(times) * size
    processor = (server.processor() - before) / events
    return Round(events / elapsed, processor, times[int(len(times) * 0.99)])


async def _send(port: int, size: int, until: float) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    chance = random.Random()
    times = []
    while time.monotonic() < until:
        events = [_event(chance) for _ in range(size)]
        body = json.dumps(events[0] if size == 1 else events).encode()
        head = f"POST /errors HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
        began = time.monotonic()
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", answer)
        content = await reader.readexactly(int(length[1]) if length else 0)
        times.append(time.monotonic() - began)
        if b" 200 " not in answer[:20] or b'"rejected"' in content:
            sys.exit(f"It answered {answer[:20]!r} {content[:200]!r}")
    writer.close()
    return times


_PRINTS: dict[tuple[str, int], str] = {}


def _event(chance: random.Random) -> dict[str, Any]:
    """One as a kernel sends it: of some 200 groups in ten notebooks."""
    name, number = chance.choice(NAMES), chance.randrange(len(SOURCES))
    traceback = [
        {"filename": "<cell 7>", "fun_name": "<module>", "lineno": 3},
        {"filename": "<cell 4>", "fun_name": "dock", "lineno": 12},
        {"filename": "pandas/core/frame.py", "fun_name": "__getitem__", "lineno": 4102},
        {"filename": "pandas/core/indexes/base.py", "fun_name": "get_loc", "lineno": 3812},
    ]
    message = f"unknown residue <res> in chain {chr(97 + number)}"
    if (name, number) not in _PRINTS:
        _PRINTS[name, number] = fingerprint(name, message, traceback)  # type: ignore[arg-type]
    now = time.time()
    return {
        "error_name": name,
        "error_message": message,
        "traceback": traceback,
        "first_line": SOURCES[number],
        "execution_count": 7,
        "notebook": f"lesson {number % 10}.ipynb",
        "event_id": new_event_id(now),
        "timestamp": rfc3339(now),
        "session": f"{chance.getrandbits(128):032x}",
        "kind": "cell",
        "chain": [],
        "count": 1,
        "cell_id": f"cell-{number}",
        "cell_hash": f"{number:032x}",
        "fingerprint": _PRINTS[name, number],
        "language": "python",
        "release": "1.2",
    }


@contextmanager
def _running(folder: Path, name: str, *command: str) -> Iterator[Server]:
    """A server, from when it says where it listens."""
    environment = {**os.environ, "JUPYTER_ERRREPORT_ADMIN_TOKEN": "benchmark"}
    log = folder / f"{name}.log"
    with (
        log.open("w") as file,
        subprocess.Popen([sys.executable, *command], stdout=file, stderr=file, env=environment) as process,
    ):
        try:
            while not (found := re.search(r"http://127\.0\.0\.1:(\d+)/", log.read_text())):
                assert process.poll() is None, log.read_text()
                time.sleep(0.05)
            yield Server(name, int(found[1]), process.pid)
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
