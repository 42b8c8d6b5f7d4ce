"""`python -m tests.crash [--rounds N] [--seed S] [--database KIND]`: whether delivery keeps its promises in accidents.

Real kernels fail at random, of a Jupyter server that passes errors on to a collector and without one, while kernels,
server and collector are killed and paused, the network is cut, and the disk of the spool fills up. After each round
everything is started again, and once nothing waits any more, every event that was spooled or answered `stored` must
be in the collector, exactly once and with its count.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from tests.crash.driver import Driver
from tests.crash.ledger import Figures


def main(arguments: list[str] | None = None) -> int:
    """Run the rounds; 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="how many (default: 20)")
    parser.add_argument("--seed", type=int, default=None, help="of what happens, not of its moments to the millisecond")
    parser.add_argument(
        "--database",
        choices=("sqlite", "postgresql"),
        default="sqlite",
        help="what the collector keeps errors in; with postgresql it has two processes, and the server is killed too",
    )
    options = parser.parse_args(arguments)
    seed = random.SystemRandom().randrange(1_000_000) if options.seed is None else options.seed
    print(f"{options.rounds} rounds on {options.database}, seed {seed}", flush=True)
    if not sys.platform.startswith("linux"):
        print("This needs Linux: inotify and /proc.")
        return 1
    started = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="errreport-crash-"))
    driver = Driver(folder, seed, lambda text: print(text, flush=True), options.database)
    problem = ""
    try:
        driver.run(options.rounds)
    except Exception:
        problem = traceback.format_exc()
    finally:
        driver.close()
    print_figures(driver.figures, time.monotonic() - started)
    for broken in driver.figures.broken:
        print(f"BROKEN: {broken}")
    if problem:
        print(problem)
    if problem or driver.figures.broken:
        print(f"Failed in round {driver.figures.rounds + bool(problem)}. Seed {seed}; what it left is in {folder}")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def print_figures(figures: Figures, seconds: float) -> None:
    """What was done, and what came of it."""
    lines = {
        "rounds": f"{figures.rounds} in {seconds:.0f} s",
        "killed": _shown(figures.kills),
        "paused": _shown(figures.pauses),
        "network cut": _shown(figures.cuts),
        "disk filled": f"{figures.disks_filled} times, {figures.displaced} events spooled elsewhere",
        "captured": f"{figures.captured} errors",
        "spooled": f"{figures.spooled} events, of {figures.spooled_errors} errors",
        "taken over": f"{figures.adopted} of these events, by another kernel",
        "posted": f"{figures.posted} events by the driver itself",
        "kernels seen dead": f"{figures.deaths} events",
        "stored": f"{figures.stored} events, of {figures.stored_errors} errors",
        "duplicates": _shown(figures.duplicates),
        "lost": str(figures.lost),
        "double": str(figures.double),
    }
    for name, value in lines.items():
        print(f"  {name + ':':19}{value}")


def _shown(counts: Counter[str]) -> str:
    named = ", ".join(f"{what} {count}" for what, count in sorted(counts.items()))
    return f"{sum(counts.values())}" + (f" ({named})" if named else "")


if __name__ == "__main__":
    sys.exit(main())
