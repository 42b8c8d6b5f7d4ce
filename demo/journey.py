"""Follows the errors of one run of a notebook to every stop, and looks there for what must not have left."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .notebook_run import Execution, NotebookRun
from .problem import DemoProblem
from .services import Alive, Service
from .slack_receiver import SlackReceiver, shown
from .waiting import wait_until

ARRIVAL_SECONDS = 30.0
PRIVATE = "private_values"
"""The entry of the tour's metadata that lists what its readers would not want to leave."""

Event = dict[str, Any]


@dataclass
class Failure:
    """An error, the cell it happened in, and the event that left the kernel."""

    execution: Execution
    event: Event

    @property
    def event_id(self) -> str:
        """The key under which it counts once."""
        return str(self.event["event_id"])


@dataclass
class Journey:
    """All failures of one run, and what each stop has of them."""

    failures: list[Failure] = field(default_factory=list)
    at_jupyter: list[Event] = field(default_factory=list)
    at_collector: list[Event] = field(default_factory=list)
    slack_messages: list[dict[str, Any]] = field(default_factory=list)

    def as_record(self) -> dict[str, Any]:
        """Everything that left the kernel, by where it was seen."""
        return {
            "left_the_kernel": [failure.event for failure in self.failures],
            "at_the_jupyter_server": self.at_jupyter,
            "at_the_collector": self.at_collector,
            "in_slack": self.slack_messages,
        }


def run_cells(run: NotebookRun) -> Iterator[tuple[Execution, Failure | None]]:
    """Run the cells in order; after each, ask the kernel which error was the last to leave.

    A failure also comes from a cell that ends well, when a thread of it failed. Raises `DemoProblem` when a cell failed
    of which nothing left.
    """
    last_id = ""
    for cell in run.code_cells:
        execution = run.run_cell(cell)
        event = _last_event(run)
        if event is not None and event["event_id"] != last_id:
            last_id = event["event_id"]
            yield execution, Failure(execution, event)
        elif execution.status == "error":
            status = run.run("%errreport status", in_history=False).printed.strip()
            raise DemoProblem(
                f"Cell [{execution.execution_count}] failed with {execution.error_name}, but no event left the kernel."
                f" %errreport status says: {status or 'nothing'}"
            )
        else:
            yield execution, None


def _last_event(run: NotebookRun) -> Event | None:
    """What `%errreport last` prints in the kernel; None before the first error."""
    answer = run.run("%errreport last", in_history=False)
    if answer.status != "ok" or "not found" in answer.printed:
        raise DemoProblem(
            f"The kernel does not know %errreport: the hook was not loaded. {answer.error_message or answer.printed}"
        )
    try:
        return dict(json.loads(answer.printed))
    except ValueError:
        return None


def fetch(service: Service, path: str, failures: list[Failure], alive: Alive) -> list[Event]:
    """What a stop lists under `path`, once all failures are there. Raises `DemoProblem` for one missing or double."""
    wanted = [failure.event_id for failure in failures]

    def complete() -> list[Event] | None:
        events: list[Event] = service.get(path)
        return events if {event["event_id"] for event in events}.issuperset(wanted) else None

    where = service.process.name
    try:
        events = wait_until(complete, f"not all errors were there: GET {path}", ARRIVAL_SECONDS, alive)
    except DemoProblem as problem:
        raise DemoProblem(f"At the {where}: {problem}", problem.log or service.process.log) from problem
    double = [key for key, count in Counter(event["event_id"] for event in events).items() if count > 1]
    if double:
        raise DemoProblem(f"The {where} counts an error more than once: {', '.join(double)}.", service.process.log)
    return events


def told(slack: SlackReceiver, failures: list[Failure], log: Path, alive: Alive) -> list[dict[str, Any]]:
    """Slack's messages, the one about each failure in the failures' order, once they are all there.

    They may have come in another order: what did not get through at once is told later.
    """

    def complete() -> list[dict[str, Any]] | None:
        return list(slack.messages) if len(slack.messages) >= len(failures) else None

    try:
        messages = wait_until(complete, "not every error had a message", ARRIVAL_SECONDS, alive)
    except DemoProblem as problem:
        refused = "; ".join(f"{answer.status} {answer.words}" for answer in slack.refused) or "nothing"
        raise DemoProblem(f"In Slack: {problem} It refused {refused}.", log) from problem
    ordered = []
    for failure in failures:
        name = failure.event["error_name"]
        message = next((message for message in messages if name in shown(message)), None)
        if message is None:
            raise DemoProblem(f"Slack was not told of {name}: {'; '.join(map(shown, messages))}", log)
        messages.remove(message)
        ordered.append(message)
    return ordered


def find_private(run: NotebookRun, journey: Journey, folders: list[Path]) -> tuple[list[str], int]:
    """The reader's values that are found in what left, each as a sentence; and how many files were searched."""
    values = [str(value) for value in run.notebook["metadata"].get(PRIVATE, [])]
    if not values:
        raise DemoProblem(f"The notebook's metadata has no `{PRIVATE}`: there is nothing to search for.")
    texts = {name: json.dumps(part, ensure_ascii=False).encode() for name, part in journey.as_record().items()}
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    texts.update((str(file), file.read_bytes()) for file in files)
    found = [f"{value!r} is in {name}" for name, text in texts.items() for value in values if value.encode() in text]
    return found, len(files)


def unlike(event: Event, stored: Event) -> list[str]:
    """The fields that a stop has in another form than they left the kernel."""
    return [name for name, value in event.items() if stored.get(name) != value]


def by_id(events: list[Event]) -> Callable[[str], Event]:
    """Finds an event in a list."""
    return {event["event_id"]: event for event in events}.__getitem__
