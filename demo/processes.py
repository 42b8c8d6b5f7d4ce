"""Processes of the demo: started with an environment of their own, and ended whatever happens.

Each is the leader of a session, so that Ctrl-C reaches the demo alone, which then ends them in order. A Jupyter server
starts its kernels in sessions of their own again: what is left at the end is found by a mark in its environment.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
import uuid
from contextlib import suppress
from pathlib import Path

from .problem import DemoProblem

MARK = "ERRREPORT_DEMO"
"""The variable that marks every process of one demo."""
PATIENCE = 15.0
"""Seconds that a process has to end by itself."""
_OTHERS = ("JUPYTER", "JPY_", "IPYTHON", "PYTHON", "XDG_")
"""Beginnings of variables that would let this user's own settings in."""


class Process:
    """One running program and its log."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], folder: Path, log: Path) -> None:
        self.name, self.log = name, log
        with log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own commands
                command,
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its process id, which is its group's too."""
        return self._process.pid

    @property
    def logged(self) -> str:
        """All that it has printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def check(self) -> None:
        """Raise `DemoProblem` when it has ended."""
        status = self._process.poll()
        if status is not None:
            raise DemoProblem(f"The {self.name} has ended with status {status}.", self.log)

    def stop(self) -> None:
        """End it and its group: asked first, made to after `PATIENCE` seconds."""
        if self._process.poll() is None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE)
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()


class Processes:
    """All processes of one demo, in the order of their start."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        """The temporary folder in which everything lives."""
        self.logs = folder / "logs"
        self.logs.mkdir()
        self._mark = uuid.uuid4().hex
        self._running: list[Process] = []

    def environment(self, **more: str) -> dict[str, str]:
        """An environment in which neither this user's Jupyter nor an opt-out for the reader's own kernels is seen."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_OTHERS)}
        kept.pop("DO_NOT_TRACK", None)  # the demo's errors stay on this machine, and to show them is its purpose
        return {**kept, "HOME": str(home), "PYTHONUNBUFFERED": "1", MARK: self._mark, **more}

    def start(self, name: str, command: list[str], environment: dict[str, str], folder: Path) -> Process:
        """Start a program in `folder`; its log is named after it. Raises `DemoProblem` when there is no such."""
        log = self.logs / (name.lower().replace(" ", "-") + ".log")
        try:
            process = Process(name, command, environment, folder, log)
        except OSError as error:
            raise DemoProblem(f"The {name} can't be started: {command[0]}: {error.strerror}.") from error
        self._running.append(process)
        return process

    def stop(self) -> None:
        """End all, the last one first, and whatever they have left behind."""
        while self._running:
            self._running.pop().stop()
        deadline = time.monotonic() + PATIENCE
        while (left := self.left()) and time.monotonic() < deadline:
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)

    def left(self) -> list[int]:
        """The processes that bear this demo's mark (by /proc; none where there is no /proc)."""
        mark = f"{MARK}={self._mark}".encode()
        found = []
        for environ in Path("/proc").glob("[0-9]*/environ"):
            try:
                marked = mark in environ.read_bytes().split(b"\0")
            except OSError:  # gone, or another user's
                continue
            if marked:
                found.append(int(environ.parent.name))
        return found
