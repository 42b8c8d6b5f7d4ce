"""The same cells with two sets of values of the same kinds send the same bytes from real kernels.

Whole files of cases are drawn by ERRREPORT_LIVE_SEED, or a fresh seed; `make non-interference` runs many more.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.live.library import library_files, read_library
from tests.live.non_interference import draw, run_pairs
from tests.live.runner import new_seed, running_collector

PAIRS = 300

pytestmark = pytest.mark.needs("installed wheel")


def test_two_sets_of_values_send_the_same_events(runtime_python: Callable[[str], Path], tmp_path: Path) -> None:
    seed = new_seed()
    libraries = [read_library(path) for path in library_files()]
    with running_collector(tmp_path) as collector:
        pairs = list(run_pairs(runtime_python("libraries"), libraries, PAIRS, seed, collector))
    assert len(pairs) == PAIRS
    told = [f"{pair.library}, {pair.case}: {pair.defect or pair.difference}" for pair in pairs]
    differ = [line for pair, line in zip(pairs, told, strict=True) if pair.defect or pair.difference]
    assert not differ, f"with ERRREPORT_LIVE_SEED={seed}:\n" + "\n".join(differ)


def test_all_cases_are_drawn_before_one_comes_again() -> None:
    libraries = [read_library(path) for path in library_files()]
    cases = [(library.name, case.name) for library in libraries for case in library.cases if not case.value_decides]
    drawn = [(library.name, case.name) for library in draw(libraries, len(cases) + 7, 3) for case in library.cases]
    assert len(drawn) == len(cases) + 7
    assert sorted(drawn[: len(cases)]) == sorted(cases)
