"""The thread that makes events, and what a cell's own thread must not do: let others run before it is done."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jupyter_errreport.kernel.faults import Faults
from jupyter_errreport.kernel.worker import Worker
from tests.support.kernels import kernel
from tests.support.receiver import Receiver, receiver
from tests.support.waiting import wait_for

WATCH = """
def _watch():
    import os, sys, threading
    inner, callers = os.urandom, []
    def urandom(size):
        if threading.current_thread() is threading.main_thread():
            callers.append(sys._getframe(1).f_globals["__name__"])
        return inner(size)
    os.urandom = urandom
    return callers
callers = _watch()
"""
"""Notes which modules call `os.urandom` on the main thread: it lets go of the interpreter's lock."""


@pytest.fixture
def receiving() -> Iterator[Receiver]:
    with receiver() as to:
        yield to


@pytest.mark.skipif(not hasattr(os, "SCHED_BATCH"), reason="Linux alone has such threads")
def test_the_worker_does_not_push_the_thread_that_wakes_it_off_its_processor() -> None:
    found: list[int] = []

    def work(item: object) -> Iterator[None]:
        found.append(os.sched_getscheduler(0))
        thread = threading.Thread(target=lambda: found.append(os.sched_getscheduler(0)))  # as a lane's
        thread.start()
        thread.join()
        yield

    worker = Worker(work, Faults())
    worker.submit("something")
    assert worker.finish(20)
    assert found == [os.SCHED_BATCH] * 2
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


def test_where_no_thread_can_be_made_it_is_tried_again(
    runtime_python: Callable[[str], Path], tmp_path: Path, receiving: Receiver
) -> None:
    with kernel(runtime_python("ipython9"), {"HOME": str(tmp_path)}) as running:
        running.run(
            "import jupyter_errreport, threading\nreal = threading.Thread.start\ndef none(thread):\n"
            '    raise RuntimeError("can\'t start new thread")\nthreading.Thread.start = none\n'
            f"jupyter_errreport.ErrorServer('{receiving.url}', 'dock').enable();"
        )
        running.run("1 / 0")
        running.run("threading.Thread.start = real")
        assert "All sent." in running.run("%errreport flush").text
        assert [event["error_name"] for event in receiving.events] == ["ZeroDivisionError"]
        running.run("{}['a']")
        wait_for(lambda: len(receiving.events) == 2, "the error after it")


def test_a_cell_that_fails_does_not_let_other_threads_run_for_an_id(
    runtime_python: Callable[[str], Path], tmp_path: Path
) -> None:
    environment = {"HOME": str(tmp_path), "JUPYTER_ERRREPORT_URL": "http://127.0.0.1:9"}
    with kernel(runtime_python("ipython9"), environment) as running:
        running.run(WATCH)
        running.run("1 / 0")
        running.run("1 / 0")  # a repeat
        assert "captured 2" in running.run("%errreport status").text
        callers = running.run("print([name for name in callers if name.startswith('jupyter_errreport')])").text
        assert callers.strip() == "[]"
