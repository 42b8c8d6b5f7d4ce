"""Runs the cases of libraries in real kernels that report to a receiver, and judges what was sent.

python -m tests.live.runner [--python PYTHON] [--seed N] [--raw] [--only WORD] [CASEFILE ...]

One JSON object a line and case: what was sent, what leaked, which words stayed. With `--raw` also what the kernel's
user saw: for whoever writes cases. PYTHON is that of an environment with the libraries; this one when not given.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import queue
import random
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.live.leaks import fill, find_leaks, make_values
from tests.live.library import Case, Library, library_files, read_library
from tests.support.kernels import Kernel, Run, kernel
from tests.support.receiver import Receiver, receiver

CELL_SECONDS = 60
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Outcome:
    """What became of one case."""

    library: str
    case: str
    events: list[dict[str, Any]] = field(default_factory=list)
    leaks: list[tuple[str, str, str]] = field(default_factory=list)
    """Placeholder, how its value was seen, and the field of the event."""
    kept: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    defect: str = ""
    """Why the case proves nothing; empty for one that failed as meant."""
    values: dict[str, str] = field(default_factory=dict)
    raw: str = ""
    """What the user of the kernel saw: class and message, then the traceback."""


def new_seed() -> int:
    """The seed of the planted values: ERRREPORT_LIVE_SEED, else a fresh one."""
    return int(os.environ.get("ERRREPORT_LIVE_SEED") or random.randrange(10**6))


def run_library(python: Path, library: Library, seed: int) -> Iterator[Outcome]:
    """The outcomes of a library's cases, all in one kernel of this Python."""
    rng = random.Random(f"{seed} {library.name}")
    with (
        tempfile.TemporaryDirectory() as home,
        receiver() as to,
        kernel(python, _environment(home, to), Path(home)) as k,
    ):
        session = _Session(k, to)
        broken = session.prepare(library.imports)
        for case in library.cases:
            if broken:
                yield Outcome(library.name, case.name, defect=f"the imports failed: {broken}")
            else:
                yield session.judge(library.name, case, rng)


def start_libraries(
    python: Path, libraries: Iterable[Library], seed: int, pool: Executor
) -> dict[str, Future[list[Outcome]]]:
    """The outcomes to come of each library, by its name."""

    def run(library: Library) -> list[Outcome]:
        return list(run_library(python, library, seed))

    return {library.name: pool.submit(run, library) for library in libraries}


def _environment(home: str, to: Receiver) -> dict[str, str]:
    proxies = {name: "" for name in os.environ if name.lower().endswith("_proxy")}
    return {
        **proxies,
        "HOME": home,
        "IPYTHONDIR": str(Path(home) / "ipython"),
        "LC_ALL": "C.UTF-8",
        "MPLBACKEND": "agg",
        "HF_HUB_OFFLINE": "1",
        "JUPYTER_ERRREPORT_URL": to.url,
        "JUPYTER_ERRREPORT_NOTEBOOK": "live",
        "JUPYTER_ERRREPORT": "on",
        "DO_NOT_TRACK": "",
    }


class _Session:
    """A kernel and the receiver to which it reports."""

    def __init__(self, running: Kernel, to: Receiver) -> None:
        self._kernel = running
        self._receiver = to
        self._earlier: dict[str, dict[str, str]] = {}
        """The values of the cases that ran before, by case: some libraries tell of an earlier error in a later one."""

    def prepare(self, source: str) -> str:
        """Run a cell that must not fail; the error if it does."""
        if not source:
            return ""
        run = self._kernel.run(source, CELL_SECONDS)
        self._sent()
        return "; ".join(f"{error['ename']}: {error['evalue']}" for error in run.errors)

    def judge(self, library: str, case: Case, rng: random.Random) -> Outcome:
        """Run a case with fresh values, and look for them in what it sent."""
        values = make_values(case.placeholders, rng)
        outcome = Outcome(library, case.name, values=values)
        try:
            run = self._run(case, outcome)
        except queue.Empty:
            outcome.defect = f"no end within {CELL_SECONDS} s"
            return outcome
        if run is None:
            return outcome
        outcome.raw = _seen(run)
        outcome.defect = _defect(case, run, outcome)
        if not outcome.events and not outcome.defect:
            outcome.defect = "nothing was sent: " + " ".join(self._kernel.run("%errreport status").text.split())
        told = "\n".join(message for event in outcome.events for message in _messages(event))
        outcome.kept = [words for words in case.keep if words in told]
        outcome.lost = [words for words in case.keep if words not in told]
        outcome.leaks = [leak for event in outcome.events for leak in leaks_of(event, values)]
        if any(how == "piece" for _, how, _ in outcome.leaks):
            outcome.leaks = self._confirmed(case, outcome.leaks, values, rng)
        outcome.leaks += [leak for event in outcome.events for leak in self._leaks_of_earlier(event)]
        self._earlier[case.name] = values
        return outcome

    def _run(self, case: Case, outcome: Outcome) -> Run | None:
        broken = self.prepare(fill(case.setup, outcome.values))
        if broken:
            outcome.defect = f"the setup failed: {broken}"
            return None
        run = self._kernel.run(fill(case.cell, outcome.values), CELL_SECONDS)
        outcome.events = self._sent()
        return run

    def _sent(self) -> list[dict[str, Any]]:
        """What was sent since this was asked last."""
        flushed = self._kernel.run("%errreport flush").text
        if "All sent." not in flushed:
            raise RuntimeError(f"the kernel could not send what it captured: {flushed}")
        events = list(self._receiver.events)
        self._receiver.events.clear()
        return events

    def _leaks_of_earlier(self, event: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
        for case, values in self._earlier.items():
            for placeholder, how in find_leaks(_text(event), values):
                if how != "piece":  # which chance can make among so many
                    yield placeholder, how, f"of the case {case!r}"

    def _confirmed(
        self, case: Case, leaks: list[tuple[str, str, str]], values: dict[str, str], rng: random.Random
    ) -> list[tuple[str, str, str]]:
        """Leaks without chance: a piece of a value that also stands in what other values give came from no value."""
        again = Outcome("", case.name, values=make_values(case.placeholders, rng))
        self._run(case, again)
        chance = [leak for event in again.events for leak in leaks_of(event, values)]
        return [leak for leak in leaks if leak[1] != "piece" or leak not in chance]


def leaks_of(event: dict[str, Any], values: dict[str, str]) -> list[tuple[str, str, str]]:
    """The planted values in an event: in its whole text, and by its fields."""
    found = [
        (placeholder, how, name)
        for name, value in event.items()
        for placeholder, how in find_leaks(_text(value), values)
    ]
    seen = {placeholder for placeholder, _, _ in found}
    whole = find_leaks(_text(event), values)
    return found + [(placeholder, how, "") for placeholder, how in whole if placeholder not in seen]


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _messages(event: dict[str, Any]) -> list[str]:
    return [event["error_message"], *(other["error_message"] for other in event["chain"])]


def _seen(run: Run) -> str:
    """The errors as the front end shows them; those of threads and tasks are in what was written to stderr."""
    shown = [f"{error['ename']}: {error['evalue']}\n" + "\n".join(error["traceback"]) for error in run.errors]
    return _ANSI.sub("", "\n".join([*shown, run.text]))


def _defect(case: Case, run: Run, outcome: Outcome) -> str:
    names = [error["ename"] for error in run.errors] + [event["error_name"] for event in outcome.events]
    if not names:
        return "did not fail"
    if fill(case.error, outcome.values) not in names:
        return f"failed with {names[0]}, not with {case.error}: {outcome.raw[:300]}"
    missing = [words for words in case.keep if words not in outcome.raw]
    if missing:
        return f"the message does not have {missing}: {outcome.raw[:300]}"
    unfit = [words for words in case.keep if find_leaks(words, outcome.values)]
    return f"a value stands in {unfit}" if unfit else ""


def main() -> int:
    """Run the given case files, or all; the status is 1 when a value left or a case is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", type=Path, default=Path(sys.executable))
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--raw", action="store_true", help="print the values and what the kernel's user saw, too")
    parser.add_argument("--only", default="", help="run the cases with this in their name")
    parser.add_argument("files", type=Path, nargs="*", default=None)
    arguments = parser.parse_args()
    seed = new_seed() if arguments.seed is None else arguments.seed
    sys.stderr.write(f"seed {seed}\n")
    failed = False
    for path in arguments.files or library_files():
        library = read_library(path)
        cases = tuple(case for case in library.cases if arguments.only in case.name)
        for outcome in run_library(arguments.python, dataclasses.replace(library, cases=cases), seed):
            line = dataclasses.asdict(outcome)
            if not arguments.raw:
                del line["values"], line["raw"]
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
            sys.stdout.flush()
            failed = failed or bool(outcome.leaks or outcome.defect)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
