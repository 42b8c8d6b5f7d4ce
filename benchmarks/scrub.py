"""What it costs to make an error fit to leave, beside `traceback.format_exception` of the same error, in one run.

The errors are real, from the standard library and from whatever of the libraries below is installed in the environment
that runs this. Prints a table in Markdown.
"""

from __future__ import annotations

import argparse
import importlib.util
import linecache
import statistics
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from jupyter_errreport.event import ErrorSnapshot
from jupyter_errreport.kernel.assemble import assemble

sys.path.append(str(Path(__file__).parent.parent))  # the tests are not in the wheel
from tests.privacy.scrubbing import CELL, failed, snapshot_of

CELLS = [
    ("float", "", "float('12,5')"),
    ("key", "", "{}['smith']"),
    ("file", "", "open('/no/such/file')"),
    ("attribute", "", "None.group"),
    ("json", "", "import json; json.loads('{x')"),
    ("strptime", "", "import datetime; datetime.datetime.strptime('x', '%Y')"),
    ("argparse", "", "import argparse; argparse.ArgumentParser(exit_on_error=False).add_argument('a', 'b', 'c')"),
    ("subprocess", "", "import subprocess; subprocess.run(['false'], check=True)"),
    ("urllib", "", "import urllib.request; urllib.request.urlopen('nothing://x')"),
    ("configparser", "", "import configparser; configparser.ConfigParser()['x']"),
    ("syntax", "", "f(1, 2"),
    ("raised in the cell", "", "raise ValueError('smith')"),
    ("chain", "", "try:\n    float('x')\nexcept ValueError as e:\n    raise RuntimeError('y') from e"),
    ("4,000 characters", "", "float('x y ' * 1000)"),
    ("recursion, 10,000 frames", "", "import sys\nsys.setrecursionlimit(10500)\ndef f(n):\n    return f(n + 1)\nf(0)"),
    (
        "a namespace of 1,000,000 names",
        "",
        "globals().update({f'n{i}': i for i in range(1_000_000)})\nfloat('x')  # see",
    ),
    ("requests", "requests", "import requests; requests.get('nothing')"),
    ("connection refused", "requests", "import requests; requests.get('http://127.0.0.1:9/x')"),
    ("pandas key", "pandas", "import pandas as pd; pd.DataFrame({'a': [1]})['b']"),
    ("pandas merge", "pandas", "import pandas as pd; d = pd.DataFrame({'a': [1]}); d.merge(d, on='b')"),
    ("numpy shapes", "numpy", "import numpy as np; np.ones((2, 3)) @ np.ones((2, 3))"),
    ("scikit-learn", "sklearn", "from sklearn.svm import SVC; SVC().fit([[1]], [1])"),
    ("sqlalchemy", "sqlalchemy", "import sqlalchemy as s; s.create_engine('sqlite://').connect().execute(s.text('x'))"),
]


class Cost(NamedTuple):
    """Seconds for one error."""

    snapshot: float
    first: float
    """Scrubbing it the first time, when nothing is read or loaded yet."""
    scrub: float
    longest: float
    """The longest step, after which the worker may pause."""
    formatting: float
    """`traceback.format_exception` of the same error, which is what IPython does at the least."""


def scrubbed(snapshot: ErrorSnapshot) -> tuple[float, float]:
    """Seconds of CPU to make the event, and of its longest step."""
    steps, longest = assemble(snapshot, "code-only"), 0.0
    begun = time.thread_time()
    while True:
        started = time.thread_time()
        ended = next(steps, steps) is steps
        longest = max(longest, time.thread_time() - started)
        if ended:
            return time.thread_time() - begun, longest


def seconds(work: Callable[[], object], rounds: int) -> float:
    """Median CPU time."""
    times = []
    for _ in range(rounds):
        started = time.thread_time()
        work()
        times.append(time.thread_time() - started)
    return statistics.median(times)


def measure(source: str, rounds: int) -> Cost:
    """All costs of one failing cell."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    error = failed(source, namespace)
    if error is None:
        raise RuntimeError(f"the cell did not fail: {source}")
    linecache.cache[CELL] = (len(source), None, source.splitlines(keepends=True), CELL)  # as IPython does
    snapshot = snapshot_of(error, source, namespace)
    first, _ = scrubbed(snapshot)
    again = [scrubbed(snapshot) for _ in range(rounds)]
    formatted = traceback.format_exception
    return Cost(
        snapshot=seconds(lambda: snapshot_of(error, source, namespace), rounds),
        first=first,
        scrub=statistics.median(cost for cost, _ in again),
        longest=statistics.median(longest for _, longest in again),
        formatting=seconds(lambda: formatted(type(error), error, error.__traceback__), rounds),
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    chosen = [(name, cell) for name, library, cell in CELLS if not library or importlib.util.find_spec(library)]
    costs = {name: measure(cell, rounds) for name, cell in chosen}
    print(
        "| error | snapshot (main thread) | scrub, CPU | its longest step | the first time | scrub / format_exception |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, cost in costs.items():
        cells = [f"{1000 * value:.2f} ms" for value in (cost.snapshot, cost.scrub, cost.longest, cost.first)]
        print(f"| {name} | {' | '.join(cells)} | {cost.scrub / cost.formatting:.1f} |")
    print(
        f"\nMedian of {len(costs)} errors:"
        f" snapshot {1000 * statistics.median(c.snapshot for c in costs.values()):.2f} ms,"
        f" scrub {1000 * statistics.median(c.scrub for c in costs.values()):.2f} ms,"
        f" {statistics.median(c.scrub / c.formatting for c in costs.values()):.1f} times format_exception."
        f" Worst snapshot {1000 * max(c.snapshot for c in costs.values()):.2f} ms. Python {sys.version.split()[0]}."
    )


if __name__ == "__main__":
    main()
