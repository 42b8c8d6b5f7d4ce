"""What the reader did is no failure of the notebook; what a program says by its way out is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kernel.test_interrupts import interrupted
from tests.support.kernels import kernel
from tests.support.receiver import receiver
from tests.support.reported import Reported

EXITS = {
    "without a status": "import sys\nsys.exit()",
    "with None": "raise SystemExit(None)",
    "with 0": "import sys\nsys.exit(0)",
    "with False": "raise SystemExit(False)",
    "the help of a program": "import argparse\nargparse.ArgumentParser().parse_args(['--help'])",
}
FAILURES = {
    "a status": "import sys\nsys.exit(1)",
    "a status that is no number": "raise SystemExit([])",
    "a text": "import sys\nsys.exit('no data of Smith')",
    "a subclass": "class Stop(SystemExit):\n    pass\nraise Stop(3)",
    "the usage of a program": "import argparse\nargparse.ArgumentParser().parse_args(['--Smith'])",
}


@pytest.mark.parametrize("code", EXITS.values(), ids=EXITS)
def test_a_way_out_is_the_readers(reported: Reported, code: str) -> None:
    assert reported.events_of(code) == []


@pytest.mark.parametrize("code", FAILURES.values(), ids=FAILURES)
def test_an_exit_that_says_what_failed_is_an_error(reported: Reported, code: str) -> None:
    event = reported.event_of(code)
    assert event["error_name"] in ("SystemExit", "Stop")
    assert event["kind"] == "cell"
    assert event["traceback"][0]["filename"] == f"<cell {event['execution_count']}>"
    assert "Smith" not in str(event)


def test_a_program_that_refuses_its_arguments_says_what_it_said(reported: Reported) -> None:
    code = "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--depth', required=True)\n"
    event = reported.event_of(code + "parser.parse_args([])")
    assert "the following arguments are required" in event["error_message"]


def test_a_file_that_is_run_and_exits_with_a_status_failed(reported: Reported) -> None:
    reported.kernel.run("%%writefile exits.py\nimport sys\nsys.exit(int(sys.argv[1]))")
    assert reported.events_of("%run exits.py 0") == []
    assert reported.event_of("%run exits.py 3")["kind"] == "run"


STOPS = {
    "wrapped": "try:\n    raise KeyboardInterrupt\nexcept BaseException:\n    raise RuntimeError('Smith')",
    "caused": "try:\n    raise KeyboardInterrupt\nexcept BaseException as stop:\n    raise ValueError from stop",
    "hidden": "try:\n    raise KeyboardInterrupt\nexcept BaseException:\n    raise RuntimeError('Smith') from None",
    "far": (
        "def again(n):\n    try:\n        if n == 0:\n            raise KeyboardInterrupt\n        again(n - 1)\n"
        "    except BaseException as error:\n        raise ValueError(n) from error\nagain(30)"
    ),
    "a child that SIGINT ended": (
        "import subprocess, sys\n"
        "subprocess.check_call([sys.executable, '-c', 'import os, signal; "
        "signal.signal(2, signal.SIG_DFL); os.kill(os.getpid(), 2)'])"
    ),
    "a shell whose child SIGINT ended": "import subprocess\nsubprocess.check_call(['sh', '-c', 'exit 130'])",
    "the end of a debugger's session": "import bdb\nraise bdb.BdbQuit",
}


@pytest.mark.parametrize("code", STOPS.values(), ids=STOPS)
def test_what_came_from_a_stop_is_the_readers(reported: Reported, code: str) -> None:
    assert reported.events_of(code) == []


def test_a_child_that_another_signal_ended_failed(reported: Reported) -> None:
    code = "import subprocess\nsubprocess.check_call(['sh', '-c', 'kill -TERM $$'])"
    assert reported.event_of(code)["error_name"] == "CalledProcessError"


def test_a_group_with_an_interrupt_is_the_readers(reported: Reported) -> None:
    if reported.runtime == "ipython5":
        return  # whose Python has no groups
    assert reported.events_of("raise BaseExceptionGroup('all', [ValueError(1), KeyboardInterrupt()])") == []


def test_a_task_that_the_cell_cancelled_is_its_error(reported: Reported) -> None:
    if reported.runtime == "ipython5":
        return  # which has no await at the top level
    event = reported.event_of(
        "import asyncio\ntask = asyncio.ensure_future(asyncio.sleep(60))\nawait asyncio.sleep(0)\n"
        "task.cancel()\nawait task"
    )
    assert (event["error_name"], event["kind"]) == ("CancelledError", "cell")


def test_an_interrupted_script_is_held_back(python: Path, runtime: str) -> None:
    if runtime == "ipython5":
        return  # where a script that fails is no error
    with receiver() as to, kernel(python, {"JUPYTER_ERRREPORT_URL": to.url}) as running:
        interrupted(running, "%%bash\necho running\nsleep 60")
        running.run("%errreport flush")
        assert to.events == []
