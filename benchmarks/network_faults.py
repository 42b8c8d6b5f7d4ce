"""How long a cell takes while the network is broken: every fault a kernel of its own, side by side in one run.

.venv/bin/python benchmarks/network_faults.py [--rounds N]      # after `make test`, which makes .venv and the wheel
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from figures import median_ratio, p99, table
from inside import ATTEMPTS, WRAP
from rounds import WARM_UP, Cell, Times, measure
from variants import COLLECTOR_PYTHON, Kernels, Variant, checked, ready, refusing_port, sentry_requests

from tests.support.collectors import Collector
from tests.support.faulty_servers import Behave, answering, hang, one_byte_a_minute, server
from tests.support.receiver import Receiver, receiver

FAILING = "def {name}_{round}():\n    return 1 / 0\n{name}_{round}()"
"""Another one in each round: equal errors would be folded, and nothing would have to be sent."""
CELLS = (
    Cell("a failing cell", FAILING.replace("{name}", "fail"), "error"),
    Cell("a good cell right after it", "x = 1", "ok"),
    Cell("a good cell during an attempt to send", "x = 1", "ok", waits=True, nudged=True),
    Cell("a failing cell during an attempt to send", FAILING.replace("{name}", "fall"), "error", nudged=True),
)
FAILING_CELLS = sum(cell.status == "error" for cell in CELLS)
TURN = 0.16
"""Seconds of rest in a kernel's turn, in which it can make a report of the last error."""
LOOKUP = 10.0
"""Seconds in which a name is looked up in vain: 2 attempts of 5 s, glibc's defaults (resolv.conf(5))."""
HOST = "errors.example.org"
PATIENCE, PATIENT_ROUNDS = 5.0, 2
"""A kernel that waits for ever is waited for so many seconds a cell, in so many rounds."""

_SLOW_DNS = f"""
import socket, time
_inner = socket.getaddrinfo
def _getaddrinfo(host, *arguments, **named):
    if host in ({HOST!r}, {HOST.encode()!r}):
        time.sleep({LOOKUP})
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    return _inner(host, *arguments, **named)
socket.getaddrinfo = _getaddrinfo
"""
"""A `sitecustomize` for the one kernel whose DNS hangs: a process has no resolver of its own to be set otherwise."""

_NUDGE = """
def _nudge():
    for lane in vars(get_ipython())["_errreport_reporting"].delivery.lanes():
        lane.hurry()
"""
_COUNTS = """
def _counts():
    import json
    reporting = vars(get_ipython())["_errreport_reporting"]
    reporting.spool_all(30)
    if {flush}:
        reporting.flush(30)
    (lane,) = reporting.delivery.lanes()
    hook = reporting.hook
    print(json.dumps(dict(
        captured=reporting.captured, spooled=lane.spooled, answered=lane.sent + lane.duplicate, waiting=lane.waiting,
        lost=lane.rejected + lane.dropped, problem=lane.problem, attempts=reporting._bench_attempts,
        wall=hook._bench_times, cpu=hook._bench_cpu,
    )))
_counts()
"""
_CAPTURE = """
def _capture(result):
    if result.error_in_exec is not None:
        sentry_sdk.capture_exception(result.error_in_exec)
get_ipython().events.register("post_run_cell", _capture)
"""
"""sentry-sdk by itself sees no error of a cell; this is what somebody has to add to it."""


@dataclass(frozen=True)
class Fault:
    """What the network does to one kernel of ours."""

    name: str
    url: str
    environment: dict[str, str]


@contextmanager
def faults(home: Path, collector: Collector, refusing: int) -> Iterator[list[Fault]]:
    """All of them, for the length of the run; the first is none."""
    with ExitStack() as stack:

        def served(behave: Behave) -> int:
            return stack.enter_context(server(behave))

        def answers(status: int, **headers: str) -> str:
            answering_so = stack.enter_context(receiver())
            answering_so.answer = status
            answering_so.headers.update(headers)
            return answering_so.url

        slow = home / "slow_dns"
        slow.mkdir()
        (slow / "sitecustomize.py").write_text(_SLOW_DNS)
        proxy = f"http://127.0.0.1:{served(answering(b'407 Proxy Authentication Required'))}"
        yield [
            Fault("up", collector.url, {}),
            Fault("refuses", f"http://127.0.0.1:{refusing}", {}),
            Fault("hangs after accept", f"http://127.0.0.1:{served(hang)}", {}),
            Fault("answers one byte a minute", f"http://127.0.0.1:{served(one_byte_a_minute)}", {}),
            Fault("answers 500", answers(500), {}),
            Fault("answers 429, Retry-After: 60", answers(429, **{"Retry-After": "60"}), {}),
            Fault("DNS hangs", f"https://{HOST}", {"PYTHONPATH": str(slow)}),
            Fault("proxy wants a login (407)", f"https://{HOST}", {"https_proxy": proxy, "HTTPS_PROXY": proxy}),
            Fault("TLS certificate nobody trusts", f"https://127.0.0.1:{served(untrusted(home))}", {}),
        ]


def untrusted(folder: Path) -> Behave:
    """A server with a certificate that it signed itself."""
    subprocess.run(
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
        " -keyout key.pem -out cert.pem".split(),
        cwd=folder,
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")

    def behave(connection: socket.socket, over: threading.Event) -> None:
        try:
            with context.wrap_socket(connection, server_side=True) as secure:
                secure.recv(1)
        except OSError:  # the client will not have it
            pass

    return behave


class Ours:
    """A kernel with our hook under one fault, and what it says of itself at the end."""

    def __init__(self, kernels: Kernels, fault: Fault) -> None:
        self.fault = fault
        kernel = kernels.start(_NUDGE + WRAP + ATTEMPTS, fault.url, **fault.environment)
        self.variant = Variant(f"ours, {fault.name}", kernel, self._reported, nudge="_nudge()")
        self._counts: dict[str, Any] = {}

    def details(self) -> list[str]:
        """A row of the table that is about ours alone."""
        counts = self._ask()
        wall, cpu = ([seconds * 1e3 for seconds in counts[name][WARM_UP * FAILING_CELLS :]] for name in ("wall", "cpu"))
        ended = [end - start for start, end in counts["attempts"] if end is not None]
        return [
            self.fault.name,
            f"{statistics.median(wall):.2f} / {p99(wall):.2f}",
            f"{statistics.median(cpu):.2f} / {p99(cpu):.2f}",
            str(len(counts["attempts"])),
            f"{statistics.median(ended):.2f} / {max(ended):.2f}" if ended else "none ended",
            str(counts["problem"]).replace(self.fault.url.rpartition("/")[2], "it") or "-",
        ]

    def _reported(self) -> str:
        counts = self._ask()
        names = ("captured", "spooled", "answered", "waiting", "lost")
        return ", ".join(f"{counts[name]} {name}" for name in names)

    def _ask(self) -> dict[str, Any]:
        if not self._counts:
            code = _COUNTS.format(flush=self.fault.name == "up")
            self._counts = json.loads(checked(self.variant.kernel.run(code)).text)
        return self._counts


def predecessors(kernels: Kernels, collector: Collector, refusing: int, hanging: int) -> Iterator[Variant]:
    """notebook-error-reporter 0.1.1: it needs a server to begin with, and the fault comes after that."""
    stored = "import json\nes.url = {url!r}\nprint(len(es.retrieve_errors()['errors']))"
    name = "notebook-error-reporter 0.1.1"

    def variant(fault: str, url: str = "", rounds: int | None = None) -> Variant:
        kernel = kernels.predecessor(collector.url)
        if url:
            checked(kernel.run(f"es.url = {url!r}"))
        patience = 90.0 if rounds is None else PATIENCE

        def reported() -> str:
            return checked(kernel.run(stored.format(url=collector.url))).text.strip() + " stored"

        return Variant(f"{name}, {fault}", kernel, reported, rounds=rounds, patience=patience)

    yield variant("up")
    yield variant("refuses", f"http://127.0.0.1:{refusing}")
    yield variant("hangs after accept", f"http://127.0.0.1:{hanging}", PATIENT_ROUNDS)


def sentries(kernels: Kernels, up: Receiver, refusing: int, hanging: int) -> Iterator[Variant]:
    """sentry-sdk, told of each cell's error by a callback of three lines."""

    def variant(fault: str, url: str, reported: Callable[[], str]) -> Variant:
        kernel = kernels.sentry(url, 1)
        checked(kernel.run(_CAPTURE))
        if url == up.url:

            def flushed() -> str:
                checked(kernel.run("_ = sentry_sdk.flush(5)"))
                return reported()

            return Variant(f"sentry-sdk, {fault}", kernel, flushed)
        return Variant(f"sentry-sdk, {fault}", kernel, reported)

    yield variant("up", up.url, lambda: f"{sentry_requests(up, 1)} requests answered")
    yield variant("refuses", f"http://127.0.0.1:{refusing}", lambda: "0 requests answered")
    yield variant("hangs after accept", f"http://127.0.0.1:{hanging}", lambda: "0 requests answered")


def latency_table(variants: list[Variant], times: Times) -> str:
    """A row a kernel, for each cell "median / p99": of "no hook" in ms, of the others as ratios to it.

    The median is that of the rounds' ratios, the p99 is the ratio of both p99.
    """
    rows = []
    for index, variant in enumerate(variants):
        row = [variant.name]
        for by_variant in times.values():
            own, none = by_variant[index], by_variant[0]
            if index == 0:
                row.append(f"{statistics.median(own) * 1e3:.2f} ms / {p99(own) * 1e3:.2f} ms")
            elif math.isinf(statistics.median(own)):
                row.append(f"> {variant.patience:g} s")
            else:
                row.append(f"{median_ratio(own, none):.2f} / {p99(own) / p99(none):.2f}")
        rows.append([*row, variant.reported()])
    return table(["", *times, "what became of the errors"], rows)


def main() -> int:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100, help="rounds of the comparison (default: %(default)s)")
    rounds = parser.parse_args().rounds
    if not ready():
        return 1
    with tempfile.TemporaryDirectory(prefix="errreport-bench-") as folder, ExitStack() as stack:
        home = Path(folder)
        up = stack.enter_context(receiver())
        refusing = stack.enter_context(refusing_port())
        hanging = stack.enter_context(server(hang))
        collector = Collector(COLLECTOR_PYTHON, home, "--no-limits")
        stack.callback(collector.stop)
        told = stack.enter_context(faults(home, collector, refusing))
        kernels = Kernels(stack.enter_context(ExitStack()), home)
        ours = [Ours(kernels, fault) for fault in told]
        variants = [
            Variant("no hook", kernels.start("def _nudge(): pass"), lambda: "-"),
            Variant("no hook, a second kernel (noise)", kernels.start("def _nudge(): pass"), lambda: "-"),
            *(one.variant for one in ours),
            *predecessors(kernels, collector, refusing, hanging),
            *sentries(kernels, up, refusing, hanging),
        ]
        times = measure(variants, CELLS, rounds, TURN)
        load = os.getloadavg()[0]
        latency = latency_table(variants, times)
        details = [one.details() for one in ours]
    print(f"{rounds} rounds, Python {platform.python_version()}, {os.cpu_count()} cores, load {load:.1f}\n")
    print(f"### A cell's time, median / p99, as ratios to no hook\n\n{latency}\n")
    header = ["", "callback, ms", "its CPU time, ms", "attempts to send", "seconds of one, median / longest"]
    print(f"### Ours under each fault, median / p99\n\n{table([*header, 'last problem'], details)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
