"""How long a cell takes with and without error reporting: real kernels, side by side in one run.

.venv/bin/python benchmarks/cell_latency.py [--rounds N]      # after `make test`, which makes .venv and the wheel
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from inside import callback_seconds, import_seconds, startup_seconds
from variants import RUNTIME, Variant, receivers, start_all

from tests.support.machine import find_wheel

FAILING = "def fail():\n    return 1 / 0\nfail()"
GOOD = "x = 1"
CELLS = {
    "A failing cell": (FAILING, "error"),
    "A good cell sent right after it": (GOOD, "ok"),
    "A good cell a little later, while a report may be made and sent": (GOOD, "ok"),
}
"""The cells of a round, in this order, and the status that each must have."""
TURN = 0.1
"""Seconds of rest in a kernel's turn, in which it can finish: what one does is not on another's bill."""
MOMENT = (0.02, 0.08)
"""When the last cell is sent in that time: the same for all kernels in a round. Our worker begins at 0.05 s."""
WARM_UP = 5
CALLBACKS = 30
"""Errors of each sort for the callback: IPython takes long to show a deep recursion."""

Times = dict[str, list[list[float]]]
"""For each cell, for each variant, the seconds of every round."""


def measure(variants: list[Variant], rounds: int) -> Times:
    """Every kernel runs every cell once a round; the order of the kernels is shuffled in each round."""
    times: Times = {cell: [[] for _ in variants] for cell in CELLS}
    shuffled = random.Random(1)
    for number in range(WARM_UP + rounds):
        moment = shuffled.uniform(*MOMENT)
        for index in shuffled.sample(range(len(variants)), len(variants)):
            for position, (cell, (code, status)) in enumerate(CELLS.items()):
                if position == len(CELLS) - 1:
                    time.sleep(moment)
                run = variants[index].kernel.run(code)
                if run.status != status:
                    raise RuntimeError(f"{variants[index].name}: {cell}: {run.status}")
                if number >= WARM_UP:
                    times[cell][index].append(run.seconds)
            time.sleep(TURN - moment)
    return times


def p99(values: list[float]) -> float:
    """The value that 99 of 100 do not exceed."""
    return sorted(values)[-(-99 * len(values) // 100) - 1]


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table, its first column text and the others figures."""
    names = list(header)
    lines = [names, ["---"] + ["---:"] * (len(names) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def latency_tables(variants: list[Variant], times: Times) -> str:
    """One table a cell; the ratio is the median of the rounds' ratios to the first variant."""
    parts = []
    for cell, by_variant in times.items():
        rows = []
        for variant, seconds in zip(variants, by_variant, strict=True):
            ratio = statistics.median(own / none for own, none in zip(seconds, by_variant[0], strict=True))
            rows.append(
                [variant.name, f"{statistics.median(seconds) * 1e3:.2f}", f"{p99(seconds) * 1e3:.2f}", f"{ratio:.2f}"]
            )
        parts += [f"### {cell}", table(["", "median ms", "p99 ms", "ratio to no hook"], rows)]
    return "\n\n".join(parts)


def main() -> int:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200, help="rounds of the comparison (default: %(default)s)")
    rounds = parser.parse_args().rounds
    wheel = find_wheel()
    if wheel is None:
        print("There is no wheel in dist/: run `make wheel`.", file=sys.stderr)
        return 1
    if not RUNTIME.build():
        print(f"This needs Python {RUNTIME.needed_python} or newer.", file=sys.stderr)
        return 1
    RUNTIME.install(wheel)
    with tempfile.TemporaryDirectory(prefix="errreport-bench-") as folder, ExitStack() as stack:
        home = Path(folder)
        told = stack.enter_context(receivers(home))
        with ExitStack() as kernels:
            variants = start_all(kernels, home, told)
            times = measure(variants, rounds)
            reported = [[variant.name, variant.reported()] for variant in variants]
        print(
            f"{rounds} rounds, Python {platform.python_version()}, {os.cpu_count()} cores,"
            f" load {os.getloadavg()[0]:.1f}"
        )
        print(f"\n{latency_tables(variants, times)}")
        print(f"\n### What became of the {rounds + WARM_UP} errors\n\n{table(['', 'reported'], reported)}", flush=True)
        errors = min(rounds, CALLBACKS)
        callback = callback_seconds(home, told.collector.url, errors)
        imports, startup = import_seconds(home), startup_seconds(home)
    rows = [
        [name, f"{statistics.median(found) * 1e3:.3f}", f"{p99(found) * 1e3:.3f}"] for name, found in callback.items()
    ]
    print(
        f"\n### Our callback on the main thread, {errors} errors each\n\n"
        f"{table(['error', 'median ms', 'p99 ms'], rows)}"
    )
    rows = [
        ["import of the hook and magics (median of 5)", f"{imports * 1e3:.1f}"],
        ["startup file, nothing configured (median of 1,000)", f"{startup * 1e3:.4f}"],
    ]
    print(f"\n### At the start of a kernel\n\n{table(['', 'ms'], rows)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
