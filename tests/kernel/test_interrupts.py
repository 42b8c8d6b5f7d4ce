"""A cell that the reader stops is no failure of the notebook, unless somebody wants to know."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.kernels import Kernel, Run, kernel
from tests.support.receiver import receiver

SLEEP = "import time\nprint('running', flush=True)\ntime.sleep(60)"
# In short sleeps: the loop of ipykernel notices a signal only when it turns.
AWAIT = "import asyncio\nprint('running', flush=True)\nfor _ in range(600):\n    await asyncio.sleep(0.1)"


def interrupted(running: Kernel, code: str) -> Run:
    """Run a cell and stop it as soon as it says that it runs."""
    heard: list[str] = []

    def interrupt(text: str) -> None:
        if not heard:
            running.interrupt()
        heard.append(text)

    return running.run(code, on_output=interrupt)


@pytest.mark.parametrize("code", [SLEEP, AWAIT], ids=["sleep", "await"])
def test_an_interrupted_cell_is_held_back(python: Path, runtime: str, code: str) -> None:
    if runtime == "ipython5" and code == AWAIT:
        return  # which has no await at the top level
    with receiver() as to, kernel(python, {"JUPYTER_ERRREPORT_URL": to.url}) as running:
        assert interrupted(running, code).status == "error"
        assert "you stopped the cell yourself: 1" in running.run("%errreport status").text
        running.run("%errreport flush")
        assert to.events == []


@pytest.mark.parametrize("code", [SLEEP, AWAIT], ids=["sleep", "await"])
def test_an_interrupted_cell_is_none_that_failed(python: Path, runtime: str, code: str) -> None:
    if runtime == "ipython5" and code == AWAIT:
        return  # which has no await at the top level
    with receiver() as to, kernel(python, {"JUPYTER_ERRREPORT_URL": to.url}) as running:
        running.run("failed = []\nvars(get_ipython())['_errreport_reporting'].hook.on_cell = failed.append")
        running.run("1 / 0")
        interrupted(running, code)
        running.run("x = 1")
        assert running.run("failed").results == ["[False, True, False]"]


def test_it_is_reported_where_that_is_switched_on(python: Path, tmp_path: Path) -> None:
    profile = tmp_path / "profile_default"
    profile.mkdir()
    (profile / "ipython_kernel_config.py").write_text("c.ErrReport.interrupts = True\n")
    environment = {"IPYTHONDIR": str(tmp_path)}
    with receiver() as to, kernel(python, {**environment, "JUPYTER_ERRREPORT_URL": to.url}) as running:
        interrupted(running, SLEEP)
        running.run("import sys\nsys.exit()")
        running.run("%errreport flush")
        assert [(event["error_name"], event["kind"]) for event in to.events] == [
            ("KeyboardInterrupt", "interrupt"),
            ("SystemExit", "exit"),
        ]
