"""Runs cells twice, with two sets of values of the same kinds, and compares what two kernels send: it must be the same.

python -m tests.live.non_interference [--python PYTHON] [--pairs N] [--seed N] [--raw] [CASEFILE ...]

A pair is one case with two sets of values. Whole files of cases are drawn, until there are as many pairs; when all are
drawn, from the first again, with other values. One JSON object a line for each pair that differs.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.live.library import Library, library_files, read_library
from tests.live.runner import new_seed, observe_library, running_collector
from tests.live.values import make_values, other_values
from tests.privacy.implicit_differences import difference, needed
from tests.support.collectors import Collector
from tests.support.runtimes import BY_NAME


@dataclass
class Pair:
    """One case, run with two sets of values."""

    library: str
    case: str
    defect: str = ""
    """Why it proves nothing."""
    difference: str = ""
    """What was different and may not be."""
    allowed: Sequence[str] = ()
    """The names of what was different and may be."""
    values: Sequence[dict[str, str]] = ()
    events: Sequence[list[dict[str, Any]]] = ()


def draw(libraries: Sequence[Library], pairs: int, seed: int) -> Iterator[Library]:
    """Libraries in an order of chance, the last one with fewer of its cases, so that there are as many as `pairs`.

    Cases in which the value decides which error it is are left out.
    """
    rng = random.Random(seed)
    while pairs > 0:
        for library in rng.sample(libraries, len(libraries)):
            cases = tuple(case for case in library.cases if not case.value_decides)[:pairs]
            if cases:
                yield dataclasses.replace(library, cases=cases)
            pairs -= len(cases)


def run_pairs(
    python: Path, libraries: Sequence[Library], pairs: int, seed: int, collector: Collector
) -> Iterator[Pair]:
    """What became of so many pairs of runs; two kernels at once."""
    for number, library in enumerate(draw(libraries, pairs, seed)):
        rng = random.Random(f"{seed} {number} {library.name}")
        one = [make_values(case.placeholders, rng) for case in library.cases]
        other = [other_values(values, rng) for values in one]
        with ThreadPoolExecutor(2) as pool:
            runs = list(
                pool.map(lambda values, of=library: observe_library(python, of, values, collector), (one, other))
            )
        for left, right in zip(*runs, strict=True):
            told = left.events, right.events
            yield Pair(
                library.name,
                left.case,
                left.defect or right.defect,
                difference(*told),
                needed(*told) or (),
                (left.values, right.values),
                told,
            )


def main() -> int:
    """Run the pairs; the status is 1 when two runs differ, or one proves nothing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", type=Path, default=BY_NAME["libraries"].executable)
    parser.add_argument("--pairs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--raw", action="store_true", help="print the values and events, too")
    parser.add_argument("files", type=Path, nargs="*", default=None)
    arguments = parser.parse_args()
    seed = new_seed() if arguments.seed is None else arguments.seed
    libraries = [read_library(path) for path in arguments.files or library_files()]
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, running_collector(Path(folder)) as collector:
        for pair in run_pairs(arguments.python.absolute(), libraries, arguments.pairs, seed, collector):
            counts["pairs"] += 1
            counts["differ"] += bool(pair.difference)
            counts["prove nothing"] += bool(pair.defect)
            counts.update(pair.allowed)
            if pair.difference or pair.defect:
                line = dataclasses.asdict(pair)
                if not arguments.raw:
                    del line["values"], line["events"]
                sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
                sys.stdout.flush()
    sys.stderr.write(f"seed {seed}: " + ", ".join(f"{count} {name}" for name, count in counts.items()) + "\n")
    return int(counts["differ"] > 0 or counts["prove nothing"] > 0)


if __name__ == "__main__":
    sys.exit(main())
