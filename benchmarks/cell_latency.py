"""How long a cell takes with and without error reporting: real kernels, side by side in one run.

.venv/bin/python benchmarks/cell_latency.py [--rounds N]      # after `make test`, which makes .venv and the wheel
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from figures import median_ratio, p99, table
from inside import callback_seconds, import_seconds, startup_seconds
from rounds import WARM_UP, Cell, Times, measure
from variants import Variant, ready, receivers, start_all

FAILING = "def fail_{round}():\n    return 1 / 0\nfail_{round}()"
"""Another one in each round: equal errors would be folded, and nothing would have to be made and sent."""
GOOD = "x = 1"
CELLS = (
    Cell("A failing cell", FAILING, "error"),
    Cell("A good cell sent right after it", GOOD, "ok"),
    Cell("A good cell a little later, while a report may be made and sent", GOOD, "ok", waits=True),
)
"""The cells of a round, in this order."""
TURN = 0.1
"""Seconds of rest in a kernel's turn, in which it can finish."""
CALLBACKS = 30
"""Errors of each sort for the callback: IPython takes long to show a deep recursion."""


def latency_tables(variants: list[Variant], times: Times) -> str:
    """One table a cell; the ratio is the median of the rounds' ratios to the first variant."""
    parts = []
    for cell, by_variant in times.items():
        rows = []
        for variant, seconds in zip(variants, by_variant, strict=True):
            ratio = median_ratio(seconds, by_variant[0])
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
    if not ready():
        return 1
    with tempfile.TemporaryDirectory(prefix="errreport-bench-") as folder, ExitStack() as stack:
        home = Path(folder)
        told = stack.enter_context(receivers(home))
        with ExitStack() as kernels:
            variants = start_all(kernels, home, told)
            times = measure(variants, CELLS, rounds, TURN)
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
