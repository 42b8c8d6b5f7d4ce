"""Runs the cases of libraries in real kernels that report to a real collector, and judges what goes over the wire.

What a collector hides has left already: judged is every request as it stood there, head and body, and once more what
the collector keeps.

python -m tests.live.runner [--python PYTHON] [--seed N] [--raw] [--only WORD] [CASEFILE ...]

One JSON object a line and case: what was sent, what leaked, which words stayed; at the end, on stderr, the figures.
With `--raw` also what the kernel's user saw: for whoever writes cases. PYTHON is that of an environment with the
libraries; this one when not given.
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
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tests.live.leaks import find_leaks
from tests.live.library import Case, Library, library_files, read_library
from tests.live.values import CHOSEN, DEPTH, SAID_BY_LIBRARIES, fill, kind_of, make_values, other_values
from tests.support.collectors import Collector
from tests.support.kernels import Kernel, Run, kernel
from tests.support.wire import SentRequest, Wire, wire

CELL_SECONDS = 60
FLUSHES = 10
IN_STORE = ", and in the store"
VALUES = "values.json"
GIVEN = f"""
def value(name):
    import json
    with open({VALUES!r}, encoding='utf-8') as file:
        return json.load(file)['@' + name + '@']
"""
"""A cell that gives all others `value`, by which they have a value that stands in no cell."""
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


Leak = tuple[str, str, str]
"""A placeholder, how its value was seen, and where: a field of the event or a request, and whether the store has it."""


@dataclass
class Outcome:
    """What became of one case."""

    library: str
    case: str
    events: list[dict[str, Any]] = field(default_factory=list)
    leaks: list[Leak] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    line_kept: list[str] = field(default_factory=list)
    line_lost: list[str] = field(default_factory=list)
    defect: str = ""
    """Why the case proves nothing; empty for one that failed as meant."""
    values: dict[str, str] = field(default_factory=dict)
    raw: str = ""
    """What the user of the kernel saw: class and message, then the traceback."""


class Share(NamedTuple):
    """How many of how many pieces stayed."""

    kept: int
    all: int

    @classmethod
    def of(cls, pieces: Sequence[bool]) -> Share:
        """The share of those that are true."""
        return cls(sum(pieces), len(pieces))

    def __str__(self) -> str:
        return f"{self.kept} of {self.all} ({self.kept / self.all:.0%})" if self.all else "none to keep"


class Figures(NamedTuple):
    """What the cases of one library, or of all, come to."""

    cases: int
    leaking: int
    only_receiver_hid: int
    """Of these, how many the collector's own patterns hid from the store."""
    words: Share
    """Of the libraries' words in messages."""
    code: Share
    """Of the pieces of code in first lines."""
    comments: Share
    """Of the comments without values."""

    def __str__(self) -> str:
        return (
            f"{self.cases} cases, {self.leaking} leak ({self.only_receiver_hid} of them not into the store); kept:"
            f" words {self.words}, code of first lines {self.code}, comments {self.comments}"
        )


def new_seed() -> int:
    """The seed of the planted values: ERRREPORT_LIVE_SEED, else a fresh one."""
    return int(os.environ.get("ERRREPORT_LIVE_SEED") or random.randrange(10**6))


@contextmanager
def running_collector(folder: Path) -> Iterator[Collector]:
    """A real collector of this environment, whose limits are not what is tested."""
    collector = Collector(Path(sys.executable), folder, "--ErrReportCollector.limits=False")
    try:
        yield collector
    finally:
        collector.stop()


def run_library(python: Path, library: Library, seed: object, collector: Collector) -> Iterator[Outcome]:
    """The outcomes of a library's cases, all in one kernel of this Python."""
    rng = random.Random(f"{seed} {library.name}")
    with _session(python, collector) as session:
        broken = session.prepare(library.imports)
        for case in library.cases:
            if broken:
                yield Outcome(library.name, case.name, defect=f"the imports failed: {broken}")
            else:
                yield session.judge(library.name, case, rng)


def observe_library(
    python: Path, library: Library, values: Sequence[dict[str, str]], collector: Collector
) -> list[Outcome]:
    """What a library's cases send, each with the values given for it; nothing of it is judged."""
    with _session(python, collector) as session:
        broken = session.prepare(library.imports)
        if broken:
            return [Outcome(library.name, case.name, defect=f"the imports failed: {broken}") for case in library.cases]
        pairs = zip(library.cases, values, strict=True)
        return [session.observe(library.name, case, given)[0] for case, given in pairs]


@contextmanager
def _session(python: Path, collector: Collector) -> Iterator[_Session]:
    with (
        tempfile.TemporaryDirectory() as home,
        wire(collector.url) as to,
        kernel(python, _environment(home, to.url), Path(home)) as k,
    ):
        session = _Session(k, to, collector, Path(home))
        broken = session.prepare(GIVEN)
        if broken:
            raise RuntimeError(broken)
        yield session


def start_libraries(
    python: Path, libraries: Iterable[Library], seed: int, collector: Collector, pool: Executor
) -> dict[str, Future[list[Outcome]]]:
    """The outcomes to come of each library, by its name."""

    def run(library: Library) -> list[Outcome]:
        return list(run_library(python, library, seed, collector))

    return {library.name: pool.submit(run, library) for library in libraries}


def _environment(home: str, url: str) -> dict[str, str]:
    proxies = {name: "" for name in os.environ if name.lower().endswith("_proxy")}
    return {
        **proxies,
        "HOME": home,
        "IPYTHONDIR": str(Path(home) / "ipython"),
        "LC_ALL": "C.UTF-8",
        "MPLBACKEND": "agg",
        "HF_HUB_OFFLINE": "1",
        "JUPYTER_ERRREPORT_URL": url,
        "JUPYTER_ERRREPORT_NOTEBOOK": "live",
        "JUPYTER_ERRREPORT": "on",
        "DO_NOT_TRACK": "",
    }


class _Session:
    """A kernel, the collector to which it reports, and the wire between them."""

    def __init__(self, running: Kernel, to: Wire, collector: Collector, folder: Path) -> None:
        self._kernel = running
        self._values = folder / VALUES
        self._wire = to
        self._collector = collector
        self._earlier: dict[str, dict[str, str]] = {}
        """The values of the cases that ran before, by case: some libraries tell of an earlier error in a later one."""

    def prepare(self, source: str) -> str:
        """Run a cell that must not fail; the error if it does."""
        if not source:
            return ""
        run = self._kernel.run(source, CELL_SECONDS)
        self._sent()
        return "; ".join(f"{error['ename']}: {error['evalue']}" for error in run.errors)

    def observe(self, library: str, case: Case, values: dict[str, str]) -> tuple[Outcome, list[SentRequest]]:
        """Run a case with these values; what it sent."""
        outcome = Outcome(library, case.name, values=values)
        try:
            run, requests = self._run(case, outcome)
        except queue.Empty:
            outcome.defect = f"no end within {CELL_SECONDS} s"
            return outcome, []
        if run is None:
            return outcome, requests
        outcome.raw = _seen(run)
        outcome.defect = _defect(case, run, outcome)
        if not outcome.events and not outcome.defect:
            outcome.defect = "nothing was sent: " + " ".join(self._kernel.run("%errreport status").text.split())
        return outcome, requests

    def judge(self, library: str, case: Case, rng: random.Random) -> Outcome:
        """Run a case with fresh values, and look for them in what it sent."""
        values = make_values(case.placeholders, rng)
        outcome, requests = self.observe(library, case, values)
        told = "\n".join(message for event in outcome.events for message in _messages(event))
        outcome.kept = [words for words in case.keep if words in told]
        outcome.lost = [words for words in case.keep if words not in told]
        lines = "\n".join(event["first_line"] for event in outcome.events)
        outcome.line_kept = [words for words in case.keep_line if words in lines]
        outcome.line_lost = [words for words in case.keep_line if words not in lines]
        outcome.leaks = self._leaks(requests, values)
        if any(map(_may_be_chance, outcome.leaks)):
            outcome.leaks = self._confirmed(case, outcome.leaks, values, rng)
        if any(kind_of(placeholder)[0] == DEPTH for placeholder in values) and not outcome.defect:
            outcome.leaks += self._depth_shown(case, outcome, rng)
        outcome.leaks += self._leaks_of_earlier(requests)
        self._earlier[case.name] = values
        return outcome

    def _run(self, case: Case, outcome: Outcome) -> tuple[Run | None, list[SentRequest]]:
        self._values.write_text(json.dumps(outcome.values), encoding="utf-8")
        if case.before:
            self._kernel.run(fill(case.before, outcome.values), CELL_SECONDS)
        requests = self._sent()
        broken = self.prepare(fill(case.setup, outcome.values))
        if broken:
            outcome.defect = f"the setup failed: {broken}"
            return None, []
        run = self._kernel.run(fill(case.cell, outcome.values), CELL_SECONDS)
        requests += self._sent()
        outcome.events = [event for request in requests for event in request.events]
        return run, requests

    def _sent(self) -> list[SentRequest]:
        """What was sent since this was asked last."""
        for _ in range(FLUSHES):  # a first error of each large library takes its time
            flushed = self._kernel.run("%errreport flush").text
            if "All sent." in flushed:
                break
        else:
            raise RuntimeError(f"the kernel could not send what it captured: {flushed}")
        return self._wire.take()

    def _leaks(self, requests: list[SentRequest], values: dict[str, str]) -> list[Leak]:
        """The planted values in requests, and which of them the collector kept."""
        found = [leak for request in requests for leak in leaks_of(request, values)]
        ids = [event["event_id"] for request in requests for event in request.events]
        kept = [leak for error in map(self._stored, ids) for leak in leaks_of_text(_text(error), values)]
        in_store = {placeholder for placeholder, _ in kept}
        told = [(name, how, where + IN_STORE * (name in in_store)) for name, how, where in found]
        left = {name for name, _, _ in told}
        return told + [(name, how, "only in the store") for name, how in kept if name not in left]

    def _stored(self, event_id: str) -> dict[str, Any]:
        stored: dict[str, Any] = self._collector.read(f"errors/{event_id}")
        return stored

    def _leaks_of_earlier(self, requests: list[SentRequest]) -> list[Leak]:
        return [
            (placeholder, how, f"of the case {case!r}")
            for case, values in self._earlier.items()
            for request in requests
            for placeholder, how, _ in leaks_of(request, values)
            if how != "piece" and kind_of(placeholder)[0] not in CHOSEN  # which chance can make among so many
        ]

    def _confirmed(self, case: Case, leaks: list[Leak], values: dict[str, str], rng: random.Random) -> list[Leak]:
        """Leaks without chance: what also stands in what other values give came from no value.

        That is so of a piece of a value, and of a value that a library says by itself.
        """
        again = Outcome("", case.name, values=other_values(values, rng))
        _, requests = self._run(case, again)
        chance = {(name, how) for request in requests for name, how, _ in leaks_of(request, values)}
        return [leak for leak in leaks if not _may_be_chance(leak) or leak[:2] not in chance]

    def _depth_shown(self, case: Case, outcome: Outcome, rng: random.Random) -> Iterator[Leak]:
        """Whether another depth gives another traceback, or another chain."""
        other = Outcome("", case.name, values=other_values(outcome.values, rng))
        self._run(case, other)
        for name in ("traceback", "chain", "fingerprint"):
            if [_shape(event[name]) for event in outcome.events] != [_shape(event[name]) for event in other.events]:
                placeholder = next(placeholder for placeholder in outcome.values if kind_of(placeholder)[0] == DEPTH)
                yield placeholder, "depth", name + IN_STORE  # which keeps what it is sent of these


def _may_be_chance(leak: Leak) -> bool:
    return leak[1] == "piece" or kind_of(leak[0])[0] == SAID_BY_LIBRARIES


def _shape(value: Any) -> Any:
    """A field of an event, without the number of the cell."""
    return re.sub(r"<cell \d+>", "<cell>", _text(value))


def leaks_of(request: SentRequest, values: dict[str, str]) -> list[Leak]:
    """The planted values in a request: in the fields of its events, in its body as it was sent, and in its head."""
    found = [
        (placeholder, how, name)
        for event in request.events
        for name, value in event.items()
        for placeholder, how in leaks_of_text(_text(value), values)
    ]
    seen = {placeholder for placeholder, _, _ in found}
    whole = [(request.text, request.name), (request.head, f"the head of {request.name}")]
    if request.body and not request.events:
        whole.append((_text(json.loads(request.body)), request.name))
    return found + [
        (placeholder, how, where)
        for text, where in whole
        for placeholder, how in leaks_of_text(text, values)
        if placeholder not in seen
    ]


def leaks_of_text(text: str, values: dict[str, str]) -> list[tuple[str, str]]:
    """The planted values in a text, each once."""
    return list(dict(find_leaks(text, values)).items())


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _messages(event: dict[str, Any]) -> list[str]:
    return [event["error_message"], *(other["error_message"] for other in event["chain"])]


def _seen(run: Run) -> str:
    """The errors as the front end shows them; those of threads and tasks are in what was written to stderr."""
    shown = [f"{error['ename']}: {error['evalue']}\n" + "\n".join(error["traceback"]) for error in run.errors]
    return _ANSI.sub("", "\n".join([*shown, run.text]))


def first_line(cell: str) -> str:
    """The first line of a cell that is not blank."""
    return next((line for line in cell.splitlines() if line.strip()), "")


def _defect(case: Case, run: Run, outcome: Outcome) -> str:
    names = [error["ename"] for error in run.errors] + [event["error_name"] for event in outcome.events]
    if not names:
        return "did not fail"
    if not set(fill(case.error, outcome.values).split("|")) & set(names):
        return f"failed with {names[0]}, not with {case.error}: {outcome.raw[:300]}"
    missing = [words for words in case.keep if words not in outcome.raw]
    if missing:
        return f"the message does not have {missing}: {outcome.raw[:300]}"
    absent = [words for words in case.keep_line if words not in first_line(case.cell)]
    if absent:
        return f"the first line does not have {absent}"
    unfit = [words for words in (*case.keep, *case.keep_line) if find_leaks(words, outcome.values)]
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
    outcomes = []
    with tempfile.TemporaryDirectory() as folder, running_collector(Path(folder)) as collector:
        for path in arguments.files or library_files():
            library = read_library(path)
            cases = tuple(case for case in library.cases if arguments.only in case.name)
            chosen = dataclasses.replace(library, cases=cases)
            for outcome in run_library(arguments.python.absolute(), chosen, seed, collector):
                line = dataclasses.asdict(outcome)
                if not arguments.raw:
                    del line["values"], line["raw"]
                sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
                sys.stdout.flush()
                outcomes.append(outcome)
    sys.stderr.write(f"{figures_of(outcomes)}, seed {seed}\n")
    return int(any(outcome.leaks or outcome.defect for outcome in outcomes))


def figures_of(outcomes: Sequence[Outcome]) -> Figures:
    """What the outcomes come to."""
    proving = [outcome for outcome in outcomes if not outcome.defect]
    lines = [(words, True) for outcome in proving for words in outcome.line_kept]
    lines += [(words, False) for outcome in proving for words in outcome.line_lost]
    return Figures(
        len(proving),
        sum(bool(outcome.leaks) for outcome in proving),
        sum(bool(outcome.leaks) and not any(IN_STORE in where for *_, where in outcome.leaks) for outcome in proving),
        Share.of([True] * sum(len(o.kept) for o in proving) + [False] * sum(len(o.lost) for o in proving)),
        Share.of([kept for words, kept in lines if not words.startswith("#")]),
        Share.of([kept for words, kept in lines if words.startswith("#")]),
    )


if __name__ == "__main__":
    sys.exit(main())
