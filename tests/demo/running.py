"""A demo as a process, as `make demo` starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path
from types import TracebackType

from tests.support.runtimes import ROOT
from tests.support.waiting import wait_for

MARK = "ERRREPORT_TEST_OF_THE_DEMO"
END_SECONDS = 120.0


class RunningDemo:
    """Runs in a session of its own, with a folder of its own for temporary files; killed when the test is over."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self._mark = uuid.uuid4().hex
        self._output = folder / "output"
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "demo", *arguments],
                cwd=ROOT,
                env={**os.environ, "TMPDIR": str(self.temporary), MARK: self._mark},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def printed(self) -> str:
        return self._output.read_text()

    def wait_for(self, text: str) -> None:
        """Return as soon as it has printed this."""

        def printed() -> bool:
            assert self._process.poll() is None or text in self.printed, self.printed
            return text in self.printed

        wait_for(printed, text, END_SECONDS)

    def interrupt(self) -> None:
        """Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def wait(self) -> int:
        """The exit status."""
        return self._process.wait(END_SECONDS)

    def left_processes(self) -> list[str]:
        """The command lines of processes that it has started, or they, and that still run."""
        mark = f"{MARK}={self._mark}".encode()
        left = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    left.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            except OSError:
                continue
        return left

    def left_files(self) -> list[Path]:
        """Temporary files that are still there."""
        return list(self.temporary.iterdir())

    def __enter__(self) -> RunningDemo:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(END_SECONDS)
