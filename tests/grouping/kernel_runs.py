"""All cases with all sets of values in one real kernel, and the events that it reported."""

from __future__ import annotations

import os
import random
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.grouping.cases import Case, CaseFile
from tests.grouping.values import SETS, Values
from tests.support.kernels import Kernel, kernel
from tests.support.receiver import Receiver, receiver


@dataclass(frozen=True)
class Seen:
    """One error of a case, as it was reported."""

    case: str
    values: int
    """Index of the set of values."""
    runtime: str
    event: dict[str, Any]


FLUSHES = 30
"""Times that a kernel is asked to send what it has."""


class NotReported(AssertionError):
    """A case did not fail, or was not reported once."""


def run_cases(python: Path, runtime: str, files: list[CaseFile], rng: random.Random) -> list[Seen]:
    """Every case with every set of values, each set in an order of its own, so that cell numbers differ."""
    with (
        tempfile.TemporaryDirectory() as home,
        receiver() as to,
        kernel(python, _environment(home, to), Path(home)) as running,
    ):
        _prepare(running, "%xmode Minimal")  # what IPython shows takes longer than all else
        for file in files:
            _prepare(running, file.imports)
        cases = [case for file in files for case in file.cases]
        seen = []
        for index, values in enumerate(SETS):
            rng.shuffle(cases)
            counts = {_fail(running, case, values): case.name for case in cases}
            events = _reported(running, to)
            if [event["execution_count"] for event in events] != list(counts):
                raise NotReported(_difference(runtime, counts, events))
            seen += [Seen(counts[event["execution_count"]], index, runtime, event) for event in events]
        return seen


def _environment(home: str, to: Receiver) -> dict[str, str]:
    proxies = {name: "" for name in os.environ if name.lower().endswith("_proxy")}
    return {
        **proxies,
        "HOME": home,
        "IPYTHONDIR": str(Path(home) / "ipython"),
        "LC_ALL": "C.UTF-8",
        "MPLBACKEND": "agg",
        "JUPYTER_ERRREPORT_URL": to.url,
        "JUPYTER_ERRREPORT_NOTEBOOK": "grouping",
        "JUPYTER_ERRREPORT": "on",
        "DO_NOT_TRACK": "",
    }


def _prepare(running: Kernel, source: str) -> None:
    for error in running.run(source).errors:
        raise NotReported(f"what must not fail failed: {error['ename']}: {error['evalue']}")


def _fail(running: Kernel, case: Case, values: Values) -> int:
    """The number of the cell that failed."""
    return running.run(values.shift(values.fill(case.cell))).execution_count


def _reported(running: Kernel, to: Receiver) -> list[dict[str, Any]]:
    """What was reported since this was asked last, in the order of the cells."""
    for _ in range(FLUSHES):  # a first error of each large library takes its time
        flushed = running.run("%errreport flush").text
        if "All sent." in flushed:
            break
    else:
        raise NotReported(f"the kernel could not send what it captured: {flushed}")
    events = sorted(to.events, key=lambda event: int(event["execution_count"]))
    to.events.clear()
    return events


def _difference(runtime: str, counts: dict[int, str], events: list[dict[str, Any]]) -> str:
    found = [event["execution_count"] for event in events]
    missing = [name for count, name in counts.items() if found.count(count) != 1]
    further = [event for event in events if event["execution_count"] not in counts]
    return f"{runtime}: not reported once: {missing}; reported besides: {further}"
