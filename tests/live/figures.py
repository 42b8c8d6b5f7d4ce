"""Prints the table of the live leak suite: python -m tests.live.figures [--python PYTHON] [--seed N].

PYTHON is that of an environment with the libraries and the package; without it that of the runtime `libraries`, as the
last run of the tests left it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.live.library import library_files, read_library
from tests.live.runner import Outcome, figures_of, new_seed, running_collector, start_libraries
from tests.support.runtimes import BY_NAME

KERNELS_AT_ONCE = 2


def table(outcomes: dict[str, list[Outcome]]) -> Iterator[str]:
    """The lines of the table, the sum last."""
    yield "| library | cases | leaks | words kept | code of first lines kept | comments kept |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for name, of_library in outcomes.items():
        yield _row(name, of_library)
    yield _row(f"{len(outcomes)} in all", [outcome for of_library in outcomes.values() for outcome in of_library])


def _row(name: str, outcomes: list[Outcome]) -> str:
    figures = figures_of(outcomes)
    cells = (name, figures.cases, figures.leaking, figures.words, figures.code, figures.comments)
    return f"| {' | '.join(map(str, cells))} |"


def main() -> int:
    """Run all cases; the status is 1 when a value left or a case proved nothing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", type=Path, default=BY_NAME["libraries"].executable)
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    seed = new_seed() if arguments.seed is None else arguments.seed
    libraries = [read_library(path) for path in library_files()]
    with (
        tempfile.TemporaryDirectory() as folder,
        running_collector(Path(folder)) as collector,
        ThreadPoolExecutor(KERNELS_AT_ONCE) as pool,
    ):
        futures = start_libraries(arguments.python.absolute(), libraries, seed, collector, pool)
        outcomes = {name: future.result() for name, future in futures.items()}
    sys.stdout.write("\n".join(table(outcomes)) + f"\n\nSeed {seed}.\n")
    for of_library in outcomes.values():
        for outcome in of_library:
            for what in (outcome.defect and f"proved nothing: {outcome.defect}", outcome.leaks):
                if what:
                    sys.stdout.write(f"{outcome.library}, {outcome.case}: {what}\n")
    return int(any(outcome.leaks or outcome.defect for of_library in outcomes.values() for outcome in of_library))


if __name__ == "__main__":
    sys.exit(main())
