"""What a collector learns of a session that a notebook's author enabled: that it began, and how its cells went."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.kernels import Kernel, kernel
from tests.support.receiver import Receiver, receiver
from tests.support.waiting import wait_for

ENABLE = "from jupyter_errreport import ErrorServer\nErrorServer(url={url!r}, notebook='dock', release='2').enable();"


def sessions(to: Receiver) -> list[dict[str, Any]]:
    return [json.loads(body) for path, _, body in to.requests if path == "/sessions"]


def run_some_cells(running: Kernel) -> None:
    for code in ("1 + 1", "1 / 0", "print(", "", "raise KeyboardInterrupt", "%%time\nint('x')"):
        running.run(code)


def test_it_is_opened_at_once_and_told_how_its_cells_went_at_the_end(python: Path) -> None:
    with receiver() as to:
        with kernel(python) as running:
            running.run(ENABLE.format(url=to.url))
            opened = wait_for(lambda: sessions(to), "the session")
            assert {name: opened[0][name] for name in ("notebook", "release", "good_cells", "failed_cells")} == {
                "notebook": "dock",
                "release": "2",
                "good_cells": 0,
                "failed_cells": 0,
            }
            run_some_cells(running)
        told = sessions(to)
        assert len({session["uuid"] for session in told}) == 1
        assert (told[-1]["good_cells"], told[-1]["failed_cells"]) == (2, 3)


def test_it_is_told_when_the_kernel_is_idle(python: Path) -> None:
    with receiver() as to, kernel(python) as running:
        running.run("import jupyter_errreport.kernel.session_report as report; report.FIRST_IDLE = 0.5")
        running.run(ENABLE.format(url=to.url))
        running.run("1 / 0")
        wait_for(lambda: [s for s in sessions(to) if s["failed_cells"] == 1], "the counts")


def test_it_is_told_again_until_the_collector_is_there(python: Path) -> None:
    with receiver() as to, kernel(python) as running:
        to.answer = 503
        running.run(ENABLE.format(url=to.url))
        wait_for(lambda: len(sessions(to)) > 1, "a second attempt")
        assert running.run("1 + 1").results == ["2"]
        to.answer = 200
        before = len(sessions(to))
        wait_for(lambda: len(sessions(to)) > before, "the attempt that succeeds")
        running.run("%errreport flush")


def test_an_old_collector_that_knows_no_sessions_gets_the_errors(python: Path) -> None:
    with receiver() as to, kernel(python) as running:
        to.unknown.add("/sessions")
        running.run(ENABLE.format(url=to.url))
        running.run("1 / 0")
        wait_for(lambda: to.events, "the error")
        assert len(sessions(to)) == 1


def test_off_tells_nothing_more(python: Path) -> None:
    with receiver() as to:
        with kernel(python) as running:
            running.run(ENABLE.format(url=to.url))
            wait_for(lambda: sessions(to), "the session")
            running.run("%errreport off")
            running.run("1 / 0")
        assert len(sessions(to)) == 1


def test_a_hook_that_an_operator_configured_opens_none(python: Path, tmp_path: Path) -> None:
    with receiver() as to:
        with kernel(python, {"JUPYTER_ERRREPORT_URL": to.url, "HOME": str(tmp_path)}) as running:
            running.run("1 / 0")
            wait_for(lambda: to.events, "the error")
        assert sessions(to) == []
