"""What the server sees of one kernel: which cell runs, which error it shows, and that its process has ended."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import zmq
from jupyter_client.session import Session

from ...contract import COUNTLESS
from .deaths import UNKNOWN_CAUSE, cause_of_death, is_readers_doing, process_of
from .kernel_session import KernelSession

WANTED = ("execute_input", "error", "status")
CONTENT_LIMIT = 1_000_000
"""Bytes of a message that are looked at."""
RUNNING_LIMIT = 100
"""Cells of which it is remembered that they run; there is more than one only in subshells."""


class RunningCell(NamedTuple):
    """A cell as the kernel shows it when it begins."""

    source: str
    execution_count: int


NO_CELL = RunningCell("", COUNTLESS)


class ShownError(NamedTuple):
    """An error as the kernel shows it."""

    name: str
    message: str
    traceback: list[str]
    cell: RunningCell


class WatchedKernel:
    """Listens on a connection of its own, from when it is made until `close`. Never raises; belongs to the event loop.

    Only listening: nothing is asked of the kernel, and nothing here counts as activity.
    """

    def __init__(
        self,
        kernel: Any,
        on_error: Callable[["WatchedKernel", ShownError], None],
        on_death: Callable[["WatchedKernel", str, RunningCell], None],
    ) -> None:
        self.kernel = kernel
        self.port = kernel.iopub_port
        self.notebook = ""
        """As the server named it when it was last asked; empty before."""
        self._on_error, self._on_death = on_error, on_death
        self.session = KernelSession()
        """Its life until it is started anew."""
        self._ended_sessions: list[KernelSession] = []
        self._names: set[str] = set()
        """Sessions of a hook that are those of a life of this kernel."""
        self._running: dict[str, RunningCell] = {}
        self._outcomes: dict[str, str] = {}
        """The names of the errors that running cells have shown, by their requests."""
        self._process = process_of(kernel)
        self._has_died = False
        """Whether its process has, and no other was seen since."""
        self._dead: Any = None
        """The process whose end was noticed last."""
        self._has_spoken = True
        """Whether anything came from the kernel since then. One that can't even start is started again, and again."""
        self._session = Session(config=kernel.session.config, key=kernel.session.key)
        self._stream = kernel.connect_iopub()
        _connect_soon(self._stream.socket)
        self._stream.on_recv(self._received)
        kernel.add_restart_callback(self._found_dead, "restart")  # called while the dead process is still there
        kernel.add_restart_callback(self._found_dead, "dead")

    def close(self) -> None:
        """Stop listening."""
        for event in ("restart", "dead"):
            self.kernel.remove_restart_callback(self._found_dead, event)
        if not self._stream.closed():
            self._stream.close()

    def look(self) -> None:
        """Has the process ended? Not when somebody asked for it, by a restart or a shutdown."""
        process = process_of(self.kernel)
        if process is None or process is self._dead:
            return
        if process is not self._process:  # started anew; if not because it had died, somebody had asked for it
            self._process = process
            if self._has_died:
                self._has_died = False
            else:
                self._begin_session()
        status = process.poll()
        if status is not None:
            self._dead = process
            self._ended(cause_of_death(status))

    def _found_dead(self) -> None:
        """Whoever starts a dead kernel again has found this one dead."""
        if process_of(self.kernel) is None:  # it ran on another machine
            self._ended(UNKNOWN_CAUSE)
        else:
            self.look()

    def _ended(self, cause: str) -> None:
        if self.kernel.shutting_down:
            return
        cell = next(reversed(self._running.values()), NO_CELL)
        if cause and self._has_spoken:
            self.session.failed += cell is not NO_CELL
            self._on_death(self, cause, cell)
        self._has_spoken = False
        self._has_died = True
        self._running.clear()
        self._outcomes.clear()
        self._begin_session()

    def due_sessions(self, last: bool) -> list[KernelSession]:
        """Its lives of which there is something new to be kept; `last` when there will be no later time."""
        ended, self._ended_sessions = self._ended_sessions, []
        due = [session for session in ended if session.is_due(last=True)]
        return [*due, self.session] if self.session.is_due(last) else due

    def name(self, session: KernelSession, hook_session: str) -> None:
        """The hook in the kernel has announced a session: it is this one, unless it was that of an earlier life."""
        if not session.is_hooks and hook_session not in self._names:
            self._names.add(hook_session)
            session.id, session.is_hooks = hook_session, True

    def _begin_session(self) -> None:
        self._ended_sessions.append(self.session)
        self.session = KernelSession()

    def _received(self, frames: list[bytes]) -> None:
        try:
            self._has_spoken = True
            message: Any = self._session.feed_identities(frames)[1]
            # Signature, header, parent, metadata, content: most messages are output, of which only this is read.
            kind = json.loads(message[1])["msg_type"]
            if kind in WANTED and len(message[4]) <= CONTENT_LIMIT:
                read = self._session.deserialize(message)
                self._heard(kind, read["parent_header"].get("msg_id", ""), read["content"])
        except Exception:  # whatever a kernel writes there, it is not for us to stumble over
            return

    def _heard(self, kind: str, request: str, content: dict[str, Any]) -> None:
        if kind == "execute_input":
            if len(self._running) < RUNNING_LIMIT:
                self._running[request] = RunningCell(str(content["code"]), int(content["execution_count"]))
        elif kind == "status":
            if content["execution_state"] == "idle":
                self._cell_ended(request)
        elif request in self._running:  # what a front end runs for itself has no cell
            traceback = [str(line) for line in content.get("traceback") or ()]
            name, message = str(content.get("ename", "")), str(content.get("evalue", ""))
            self._outcomes[request] = name
            self._on_error(self, ShownError(name, message, traceback, self._running[request]))

    def _cell_ended(self, request: str) -> None:
        name = self._outcomes.pop(request, "")
        if self._running.pop(request, None) is None or is_readers_doing(name):
            return
        if name:
            self.session.failed += 1
        else:
            self.session.good += 1


def _connect_soon(socket: Any) -> None:
    """Try every 10 ms, not every 100, to reach a kernel that does not listen yet: its first cell comes right behind."""
    address = socket.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0")
    socket.disconnect(address)
    socket.setsockopt(zmq.RECONNECT_IVL, 10)
    socket.connect(address)
