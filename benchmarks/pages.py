"""How long the pages and lists take with few errors and with many: two real collectors, asked in turns.

.venv/bin/python benchmarks/pages.py > pages.md      # some ten minutes, most of it for making the larger database
"""

from __future__ import annotations

import argparse
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import requests
from figures import table

sys.path.insert(0, str(Path(__file__).parents[1]))

from large_database import BUSIEST, make

ROOT = Path(__file__).resolve().parents[1]

ADMIN = "benchmark"
START_SECONDS = 120.0
NOTEBOOK = "lesson 003"
"""A notebook like the others."""
RARE = "(77)"
"""What stands in the message of a single group."""
PAGES = {
    "overview": "",
    "groups": "groups",
    "open groups by sessions": "groups?status=open&order=sessions",
    "groups of a notebook": f"groups?notebook={NOTEBOOK}",
    "groups, a search": "groups?q=residue",
    "groups, a search for a rare word": f"groups?q={RARE}",
    "group": f"groups/{BUSIEST}",
    "notebooks": "notebooks",
    "notebook": f"notebooks/{NOTEBOOK}",
    "sessions": "sessions",
    "errors": "errors",
    "errors of a group": f"errors?group={BUSIEST}",
    "errors, a search": "errors?q=residue",
    "errors, a search for a rare word": f"errors?q={RARE}",
    "errors as JSON": "errors?format=json",
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, nargs=2, default=(10_000, 1_000), metavar=("ERRORS", "GROUPS"))
    parser.add_argument("--large", type=int, nargs=2, default=(1_000_000, 10_000), metavar=("ERRORS", "GROUPS"))
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="make the databases there, unless they are there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for errors, groups in (options.small, options.large):
            paths.append((options.keep or Path(folder)) / f"{errors}-{groups}.sqlite")
            if not paths[-1].exists():
                print(f"making a database of {errors:,} errors in {groups:,} groups", file=sys.stderr)
                make(paths[-1], errors, groups, time.time())
        with _collector(paths[0]) as small, _collector(paths[1]) as large:
            times = measure((small, large), options.rounds)
    rows = []
    for page, (few, many) in times.items():
        measured = (statistics.median(many), statistics.median(few), p95(many), p95(few))
        of_medians, of_p95 = measured[0] / measured[1], measured[2] / measured[3]
        rows.append([page, *(f"{1000 * value:.1f} ms" for value in measured), f"{of_medians:.2f}", f"{of_p95:.2f}"])
    header = (
        "page",
        f"median, {options.large[0]:,} errors",
        f"{options.small[0]:,} errors",
        f"p95, {options.large[0]:,} errors",
        f"{options.small[0]:,} errors",
        "ratio of medians",
        "of p95",
    )
    print(table(header, rows))


def measure(urls: Sequence[str], rounds: int) -> dict[str, list[list[float]]]:
    """For each page, for each server, the seconds of every round, in shuffled order."""
    times: dict[str, list[list[float]]] = {page: [[] for _ in urls] for page in PAGES}
    turns = [(page, place) for page in PAGES for place in range(len(urls))]
    shuffled = random.Random(1)
    with requests.Session() as session:
        session.trust_env = False
        session.headers.update({"Authorization": f"Bearer {ADMIN}", "Accept": "text/html"})
        for number in range(rounds + 1):
            shuffled.shuffle(turns)
            for page, place in turns:
                began = time.perf_counter()
                answer = session.get(f"{urls[place]}/{PAGES[page]}")
                taken = time.perf_counter() - began
                answer.raise_for_status()
                if number:  # the first round opens connections and compiles templates
                    times[page][place].append(taken)
    return times


def p95(values: Sequence[float]) -> float:
    """The value that 95 of 100 do not exceed."""
    return statistics.quantiles(values, n=20)[-1]


@contextmanager
def _collector(path: Path) -> Iterator[str]:
    log = path.with_suffix(".log")
    command = [sys.executable, "-m", "errreport_collector", "--port=0", f"--db={path}"]
    paths = {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "collector")))}
    environment = {**os.environ, **paths, "JUPYTER_ERRREPORT_ADMIN_TOKEN": ADMIN, "HOME": str(path.parent)}
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not (found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text())):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(log.read_text())
            time.sleep(0.1)
        yield found.group()
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
