"""The kernels that are compared: each started, told where to report, and asked afterwards what it reported."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.collectors import Collector
from tests.support.kernels import Kernel, Run, kernel
from tests.support.receiver import Receiver, receiver
from tests.support.runtimes import ROOT, Runtime

RUNTIME = Runtime(
    "bench",
    ("ipython==9.*", "ipykernel==7.*", "requests", "notebook-error-reporter==0.1.1", "sentry-sdk"),
    oldest="3.11",
)
COLLECTOR_PYTHON = ROOT / ".venv" / "bin" / "python"

_OURS = """
def _counts():
    reporting = vars(get_ipython())["_errreport_reporting"]
    reporting.flush({seconds})
    sent = sum(lane.sent + lane.duplicate for lane in reporting.delivery.lanes())
    return f"{{reporting.captured}} captured, {{sent}} answered"
print(_counts())
"""


@dataclass
class Variant:
    """One kernel of the comparison."""

    name: str
    kernel: Kernel
    reported: Callable[[], str]
    """What became of its errors, in words."""


@dataclass(frozen=True)
class Receivers:
    """Where the kernels report to."""

    collector: Collector
    answering: Receiver
    hanging: Receiver
    refusing: str
    """URL of a port at which nobody listens."""


@contextmanager
def receivers(home: Path) -> Iterator[Receivers]:
    """All that the kernels report to, for the length of the run."""
    with receiver() as answering, receiver() as hanging, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound and never listening: connections are refused, and nobody takes the port
        hanging.hang.set()
        collector = Collector(COLLECTOR_PYTHON, home, "--no-limits")
        try:
            yield Receivers(collector, answering, hanging, f"http://127.0.0.1:{closed.getsockname()[1]}")
        finally:
            hanging.hang.clear()
            collector.stop()


def environment(home: Path, url: str = "") -> dict[str, str]:
    """What a kernel gets: an IPython of its own, proxies left aside, and where ours reports to, if anywhere."""
    ours = {"JUPYTER_ERRREPORT_URL": url, "JUPYTER_ERRREPORT_NOTEBOOK": "benchmark"} if url else {}
    return {"IPYTHONDIR": str(home / "ipython"), "NO_PROXY": "127.0.0.1", **ours}


def start_all(stack: ExitStack, home: Path, told: Receivers) -> list[Variant]:
    """Every kernel of the comparison, running; the first is the one that the others are compared with."""

    def started(url: str = "", code: str = "") -> Kernel:
        running = stack.enter_context(kernel(RUNTIME.executable, environment(home, url), home))
        if code:
            checked(running.run(code))
        return running

    def ours(name: str, url: str, seconds: int) -> Variant:
        running = started(url)
        return Variant(name, running, lambda: checked(running.run(_OURS.format(seconds=seconds))).text.strip())

    predecessor = started(
        code="from notebook_error_reporter import ErrorServer\n"
        f"es = ErrorServer(url={told.collector.url!r}, notebook='predecessor')\nes.enable()"
    )

    def predecessor_reported() -> str:
        text = checked(predecessor.run("import json\nprint(json.dumps(es.retrieve_errors()))")).text
        return f"{len(json.loads(text)['errors'])} stored"

    def sentry(name: str, project: int, more: str = "") -> Variant:
        dsn = told.answering.url.replace("http://", "http://key@") + f"/{project}"
        running = started(code=f"import sentry_sdk\n_ = sentry_sdk.init({dsn!r}{more})")

        def reported() -> str:
            checked(running.run("_ = sentry_sdk.flush(5)"))
            count = sum(path.startswith(f"/api/{project}/") for path, _, _ in told.answering.requests)
            return f"{count} requests"

        return Variant(name, running, reported)

    return [
        Variant("no hook", started(), lambda: "-"),
        Variant("no hook, a second kernel (noise)", started(), lambda: "-"),
        ours("ours, collector up", told.collector.url, 20),
        ours("ours, port refuses", told.refusing, 0),
        ours("ours, receiver hangs", told.hanging.url, 0),
        Variant("notebook-error-reporter 0.1.1, collector up", predecessor, predecessor_reported),
        sentry("sentry-sdk, out of the box", 1),
        sentry("sentry-sdk, without default integrations", 2, ", default_integrations=False"),
    ]


def checked(run: Run) -> Run:
    """The run, which must not have failed."""
    if run.status != "ok":
        raise RuntimeError(f"a cell of the benchmark failed: {[error['evalue'] for error in run.errors]}")
    return run
