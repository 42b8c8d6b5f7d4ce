"""Lets every mishap happen in a real kernel, and keeps what its hook sends."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager

from .mishaps import Mishap

NOTEBOOK = "weather.ipynb"
SECONDS = 60.0
"""How long a cell may take."""
_EXERCISE, _SOLUTION = 8, "warmest = 7"
"""The cell that a reader has to change, and what of it."""

Event = dict[str, Any]


class RecordingFailed(Exception):  # noqa: N818 - the name says what is the case
    """A mishap did not happen; the text says which."""


def code_cells(notebook: Path) -> list[str]:
    """The sources of the code cells, in order."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def record(notebook: Path, mishaps: Sequence[Mishap]) -> list[Event]:
    """The event of each mishap as a collector gets it. Raises `RecordingFailed`."""
    cells = code_cells(notebook)
    recorded: list[Event] = []
    with tempfile.TemporaryDirectory() as folder, _collector() as (url, events), _kernel(Path(folder)) as kernel:
        kernel.run(f"from jupyter_errreport import ErrorServer\nErrorServer({url!r}, {NOTEBOOK!r}).enable()")
        for mishap in mishaps:
            _make_files(Path(folder))
            kernel.run("get_ipython().reset(new_session=False)")
            for number, source in enumerate(cells[: mishap.cell - 1], 1):
                kernel.run(_SOLUTION if number == _EXERCISE else source, number)
            kernel.run(f"from pathlib import Path\n{mishap.before}")
            before = len(events)
            if kernel.run(mishap.instead or cells[mishap.cell - 1], mishap.cell) == "ok":
                raise RecordingFailed(f"Cell {mishap.cell} did not fail after {mishap.before!r} {mishap.instead!r}.")
            kernel.run("%errreport flush")
            recorded.append(_newest(events, before, mishap))
    return recorded


def _newest(events: list[Event], before: int, mishap: Mishap) -> Event:
    """The mishap's event; when it was folded into an equal one shortly before, that one."""
    found = [event for event in events[before:] or events if event["execution_count"] == mishap.cell]
    if not found:
        raise RecordingFailed(f"The failure of cell {mishap.cell} after {mishap.before!r} was not reported.")
    return {**found[-1], "count": 1}


class _Kernel:
    def __init__(self, client: Any) -> None:
        self._client = client

    def run(self, code: str, number: int | None = None) -> str:
        """Run code, as the cell of that number if there is one; `ok` or `error`."""
        if number is not None:
            self._client.execute(f"get_ipython().execution_count = {number}", silent=True, reply=True, timeout=SECONDS)
        reply = self._client.execute(
            code, reply=True, timeout=SECONDS, stop_on_error=False, store_history=number is not None
        )
        return str(reply["content"]["status"])


@contextmanager
def _kernel(folder: Path) -> Iterator[_Kernel]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(folder), env={**kept, "HOME": str(folder), "PYTHONSAFEPATH": "1"})
    client = manager.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=SECONDS)
        yield _Kernel(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@contextmanager
def _collector() -> Iterator[tuple[str, list[Event]]]:
    """An address that takes events, and those that it has taken."""
    events: list[Event] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            sent = json.loads(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            answer: Any = {}
            if self.path.endswith("/errors"):
                events.extend(sent)
                answer = [{"event_id": event["event_id"], "status": "stored"} for event in sent]
            told = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", events
    finally:
        server.shutdown()
        server.server_close()


def _make_files(folder: Path) -> None:
    """What the notebook reads: a year of temperatures, and two stations."""
    result = folder / "result.json"
    if result.is_dir():
        result.rmdir()
    lines = ["day,temperature"]
    for month in range(1, 13):
        warmth = 19 - abs(7 - month) * 3.4
        lines += [f"2025-{month:02}-{day:02},{warmth + (day * 7 % 11 - 5) / 2:.1f}" for day in range(1, 29)]
    (folder / "weather.csv").write_text("\n".join(lines) + "\n")
    (folder / "stations.json").write_text('{"Potsdam": {"height": 81}, "Zugspitze": {"height": 2956}}')
