"""Several processes that do the same, as long as the one that looks after them."""

import os
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType

LEAST_SECONDS = 2.0
"""A process that dies earlier is started again only after that time: something is wrong, and must not fill the log."""


class Processes:
    """Forks, and starts again who dies. To be used where no thread runs: a fork copies only one."""

    def __init__(self, count: int, serve: Callable[[int, int], int]) -> None:
        """`serve` is given a file that ends when this process does, and its number, which whoever replaces it has too.

        What it returns is its process's exit status. Numbers begin with 0.
        """
        self._count = count
        self._serve = serve
        self._started: dict[int, tuple[int, float]] = {}
        """The number of each process, and when it began."""
        self._stopping = False
        self._status = 0

    def run(self, begun: Callable[[], None]) -> int:
        """Back after SIGTERM or SIGINT, when all of them have ended; the worst of their exit statuses."""
        reading, writing = os.pipe()
        for stop in (signal.SIGTERM, signal.SIGINT):
            signal.signal(stop, self._stop)
        for number in range(self._count):
            self._start(number, reading, writing)
        begun()
        while self._started:
            pid, status = os.wait()
            number, began = self._started.pop(pid)
            age = time.monotonic() - began
            if self._stopping:
                self._status = max(self._status, abs(os.waitstatus_to_exitcode(status)))
                continue
            say(f"Process {pid} ended ({os.waitstatus_to_exitcode(status)}); another one takes its place.")
            time.sleep(max(0.0, LEAST_SECONDS - age))
            if not self._stopping:
                self._start(number, reading, writing)
        return self._status

    def _start(self, number: int, reading: int, writing: int) -> None:
        pid = os.fork()
        if pid:
            self._started[pid] = number, time.monotonic()
            if self._stopping:
                os.kill(pid, signal.SIGTERM)
            return
        status = 1
        try:
            for stop in (signal.SIGTERM, signal.SIGINT):
                signal.signal(stop, signal.SIG_DFL)
            os.close(writing)
            status = self._serve(reading, number)
        except BaseException as error:
            say(f"{type(error).__name__}: {error}")
        finally:
            sys.stdout.flush()
            os._exit(status)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True
        for pid in self._started:
            os.kill(pid, signal.SIGTERM)


def say(sentence: str) -> None:
    """Tell the operator."""
    print(f"jupyter errreport collector: {sentence}", file=sys.stderr, flush=True)  # noqa: T201
