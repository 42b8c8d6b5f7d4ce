"""A real kernel of some environment, driven through jupyter_client as a front end does."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager


@dataclass
class Run:
    """What a front end saw of one execution."""

    status: str
    execution_count: int
    errors: list[dict[str, Any]] = field(default_factory=list)
    text: str = ""
    """Everything written to stdout and stderr."""
    results: list[str] = field(default_factory=list)
    seconds: float = 0.0
    request: str = ""
    """The id of the request, by which later output of the cell is known."""
    displays: list[dict[str, Any]] = field(default_factory=list)
    """What was displayed, but for results: kind and content."""


class Kernel:
    """One kernel process and a client connected to it."""

    def __init__(self, python: Path, environment: dict[str, str], cwd: Path | None = None) -> None:
        self._manager = KernelManager()
        self._manager._kernel_spec = KernelSpec(
            argv=[str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"], language="python"
        )
        clean = {
            name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER_ERRREPORT", "JPY_"))
        }
        clean.pop("PYTHONPATH", None)
        if "HOME" not in environment:  # what one kernel leaves, the next would send
            self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
            clean["JUPYTER_DATA_DIR"] = self._folder.name
            clean["IPYTHONDIR"] = str(Path(self._folder.name) / "ipython")
        self._manager.start_kernel(env={**clean, **environment}, cwd=str(cwd) if cwd else None)
        self.client = self._manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)

    def run(self, code: str, timeout: float = 90, on_output: Callable[[str], None] | None = None, **kwargs: Any) -> Run:
        """Execute one cell and gather what it shows until the kernel is idle again; `on_output` hears it at once."""
        started = time.perf_counter()
        request = self.client.execute(code, allow_stdin=False, stop_on_error=False, **kwargs)
        run = Run("", -1, request=request)
        while True:
            message = self.client.get_iopub_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                break
            if kind == "error":
                run.errors.append(content)
            elif kind == "stream":
                run.text += content["text"]
                if on_output is not None:
                    on_output(content["text"])
            elif kind in ("execute_result", "display_data"):
                run.results.append(content["data"].get("text/plain", ""))
            if kind.endswith("display_data"):
                run.displays.append({"kind": kind, **content})
        reply = self._reply(request, timeout)
        run.status, run.execution_count = reply["status"], reply.get("execution_count", -1)
        run.seconds = time.perf_counter() - started
        return run

    def next_display(self, run: Run, timeout: float = 60) -> dict[str, Any]:
        """The next thing that a cell displays, which may have ended: kind and content."""
        while True:
            if run.displays:
                return run.displays.pop(0)
            message = self.client.get_iopub_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") == run.request and message["msg_type"].endswith("display_data"):
                run.displays.append({"kind": message["msg_type"], **message["content"]})

    def _reply(self, request: str, timeout: float) -> dict[str, Any]:
        while True:
            message = self.client.get_shell_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") == request:
                return dict(message["content"])

    def interrupt(self) -> None:
        self._manager.interrupt_kernel()

    @property
    def pid(self) -> int:
        return int(self._manager.provisioner.pid)

    def shutdown(self, now: bool = False) -> None:
        self.client.stop_channels()
        self._manager.shutdown_kernel(now=now)


@contextmanager
def kernel(python: Path, environment: dict[str, str] | None = None, cwd: Path | None = None) -> Iterator[Kernel]:
    """A kernel for the length of a test."""
    running = Kernel(python, environment or {}, cwd)
    try:
        yield running
    finally:
        running.shutdown()
