"""Attacks a collector on this machine, and prints what a normal client saw during each.

.venv/bin/python benchmarks/attack.py [--seconds N] [--only NAME ...]        # or `make attack`; three minutes

Every attack goes on for so many seconds against a collector of its own, with an embedded database in a temporary
folder, all on loopback. The attacker comes from other loopback addresses than the normal client, who opens a session
and sends an error every tenth of a second, each on a connection of its own: so sees it what a stranger's flood does to
those who come anew. The last column says what the attack left behind.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import multiprocessing
import os
import random
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from figures import p99, table

from jupyter_errreport.event import new_event_id, public_session
from tests.support.collectors import ADMIN, Collector

NORMAL, ATTACKER = "127.0.0.2", "127.0.0.{}"
EVERY = 0.1
"""Seconds between two errors of the normal client."""
CONNECTIONS = 1_014
READERS = 30
FLOODERS = 4
BATCH = 1_000


@dataclass
class Seen:
    """What the normal client saw."""

    milliseconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


@dataclass
class Target:
    """The collector under attack."""

    port: int
    pid: int
    seconds: float
    over: Any = field(default_factory=multiprocessing.Event)
    """Set when the attack has to end."""

    def connect(self, source: str, timeout: float = 30) -> socket.socket:
        """A connection from an address of this machine's."""
        return socket.create_connection(("127.0.0.1", self.port), timeout, (source, 0))

    def ask(self, source: str, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """An answer, on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30, source_address=(source, 0))
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def post(self, source: str, path: str, value: Any) -> tuple[int, bytes]:
        """Send JSON, as gzip."""
        body = gzip.compress(json.dumps(value).encode())
        more = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        return self.ask(source, "POST", path, body, **more)

    @property
    def memory(self) -> float:
        """Megabytes that the collector uses."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1_000


def event(**changes: Any) -> dict[str, Any]:
    """An error, with an id of its own."""
    return {"event_id": new_event_id(), "error_name": "E", "notebook": "lesson", **changes}


def again_and_again(target: Target, source: str, once: Callable[[], None]) -> None:
    """Do it until the attack is over."""
    while not target.over.is_set():
        with suppress(OSError, http.client.HTTPException):
            once()


def in_threads(target: Target, work: Callable[[str], None], count: int) -> None:
    """From so many addresses at once, until the attack is over."""
    threads = []
    for number in range(count):
        source = ATTACKER.format(10 + number)
        threads.append(threading.Thread(target=again_and_again, args=(target, source, lambda s=source: work(s))))
        threads[-1].start()
    for thread in threads:
        thread.join()


def nothing(target: Target) -> None:
    """For comparison."""
    target.over.wait()


def batches_of_new_groups(target: Target) -> None:
    """Gzip batches of 1,000 without a session, each event a new group of a notebook that is made up."""
    random_word = random.Random(1)

    def work(source: str) -> None:
        letters = "abcdefghijklmnopqrstuvwxyz"
        names = ("".join(random_word.choices(letters, k=8)) for _ in range(BATCH))
        target.post(source, "/errors", [event(error_name=name, notebook=f"n {name[:3]}") for name in names])

    in_threads(target, work, FLOODERS)


def batches_of_one_group(target: Target) -> None:
    """The same, all of one group, with a session that is made up for each event."""
    random_word = random.Random(2)

    def work(source: str) -> None:
        target.post(source, "/errors", [event(session=f"s{random_word.getrandbits(64):x}") for _ in range(BATCH)])

    in_threads(target, work, FLOODERS)


def costly_texts(target: Target) -> None:
    """Bodies that are small and take much work: addresses in all messages, which patterns look for."""
    text = "http://a.b.c " * 5
    chain = [{"error_name": "a", "error_message": text}] * 10

    def work(source: str) -> None:
        target.post(source, "/errors", [{"error_name": "E", "error_message": text, "chain": chain}] * 200)

    in_threads(target, work, 2)


def deep_and_inflated(target: Target) -> None:
    """Bodies that inflate to a thousand times their size, are nested deeply, or have very many parts."""
    bodies = (
        gzip.compress(b" " * 100_000_000),
        gzip.compress(b"[" * 250_000),
        gzip.compress(b"\n" * 250_000),
        b"".join(gzip.compress(b" ") for _ in range(5_000)),
        gzip.compress(json.dumps({"error_name": "E", "traceback": [{}] * 80_000}).encode()),
    )
    turn = iter(range(10**9))

    def work(source: str) -> None:
        more = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
        target.ask(source, "POST", "/errors", bodies[next(turn) % len(bodies)], **more)

    in_threads(target, work, 2)


def readers_who_do_not_read(target: Target) -> None:
    """A session with large errors, asked for by 30 connections that never read the answer."""
    key = "a" * 32
    frames = [{"filename": "f" * 300, "fun_name": "g" * 300, "lineno": 1}] * 50
    large = {"session": public_session(key), "traceback": frames, "error_message": "m" * 1_000}
    for _ in range(min(100, int(6 * target.seconds))):
        target.post(ATTACKER.format(10), "/errors", [event(**large) for _ in range(5)])
    held = []
    for _ in range(READERS):
        held.append(_quiet_socket(target))
        held[-1].sendall(f"GET /usages/{key} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    target.over.wait()
    for one in held:
        one.close()


def _quiet_socket(target: Target) -> socket.socket:
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    one.bind((ATTACKER.format(10), 0))
    one.settimeout(30)
    one.connect(("127.0.0.1", target.port))
    return one


def idle_connections(target: Target) -> None:
    """1,014 connections, from four addresses, that say nothing or half a request; closed ones are opened again."""
    held: list[socket.socket] = []
    said = (b"", b"GET / HT", b"POST /errors HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
    number = 0
    while not target.over.is_set():
        with suppress(OSError):
            one = target.connect(ATTACKER.format(10 + number % 4), 5)
            one.sendall(said[number % len(said)])
            held.append(one)
        number += 1
        if len(held) >= CONNECTIONS:
            held.pop(0).close()
            target.over.wait(0.02)
    for one in held:
        one.close()


def sessions(target: Target) -> None:
    """Sessions of notebooks that are made up, as many as an address may open and more."""
    numbers = iter(range(10**9))

    def work(source: str) -> None:
        target.post(source, "/sessions", {"notebook": f"made up {next(numbers)}"})

    in_threads(target, work, FLOODERS)


def deletion(target: Target) -> None:
    """No attack, but its end: what a flood left is deleted, while the normal client goes on."""
    for number in range(min(15, int(2 * target.seconds))):
        target.post(ATTACKER.format(10 + number), "/errors", [event(error_name=f"E{n % 150}") for n in range(BATCH)])
    target.ask(NORMAL, "DELETE", "/errors?all=true", Authorization=f"Bearer {ADMIN}")
    target.over.wait()


ATTACKS = (
    nothing,
    batches_of_new_groups,
    batches_of_one_group,
    costly_texts,
    deep_and_inflated,
    readers_who_do_not_read,
    idle_connections,
    sessions,
    deletion,
)


def normal_client(target: Target, seen: Seen) -> None:
    """Send an error every tenth of a second, each on a connection of its own."""
    session = "normal"
    while not target.over.is_set():
        started = time.perf_counter()
        try:
            status, body = target.post(NORMAL, "/errors", event(notebook="course", session=session))
            if status != 200 or json.loads(body)["status"] != "stored" or json.loads(body).get("sampled"):
                seen.failures.append(f"{status} {body[:80]!r}")
        except (OSError, http.client.HTTPException) as error:
            seen.failures.append(type(error).__name__)
        seen.milliseconds.append((time.perf_counter() - started) * 1_000)
        target.over.wait(EVERY)


def run(attack: Callable[[Target], None], seconds: float) -> tuple[Seen, list[str]]:
    """What the normal client saw, and a row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        # With PYTHONPATH=.:collector what is attacked is the checkout, not the installed wheel.
        path = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
        collector = Collector(Path(sys.executable), Path(folder), **path)
        target, seen = Target(urlsplit(collector.url).port or 0, collector.process.pid, seconds), Seen()
        target.post(NORMAL, "/errors", event(notebook="course", session="normal"))
        # The attacker is another process: else the client would wait for it, and not for the collector.
        attacker = multiprocessing.Process(target=attack, args=(target,))
        attacker.start()
        client = threading.Thread(target=normal_client, args=(target, seen))
        client.start()
        most = 0.0
        ending = time.monotonic() + seconds
        while time.monotonic() < ending:
            most = max(most, target.memory)
            time.sleep(0.2)
        target.over.set()
        client.join(60)
        attacker.join(60)
        _, body = target.ask(NORMAL, "GET", "/status", Authorization=f"Bearer {ADMIN}")
        status = json.loads(body)
        disk = sum(path.stat().st_size for path in Path(folder).glob("collector.sqlite*")) / 1e6
        log = (Path(folder) / "collector.log").stat().st_size / 1e3
        collector.stop()
    counted = f"{status['errors']['count']} ({status['errors'].get('sampled', 0)} only counted)"
    if seen.failures:
        print(f"  {attack.__name__}: {seen.failures[:3]}")
    sent = sorted(seen.milliseconds)
    return seen, [
        attack.__name__.replace("_", " "),
        f"{sent[len(sent) // 2]:.0f} / {p99(sent):.0f} / {sent[-1]:.0f}",
        f"{len(seen.failures)} of {len(sent)}",
        f"{most:.0f}",
        f"{disk:.1f}",
        f"{log:.0f}",
        counted,
    ]


def main() -> None:
    """Run the attacks, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=17.0, help="of each attack")
    parser.add_argument("--only", nargs="*", help="names of attacks", choices=[one.__name__ for one in ATTACKS])
    arguments = parser.parse_args()
    chosen = [attack for attack in ATTACKS if not arguments.only or attack.__name__ in arguments.only]
    rows = []
    for attack in chosen:
        print(f"{attack.__name__}: {(attack.__doc__ or '').strip()}", flush=True)
        rows.append(run(attack, arguments.seconds)[1])
    head = ["attack", "a POST took, ms: median / 99 % / worst", "failed", "memory MB", "disk MB", "log KB", "errors"]
    print(table(head, rows))
    print(f"{arguments.seconds:g} s each, {os.cpu_count()} cores shared by collector, attacker and client")


if __name__ == "__main__":
    main()
