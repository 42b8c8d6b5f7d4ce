"""What is measured inside a kernel: our callback on the main thread, the imports, and the startup file."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from pathlib import Path

from rounds import word
from variants import RUNTIME, checked, environment

from tests.support.kernels import kernel

ERRORS = {
    "small": "def fail_{round}():\n    return 1 / 0\nfail_{round}()",
    "deep recursion": "def descend_{round}(n):\n    return descend_{round}(n + 1)\ndescend_{round}(0)",
    "namespace of 200,000 names": "def fall_{round}():\n    return 1 / 0\nfall_{round}()",
}
"""The failing cells, in this order: the last one after the namespace was filled. Another one in each round."""

WRAP = """
def _wrap():
    import time
    hook = vars(get_ipython())["_errreport_reporting"].hook
    inner, times, cpu = hook._capture, [], []
    def timed(caught):
        started, cpu_started = time.perf_counter(), time.thread_time()
        inner(caught)
        cpu.append(time.thread_time() - cpu_started)
        times.append(time.perf_counter() - started)
    hook._capture, hook._bench_times, hook._bench_cpu = timed, times, cpu
_wrap()
"""
"""Notes how long the callback took, and how much of that was its own CPU time."""
TAKE = """
def _take():
    import json
    times = vars(get_ipython())["_errreport_reporting"].hook._bench_times
    print(json.dumps(times))
    times.clear()
_take()
"""
ATTEMPTS = """
def _attempts():
    import time
    from jupyter_errreport.delivery.receivers import addressed
    inner, attempts = addressed.Addressed.send, []
    def timed(self, *arguments, **named):
        attempts.append([time.monotonic(), None])
        try:
            return inner(self, *arguments, **named)
        finally:
            attempts[-1][1] = time.monotonic()
    addressed.Addressed.send = timed
    vars(get_ipython())["_errreport_reporting"]._bench_attempts = attempts
_attempts()
"""
"""Notes when each attempt to send began and ended."""
_FILL = "globals().update({f'name_{n}': n for n in range(200_000)})"
_STARTUP = """
def _startup():
    import pathlib, statistics, sys, time
    (path,) = pathlib.Path(sys.prefix, "etc/ipython/startup").glob("*errreport*.py")
    source, namespace, times = path.read_text(), get_ipython().user_ns, []
    for _ in range(1000):
        started = time.perf_counter()
        exec(compile(source, str(path), "exec"), namespace)
        times.append(time.perf_counter() - started)
    assert "_errreport_reporting" not in vars(get_ipython())
    print(statistics.median(times))
_startup()
"""
_IMPORT = """
import ipykernel.kernelapp, time
started = time.perf_counter()
import jupyter_errreport.kernel.reporting, jupyter_errreport.kernel.magics
print(time.perf_counter() - started)
"""


def callback_seconds(home: Path, url: str, rounds: int) -> dict[str, list[float]]:
    """How long the callback held the main thread, by error."""
    found = {}
    with kernel(RUNTIME.executable, environment(home, url), home) as running:
        checked(running.run(WRAP))
        for name, code in ERRORS.items():
            if "names" in name:
                checked(running.run(_FILL))
            for number in range(rounds):
                if running.run(code.replace("{round}", word(number))).status != "error":
                    raise RuntimeError(f"the cell did not fail: {name}")
            found[name] = json.loads(checked(running.run(TAKE)).text)
            if len(found[name]) != rounds:
                raise RuntimeError(f"{name}: {len(found[name])} callbacks for {rounds} errors")
    return found


def import_seconds(home: Path, repeats: int = 5) -> float:
    """Median time to import the hook and the magics in fresh processes which have ipykernel already."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(RUNTIME.executable), "-c", _IMPORT]
    times = [
        float(subprocess.run(command, cwd=home, env=clean, check=True, capture_output=True, text=True).stdout)
        for _ in range(repeats)
    ]
    return statistics.median(times)


def startup_seconds(home: Path) -> float:
    """Median time of the installed startup file, compiled and run, in a kernel where nothing is configured."""
    with kernel(RUNTIME.executable, environment(home), home) as running:
        return float(checked(running.run(_STARTUP)).text)
