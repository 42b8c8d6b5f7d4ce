"""The processes of a run: a collector behind a network that fails, a Jupyter server, its kernels, and one by itself."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from jupyter_errreport.delivery import Destination
from jupyter_errreport.delivery.spool import LOCAL, key_of
from tests.crash.database_server import DatabaseServer, processes_under
from tests.crash.failing_kernel import FailingKernel, processes_of, start_kernel
from tests.crash.fault_proxy import FaultProxy
from tests.crash.small_disk import SmallDisk
from tests.crash.spool_watch import SpoolWatch
from tests.support.collectors import Collector
from tests.support.jupyter_servers import JupyterServer, clean_environment
from tests.support.ports import take_port
from tests.support.waiting import wait_for

SERVED = 2
"""Kernels of the Jupyter server."""
PYTHON = Path(sys.executable)


class Stage:
    """Everything that runs, in a folder of its own. What was killed is started again by `restart`."""

    def __init__(self, folder: Path, seed: int, database: str = "sqlite") -> None:
        """`database` is what the collector keeps errors in: `sqlite`, or `postgresql` for two processes of it."""
        self.folder = folder
        self.database_server = DatabaseServer() if database == "postgresql" else None
        self.home = folder / "home"
        self.data = self.home / ".local" / "share" / "jupyter"
        temporary = folder / "tmp"
        for made in (self.home, folder / "collector", temporary, self.data / "runtime"):
            made.mkdir(parents=True, mode=0o700)
        self.server_db = str(self.data / "errreport" / "server.sqlite")
        file = folder / "collector" / "collector.sqlite"
        self.collector_db = self.database_server.url if self.database_server else str(file)
        self._port = take_port()  # which has to be free again after each kill
        self.proxy = FaultProxy(self._port, seed)
        self.token = self._make_token()
        self._environment = {"TMPDIR": str(temporary)}
        spools = [self.data / "errreport" / "spool", temporary / f"jupyter-errreport-{os.getuid()}"]
        spools[0].mkdir(parents=True, mode=0o700)
        self.disk = SmallDisk(spools[0])
        boxes = [spool / key for spool in spools for key in (LOCAL, key_of(Destination.collector(self.proxy.url)))]
        for box in boxes:
            for name in ("tmp", "new", "cur", "poison", "counts"):
                (box / name).mkdir(parents=True, mode=0o700)
        self.spool = SpoolWatch(boxes)
        self.collector: Collector | None = None
        self.server: JupyterServer | None = None
        self._served: dict[str, str] = {}
        """The sessions that the server opened for kernels, by the kernel's name."""
        self.kernels: list[FailingKernel] = []
        self.former: list[FailingKernel] = []
        self._stopped: set[int] = set()
        self._left_dead: set[str] = set()
        self._luck = random.Random(seed)
        self._named = 0

    # -- starting -----------------------------------------------------------------------------------------------------

    def restart(self) -> None:
        """Start what is not running, all at once; back when everything answers."""
        self.resume()
        if self.database_server is not None:
            self.database_server.restart()
        for kernel in self.former:
            kernel.close()
        with ThreadPoolExecutor(3) as pool:
            for done in [pool.submit(part) for part in (self._start_collector, self._start_served, self._start_alone)]:
                done.result()

    def _start_collector(self) -> None:
        if self.collector is None:
            more = ["--ErrReportCollector.limits=False"] + ["--processes=2"] * (self.database_server is not None)
            home, db = self.folder / "collector", self.collector_db
            self.collector = Collector(PYTHON, home, *more, port=self._port, db=db, **self._environment)

    def _start_served(self) -> None:
        if self.server is None:
            self.server = JupyterServer(
                PYTHON,
                self.home,
                f"--JupyterErrReport.collector_url={self.proxy.url}",
                JUPYTER_ERRREPORT_COLLECTOR_TOKEN=self.token,
                **self._environment,
            ).wait()
            assert self.server.get("/errreport/status").ok, "the Jupyter server runs without our extension"
        living = {kernel.name for kernel in self.kernels}
        for name in [name for name in self._served if name not in living]:
            if name not in self._left_dead and self._luck.random() < 0.5:
                self._left_dead.add(name)  # until next time: the server is to see it, and starts it again by itself
            else:
                self._end_in_server(self._served.pop(name))
        missing = SERVED - sum(kernel.process is None for kernel in self.kernels)
        started = [self._start_in_server() for _ in range(missing)]
        self.kernels += [kernel.wait_until_ready() for kernel in started]

    def _start_in_server(self) -> FailingKernel:
        name = self._name("S")
        body = {"path": f"{name}.ipynb", "name": name, "type": "notebook", "kernel": {"name": "python3"}}
        session = self._rest("POST", "sessions", json=body)
        self._served[name] = session["id"]
        file = self.data / "runtime" / f"kernel-{session['kernel']['id']}.json"
        (pid,) = wait_for(lambda: processes_of(str(file.name)), "the kernel's process")
        return FailingKernel(name, pid, file, None)

    def _end_in_server(self, session: str) -> None:
        """As often as it takes: jupyter_client answers 500 while it is just starting this kernel again."""

        def ended() -> bool:
            assert self.server is not None
            answer = self.server.session.delete(f"{self.server.url}/api/sessions/{session}", timeout=60)
            return answer.ok or answer.status_code in (404, 410)

        wait_for(ended, "the end of a session", 60)

    def _rest(self, method: str, path: str, **more: Any) -> Any:
        assert self.server is not None
        answer = self.server.session.request(method, f"{self.server.url}/api/{path}", timeout=60, **more)
        assert answer.ok, answer.text
        return answer.json()

    def _start_alone(self) -> None:
        """The kernel that reports to the collector without a Jupyter server."""
        if not any(kernel.process is not None for kernel in self.kernels):
            report = {"JUPYTER_ERRREPORT_URL": self.proxy.url, **self._environment}
            kernel = start_kernel(self._name("A"), PYTHON, self.folder, clean_environment(self.home, **report))
            self.kernels.append(kernel.wait_until_ready())

    def _name(self, kind: str) -> str:
        self._named += 1
        return f"{kind}{self._named}"

    def _make_token(self) -> str:
        command = [str(PYTHON.parent / "jupyter"), "errreport", "token", "create", "--role=report"]
        made = subprocess.run(
            [*command, f"--db={self.collector_db}"],
            env=clean_environment(self.home),
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return made.stdout.strip()

    # -- killing ------------------------------------------------------------------------------------------------------

    def kill_kernel(self) -> None:
        """One, and sometimes all of them, as when memory is short."""
        for kernel in self._luck.sample(self.kernels, self._luck.choice([1, 1, len(self.kernels)])):
            self._kill_kernel(kernel)

    def _kill_kernel(self, kernel: FailingKernel) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(kernel.pid, signal.SIGKILL)
        kernel.killed.set()
        self._stopped.discard(kernel.pid)
        self.kernels.remove(kernel)
        self.former.append(kernel)
        if kernel.process is not None:
            kernel.process.wait(30)

    def kill_server(self) -> None:
        """And soon after it its kernels, which end by themselves within a second when it is gone."""
        if self.server is None:
            return
        self.server.process.kill()
        self.server.process.wait(30)
        self._stopped.discard(self.server.process.pid)
        (self.home / "server.log").rename(self.folder / f"server{self._name('-')}.log")
        self.server = None
        self._served.clear()
        time.sleep(self._luck.uniform(0, 0.3))
        for kernel in [kernel for kernel in self.kernels if kernel.process is None]:
            self._kill_kernel(kernel)

    def kill_collector(self) -> None:
        if self.collector is None:
            return
        _, *forked = processes_under(self.collector.process.pid)
        for pid in forked:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.collector.kill()
        self._stopped -= {self.collector.process.pid, *forked}
        self.collector = None

    def kill_collector_process(self) -> bool:
        """One of those that serve; the collector puts another in its place. False when there are none."""
        forked = processes_under(self.collector.process.pid)[1:] if self.collector else []
        for pid in forked[:1] if self._luck.random() < 0.5 else forked[1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            self._stopped.discard(pid)
        return bool(forked)

    # -- pausing ------------------------------------------------------------------------------------------------------

    def pids(self) -> dict[str, list[int]]:
        """The processes that run, by what they are."""
        found = {
            "kernel": [kernel.pid for kernel in self.kernels],
            "server": [self.server.process.pid] if self.server else [],
            "collector": processes_under(self.collector.process.pid) if self.collector else [],
            "database": self.database_server.pids() if self.database_server else [],
        }
        return {what: pids for what, pids in found.items() if pids}

    def pause(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
        self._stopped.add(pid)

    def resume(self) -> None:
        """All that is paused goes on."""
        for pid in self._stopped:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self._stopped.clear()

    # -- the end ------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Kill what runs, and leave nothing behind but logs."""
        steps: list[Callable[[], object]] = [self.resume, self.kill_server]
        steps += [lambda kernel=kernel: self._kill_kernel(kernel) for kernel in self.kernels]  # type: ignore[misc]
        steps += [self.kill_collector, self.proxy.close, self._kill_strays, self.spool.close]
        steps += [kernel.close for kernel in self.former + self.kernels] + [self.disk.close]
        steps += [self.database_server.close] if self.database_server is not None else []
        for step in steps:
            with contextlib.suppress(Exception):
                step()

    def _kill_strays(self) -> None:
        """Kernels of killed servers that were just being started."""
        for pid in processes_of(str(self.folder)):
            if pid != os.getpid():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
