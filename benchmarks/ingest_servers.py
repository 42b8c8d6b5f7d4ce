"""The servers of `ingest.py` that are ours: the collector on either database, and the empty handler beside it."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ingest_load import ADMIN, Server

from jupyter_errreport.event import fingerprint, new_event_id, rfc3339
from tests.support.postgresql import PostgreSQLServer

ROOT = Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 60.0
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
DURABLE = {"fsync": "on", "full_page_writes": "on", "autovacuum": "on", "shared_buffers": "128MB"}
"""As PostgreSQL is by default; the tests' own server is not."""


@contextmanager
def empty(folder: Path) -> Iterator[Server]:
    """A Tornado handler that parses JSON, and answers as if it had stored it."""
    with running([sys.executable, "-c", EMPTY], folder / "empty.log") as process:
        port = port_of(process, folder / "empty.log")
        yield Server("empty", port, lambda: processor(process.pid), _request)


@contextmanager
def collector(
    folder: Path, database: str = "", processes: int = 1, beside: PostgreSQLServer | None = None
) -> Iterator[Server]:
    """A collector with the code of this checkout: on SQLite, or on the URL of a database of the server `beside` it."""
    name = f"PostgreSQL, {processes} processes" if beside else "SQLite"
    log = folder / f"{name}.log"
    database = database or str(folder / "errors.sqlite")
    command = [sys.executable, "-m", "errreport_collector", "--port=0", f"--db={database}", f"--processes={processes}"]
    paths = {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "collector")))}
    with running(command, log, **paths, JUPYTER_ERRREPORT_ADMIN_TOKEN=ADMIN) as process:

        def backends() -> float:
            return processor(beside.process.pid) if beside and beside.process else 0.0

        yield Server(name, port_of(process, log), lambda: processor(process.pid), _request, beside=backends)


@contextmanager
def postgresql() -> Iterator[PostgreSQLServer]:
    """A PostgreSQL server in a temporary folder, which loses nothing that was committed."""
    server = PostgreSQLServer(**DURABLE)
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.remove()


@contextmanager
def running(
    command: Sequence[str], log: Path, folder: Path | None = None, **more: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A program, ended at the end; `more` is in its environment."""
    with (
        log.open("wb") as file,
        subprocess.Popen(command, stdout=file, stderr=file, cwd=folder, env={**os.environ, **more}) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()


def port_of(process: subprocess.Popen[bytes], log: Path) -> int:
    """The port that a server says in its log that it listens at."""
    deadline = time.monotonic() + START_SECONDS
    while not (found := re.search(r"http://127\.0\.0\.1:(\d+)", log.read_text())):
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit(log.read_text())
        time.sleep(0.05)
    return int(found[1])


def processor(pid: int) -> float:
    """Seconds of processor time of a process and all its descendants, those that have ended too."""
    total = 0.0
    with suppress(FileNotFoundError, ProcessLookupError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += sum(map(int, fields[11:15])) / TICKS
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            total += sum(processor(int(child)) for child in children.read_text().split())
    return total


def post(path: str, body: bytes, kind: str = "application/json") -> bytes:
    """A whole request."""
    head = f"POST /{path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _request(chance: random.Random, size: int) -> bytes:
    events = [new_event(chance) for _ in range(size)]
    return post("errors", json.dumps(events[0] if size == 1 else events).encode())


_PRINTS: dict[tuple[str, int], str] = {}


def new_event(chance: random.Random) -> dict[str, Any]:
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
