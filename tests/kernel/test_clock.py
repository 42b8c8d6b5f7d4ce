"""An error has the time at which it happened, whatever the notebook does with time."""

from __future__ import annotations

import time

import pytest

from jupyter_errreport.event import event_time
from jupyter_errreport.kernel.clock import Clock
from tests.support.reported import Reported

LIKE_FREEZEGUN = """
import sys, time
class Real:
    names = 'time time_ns monotonic monotonic_ns perf_counter gmtime localtime strftime'.split()
    functions = {name: getattr(time, name) for name in names}
def frozen(*args):
    return 86400.0
by_id = {id(function): name for name, function in Real.functions.items()}
replaced = [
    (module, name, value)
    for module in list(sys.modules.values()) if module and not module.__name__.startswith(('asyncio', 'tornado', 'zmq'))
    for name, value in list(vars(module).items()) if id(value) in by_id and by_id[id(value)] in ('time', 'monotonic')
]
for module, name, value in replaced:
    setattr(module, name, frozen)
""".strip()
BACK = "for module, name, value in replaced:\n    setattr(module, name, value)"
SETS = {
    "replaced": ("import time\nreal = time.time\ntime.time = lambda: 0.0", "time.time = real"),
    "jumps": (
        "import itertools, time\nreal, steps = time.time, itertools.count(10_000_000)\n"
        "time.time = lambda: real() + 1e6 * next(steps)",
        "time.time = real",
    ),
    "frozen in every module": (LIKE_FREEZEGUN, BACK),
}


@pytest.mark.parametrize(("before", "after"), SETS.values(), ids=SETS)
def test_an_error_has_its_true_time(reported: Reported, before: str, after: str) -> None:
    seen, began = len(reported.receiver.events), time.time()
    reported.kernel.run(before)
    reported.kernel.run("1 / 0")
    reported.kernel.run(after)
    ended = time.time()
    assert "All sent." in reported.kernel.run("%errreport flush").text
    (event,) = reported.receiver.events[seen:]
    told = event_time(event["event_id"])
    assert told is not None
    assert began - 1 <= told <= ended + 1
    assert event["timestamp"][:10] == time.strftime("%Y-%m-%d", time.gmtime(told))


def test_a_clock_that_comes_late_asks_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.time
    with monkeypatch.context() as patched:
        patched.setattr(time, "time", lambda: 0.0)
        clock = Clock()
    assert abs(clock.now() - real()) < 60


def test_a_clock_counts_on() -> None:
    seconds = iter([5.0, 7.5])
    assert Clock(lambda: 1_000.0, lambda: next(seconds)).now() == 1_002.5
