"""`python -m demo`: the whole way of an error in one run. `--stay` leaves the servers up."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import tempfile
import threading
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

from .journey import Failure, Journey, by_id, fetch, find_private, run_cells, told, unlike
from .notebook_run import NotebookRun
from .problem import DemoProblem
from .processes import Processes
from .services import Service, link, start_collector, start_jupyter
from .slack_receiver import SlackReceiver, shown
from .story import Story

TOUR = Path(__file__).resolve().parents[1] / "examples" / "tour.ipynb"
LOGS = Path(sys.prefix) / "demo-log"
"""Where the logs of a demo that failed are kept."""


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; 0 when every error was seen at every stop."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--stay", action="store_true", help="leave the servers up until Ctrl-C")
    parser.add_argument("--record", type=Path, metavar="FILE", help="write there, as JSON, all that left the kernel")
    parser.add_argument("--notebook", type=Path, default=TOUR, metavar="FILE", help="the notebook to run")
    options = parser.parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    story = Story()
    shutil.rmtree(LOGS, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="errreport-demo-", ignore_cleanup_errors=True) as folder:
        processes = Processes(Path(folder))
        try:
            status = _tell(options, story, processes)
        finally:
            _undisturbed(processes.stop)
        left = processes.left()
    if left:
        story.bad(f"These processes could not be ended: {', '.join(map(str, left))}")
        return 1
    story.say(f"Nothing is left running. All of it took {story.seconds:.0f} s.")
    if status == 0 and not options.stay:
        story.say("To look around in a browser: make demo-stay")
    return status


def _tell(options: argparse.Namespace, story: Story, processes: Processes) -> int:
    """The demo with its problems put into sentences; the exit status."""
    slack = SlackReceiver()
    try:
        run_demo(options, story, processes, slack)
        return 0
    except KeyboardInterrupt:
        story.say()
        story.bad(f"Stopped by you in {story.step_name}.")
    except DemoProblem as problem:
        story.say()
        story.bad(f"The demo failed in {story.step_name}: {problem}")
        kept = _keep_logs(processes)
        story.bad(f"The log: {kept / problem.log.name if problem.log else kept}")
    except Exception:  # a defect of the demo's own: whoever runs it should still be told where
        story.say()
        story.bad(f"The demo failed in {story.step_name}, by a mistake of its own:\n{traceback.format_exc()}")
        story.bad(f"The logs: {_keep_logs(processes)}")
    finally:
        slack.close()
    return 1


def run_demo(options: argparse.Namespace, story: Story, processes: Processes, slack: SlackReceiver) -> None:
    """The steps. Raises `DemoProblem` at the first that does not go as it should."""
    story.title("An error on its way: kernel -> Jupyter server -> collector and Slack")

    story.step("Starting what an error passes through")
    story.fact("Slack", f"{slack.address} (a stand-in that refuses what Slack refuses)")
    collector = start_collector(processes, story.alive)
    story.fact("collector", collector.url)
    jupyter = start_jupyter(processes, options.notebook, collector.url, slack.webhook, story.alive)
    story.fact("Jupyter server", f"{jupyter.url} (forwards to both)")

    name = options.notebook.name
    story.step(f"A reader runs {name} in a kernel of that server")
    run = NotebookRun(jupyter, name)
    journey = Journey()
    for execution, failure in run_cells(run):
        if failure is not None:
            journey.failures.append(failure)
        story.cell(execution.execution_count, execution.first_line, _outcome(failure))
    run.save()
    if not journey.failures:
        raise DemoProblem(f"No cell of {name} failed, so there is nothing to show.")
    first = journey.failures[0]

    story.step(f"The first cell that failed, [{first.execution.execution_count}], as its reader sees it")
    story.quote(first.execution.source)
    story.quote("---")
    story.quote("\n".join(first.execution.shown.splitlines()[-1:]))

    story.step("What left the kernel (%errreport last): where it happened, and no value of the reader's")
    story.event(first.event)

    story.step("The same error in the Jupyter server: GET /errreport/errors")
    journey.at_jupyter = fetch(jupyter, "errreport/errors", journey.failures, story.alive)
    _show_stored(story, first.event, by_id(journey.at_jupyter)(first.event_id))

    story.step("The same error at the collector, with the token that it printed: GET /errors")
    journey.at_collector = fetch(collector, "errors", journey.failures, story.alive)
    _show_stored(story, first.event, by_id(journey.at_collector)(first.event_id))

    story.step("What Slack was told")
    journey.slack_messages = told(slack, journey.failures, jupyter.process.log, story.alive)
    story.quote(shown(journey.slack_messages[0]))

    story.step("All of them, and what was not sent")
    story.table(_overview(journey))
    story.say()
    folders = [processes.folder / "collector", processes.folder / "jupyter" / "data" / "errreport"]
    found, count = find_private(run, journey, folders)
    if found:
        raise DemoProblem("A value of the reader's has left the kernel: " + "; ".join(found))
    story.good(f"What the reader typed ({_listed(run)}) is nowhere in it,")
    story.good(f"nor in the {count} files that the collector and the Jupyter server keep of it.")
    if options.record:
        options.record.write_text(json.dumps(journey.as_record(), ensure_ascii=False, indent=1), encoding="utf-8")
    run.close()
    if options.stay:
        _stay(story, jupyter, collector, name)


def _stay(story: Story, jupyter: Service, collector: Service, name: str) -> None:
    """Print the addresses and wait for Ctrl-C, or for the end of a server."""
    story.step("Look around; Ctrl-C ends it")
    story.fact("errors, Jupyter", link(jupyter, "errreport/errors"))
    story.fact("collector", link(collector, ""))
    if jupyter.answers("lab"):
        story.fact("the notebook", link(jupyter, f"lab/tree/{name}"))
    else:
        story.fact("the notebook", link(jupyter, f"nbconvert/html/{name}") + " (to read; JupyterLab is not installed)")
    pause = threading.Event()
    try:
        while not pause.wait(1.0):
            jupyter.process.check()
            collector.process.check()
    except KeyboardInterrupt:
        story.say()


def _show_stored(story: Story, event: dict[str, Any], stored: dict[str, Any]) -> None:
    """The fields by which one knows it again, and what the stop has added."""
    known = ("event_id", "error_name", "first_line", "execution_count", "notebook")
    story.event({name: stored.get(name) for name in known} | {n: v for n, v in stored.items() if n not in event})
    other = unlike(event, stored)
    if other:
        story.say(f"Changed on the way: {', '.join(other)}.")
    else:
        story.good("Every field is as it left the kernel.")


def _outcome(failure: Failure | None) -> str:
    """How a cell ended, as a few words; empty when it ended well."""
    if failure is None:
        return ""
    thread = " in a thread" if failure.event["kind"] == "thread" else ""
    return f"{failure.event['error_name']}{thread}"


def _overview(journey: Journey) -> list[tuple[str, ...]]:
    """One line an error: what it is, and how often each stop has it."""
    rows: list[tuple[str, ...]] = [("cell", "kind", "error", "from", "Jupyter", "collector", "Slack")]
    for number, failure in enumerate(journey.failures):
        event = failure.event
        chain = " <- ".join(link["error_name"] for link in event.get("chain", ())) or "-"
        seen = [
            str(sum(stored["event_id"] == failure.event_id for stored in events))
            for events in (journey.at_jupyter, journey.at_collector)
        ]
        in_slack = str(int(number < len(journey.slack_messages)))
        count = failure.execution.execution_count
        rows.append((f"[{count}]", event["kind"], event["error_name"], chain, *seen, in_slack))
    return rows


def _listed(run: NotebookRun) -> str:
    return ", ".join(f'"{value}"' for value in run.notebook["metadata"]["private_values"])


def _keep_logs(processes: Processes) -> Path:
    """Copy the logs out of the temporary folder, which goes; where to."""
    shutil.copytree(processes.logs, LOGS, dirs_exist_ok=True)
    return LOGS


def _undisturbed(action: Any) -> None:
    """Do it, and let no further Ctrl-C leave half of it undone."""
    before = [(number, signal.signal(number, signal.SIG_IGN)) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        action()
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """SIGTERM and a closed terminal end the demo as Ctrl-C does."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
