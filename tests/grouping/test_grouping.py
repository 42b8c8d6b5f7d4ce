"""Equal errors are one group: on old and new Pythons, IPythons and libraries, whatever values their cells hold."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jupyter_errreport.event import FingerprintParts, fingerprint_parts
from tests.grouping.cases import read_cases
from tests.grouping.kernel_runs import Seen, run_cases
from tests.grouping.pairs import Score, confusions, score
from tests.grouping.values import SETS

RUNTIMES = ("libraries", "old-libraries")
LEAST_F1 = 0.98
LEAST_ERRORS = 40


@pytest.fixture(scope="module")
def seen(runtime_python: Callable[[str], Path]) -> list[Seen]:
    """Each error with each set of values in each runtime, in two kernels at once."""
    seed = os.environ.get("ERRREPORT_LIVE_SEED") or str(random.randrange(10**6))
    pythons = {name: runtime_python(name) for name in RUNTIMES}
    with ThreadPoolExecutor(len(RUNTIMES)) as pool:
        running = [
            pool.submit(run_cases, python, name, read_cases(), random.Random(f"{seed} {name}"))
            for name, python in pythons.items()
        ]
        return [error for future in running for error in future.result()]


def parts_of(error: Seen) -> FingerprintParts:
    event = error.event
    return fingerprint_parts(
        event["error_name"], event["error_message"], event["traceback"], event["language"], event.get("cell_hash")
    )


def test_real_errors_are_grouped_as_their_labels_say(seen: list[Seen], capsys: pytest.CaptureFixture[str]) -> None:
    labels = [error.case for error in seen]
    found = score([error.event["fingerprint"] for error in seen], labels)
    with capsys.disabled():
        sys.stdout.write(f"\n{len(set(labels))} errors, {len(seen)} times: {found}\n")
    assert len(set(labels)) >= LEAST_ERRORS
    assert len(seen) == len(set(labels)) * len(SETS) * len(RUNTIMES)
    assert found.f1 >= LEAST_F1, f"{found}\n" + "\n".join(confusions([parts_of(error) for error in seen], labels))


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_values_and_lines_alone_change_no_group(seen: list[Seen], runtime: str) -> None:
    here = [error for error in seen if error.runtime == runtime]
    wrong = confusions([parts_of(error) for error in here], [error.case for error in here])
    assert not wrong, "\n".join(wrong)


def test_errors_are_one_group_because_their_parts_are_equal(seen: list[Seen]) -> None:
    by_parts = {(error.event["fingerprint"], parts_of(error)) for error in seen}
    assert len({fingerprint for fingerprint, _ in by_parts}) == len({parts for _, parts in by_parts}) == len(by_parts)


def test_sets_of_values_differ_in_all_that_must_not_matter() -> None:
    for name in vars(SETS[0]):
        assert len({repr(getattr(values, name)) for values in SETS}) == len(SETS)


def test_a_score_counts_pairs() -> None:
    labels = ["a", "a", "a", "b", "b"]
    assert score([1, 1, 1, 2, 2], labels) == Score(4, 4, 4)
    assert score([1, 1, 3, 2, 1], labels) == Score(1, 3, 4)
    assert confusions([1, 1, 1, 2, 2], labels) == []
    assert confusions([1, 1, 3, 2, 1], labels) == [
        "apart: a\n    2 x 1\n    1 x 3",
        "apart: b\n    1 x 2\n    1 x 1",
        "together: 1\n    2 x a\n    1 x b",
    ]
