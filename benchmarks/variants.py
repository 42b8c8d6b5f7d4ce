"""The kernels that are compared: each started, told where to report, and asked afterwards what it reported."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.collectors import Collector
from tests.support.kernels import Kernel, Run, kernel
from tests.support.machine import find_wheel
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
    nudge: str = ""
    """Code that has it try to send at once what waits."""
    rounds: int | None = None
    """In how many rounds it takes part; None for all."""
    patience: float = 90.0
    """Seconds after which a cell is given up."""


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
    with receiver() as answering, receiver() as hanging, refusing_port() as refusing:
        hanging.hang.set()
        collector = Collector(COLLECTOR_PYTHON, home, "--no-limits")
        try:
            yield Receivers(collector, answering, hanging, f"http://127.0.0.1:{refusing}")
        finally:
            hanging.hang.clear()
            collector.stop()


@contextmanager
def refusing_port() -> Iterator[int]:
    """Bound and never listening: connections are refused, and nobody takes the port."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield closed.getsockname()[1]


def ready() -> bool:
    """Make the environment of the kernels, and install the wheel there; False, and said why, where that can't be."""
    wheel = find_wheel()
    if wheel is None:
        print("There is no wheel in dist/: run `make wheel`.", file=sys.stderr)
        return False
    if not RUNTIME.build():
        print(f"This needs Python {RUNTIME.needed_python} or newer.", file=sys.stderr)
        return False
    RUNTIME.install(wheel)
    return True


def environment(home: Path, url: str = "") -> dict[str, str]:
    """What a kernel gets: an IPython of its own, proxies left aside, and where ours reports to, if anywhere."""
    ours = {"JUPYTER_ERRREPORT_URL": url, "JUPYTER_ERRREPORT_NOTEBOOK": "benchmark"} if url else {}
    return {"IPYTHONDIR": str(home / "ipython"), "NO_PROXY": "127.0.0.1", **ours}


class Kernels:
    """Starts the kernels of a comparison; they end with `stack`."""

    def __init__(self, stack: ExitStack, home: Path) -> None:
        self._stack = stack
        self._home = home

    def start(self, code: str = "", url: str = "", **more: str) -> Kernel:
        """A kernel that reports to `url`, if there is one, with `more` in its environment, in which `code` was run."""
        running = self._stack.enter_context(
            kernel(RUNTIME.executable, {**environment(self._home, url), **more}, self._home)
        )
        if code:
            checked(running.run(code))
        return running

    def predecessor(self, url: str) -> Kernel:
        """With notebook-error-reporter 0.1.1, which needs a server at `url` to begin with; `es` is its reporter."""
        return self.start(
            "from notebook_error_reporter import ErrorServer\n"
            f"es = ErrorServer(url={url!r}, notebook='predecessor')\nes.enable()"
        )

    def sentry(self, url: str, project: int, more: str = "") -> Kernel:
        """With sentry-sdk, `more` being further arguments of its `init`."""
        dsn = url.replace("http://", "http://key@") + f"/{project}"
        return self.start(f"import sentry_sdk\n_ = sentry_sdk.init({dsn!r}{more})")


def start_all(stack: ExitStack, home: Path, told: Receivers) -> list[Variant]:
    """Every kernel of the comparison, running; the first is the one that the others are compared with."""
    kernels = Kernels(stack, home)

    def ours(name: str, url: str, seconds: int) -> Variant:
        running = kernels.start(url=url)
        return Variant(name, running, lambda: checked(running.run(_OURS.format(seconds=seconds))).text.strip())

    predecessor = kernels.predecessor(told.collector.url)

    def predecessor_reported() -> str:
        text = checked(predecessor.run("import json\nprint(json.dumps(es.retrieve_errors()))")).text
        return f"{len(json.loads(text)['errors'])} stored"

    def sentry(name: str, project: int, more: str = "") -> Variant:
        running = kernels.sentry(told.answering.url, project, more)

        def reported() -> str:
            checked(running.run("_ = sentry_sdk.flush(5)"))
            return f"{sentry_requests(told.answering, project)} requests"

        return Variant(name, running, reported)

    return [
        Variant("no hook", kernels.start(), lambda: "-"),
        Variant("no hook, a second kernel (noise)", kernels.start(), lambda: "-"),
        ours("ours, collector up", told.collector.url, 20),
        ours("ours, port refuses", told.refusing, 0),
        ours("ours, receiver hangs", told.hanging.url, 0),
        Variant("notebook-error-reporter 0.1.1, collector up", predecessor, predecessor_reported),
        sentry("sentry-sdk, out of the box", 1),
        sentry("sentry-sdk, without default integrations", 2, ", default_integrations=False"),
    ]


def sentry_requests(answering: Receiver, project: int) -> int:
    """How many requests sentry-sdk made for this project."""
    return sum(path.startswith(f"/api/{project}/") for path, _, _ in answering.requests)


def checked(run: Run) -> Run:
    """The run, which must not have failed."""
    if run.status != "ok":
        raise RuntimeError(f"a cell of the benchmark failed: {[error['evalue'] for error in run.errors]}")
    return run
