"""A kernel in which cells fail without end, until somebody kills it."""

from __future__ import annotations

import contextlib
import queue
import random
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

from tests.support.ports import take_port

CELL = """# Load the table
class {name}(Exception):
    pass
raise {name}('number %d' % {number})"""


class FailingKernel:
    """One kernel process, talked to directly: a paused or killed Jupyter server is not in the way."""

    def __init__(self, name: str, pid: int, connection_file: Path, process: subprocess.Popen[bytes] | None) -> None:
        self.name = name
        self.pid = pid
        self.process = process
        self.killed = threading.Event()
        self._closed = False
        self.raised: Counter[str] = Counter()
        """How often each error was raised, at most: the last cell before a kill may not have run."""
        self.answered: Counter[str] = Counter()
        """How often the kernel said so."""
        self._client = BlockingKernelClient(connection_file=str(connection_file), context=zmq.Context.instance())
        self._client.load_connection_file()
        self._client.start_channels(shell=True, iopub=False, stdin=False, hb=False, control=False)

    def wait_until_ready(self) -> FailingKernel:
        """Until it answers."""
        self.run("pass", 60)
        return self

    def run(self, code: str, timeout: float = 30) -> str:
        """Run a cell; the status of the answer, empty when the kernel was killed meanwhile."""
        request = self._client.execute(code, allow_stdin=False, stop_on_error=False)
        deadline = time.monotonic() + timeout
        while not self.killed.is_set():
            with contextlib.suppress(queue.Empty):
                message: dict[str, Any] = self._client.get_shell_msg(timeout=0.2)
                if message["parent_header"].get("msg_id") == request:
                    return str(message["content"]["status"])
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.name} (process {self.pid}) did not answer for {timeout:g} s")
        return ""

    def fail_until(self, over: threading.Event, luck: random.Random) -> None:
        """Have cells fail, some of them several times in a row, with pauses of up to 60 ms."""
        while not over.is_set() and not self.killed.is_set():
            name = f"{self.name}N{len(self.raised)}"
            for _ in range(luck.choice([1, 1, 1, 2, 5])):
                self.raised[name] += 1
                if self.run(CELL.format(name=name, number=luck.randrange(1_000))) == "error":
                    self.answered[name] += 1
                over.wait(luck.uniform(0, 0.06))

    def close(self) -> None:
        """Let go of the connection, when no thread uses it any more."""
        if not self._closed:
            self._closed = True
            self._client.stop_channels()


def start_kernel(name: str, python: Path, folder: Path, environment: dict[str, str]) -> FailingKernel:
    """A kernel without a Jupyter server; not ready yet."""
    connection_file = folder / f"kernel-{name}.json"
    shell, iopub, stdin, heartbeat, control = (take_port() for _ in range(5))
    write_connection_file(str(connection_file), shell, iopub, stdin, heartbeat, control)
    with (folder / "kernels.log").open("ab") as log:
        process = subprocess.Popen(
            [str(python), "-m", "ipykernel_launcher", "-f", str(connection_file)],
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    return FailingKernel(name, process.pid, connection_file, process)


def processes_of(mark: str) -> list[int]:
    """The processes with this text in their command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if mark in path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"):
                found.append(int(path.parent.name))
    return found
