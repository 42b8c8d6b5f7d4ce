"""What is heard of a kernel, and what is not for us."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jupyter_client.session import Session

from jupyter_errreport.extension.connection import Connection, Hook
from jupyter_errreport.extension.kernels.watched_kernel import NO_CELL, RunningCell, ShownError, WatchedKernel
from jupyter_errreport.kernel.announce import announce


class FakeKernel:
    """As much of a kernel manager as is looked at; the test says what the kernel shows and when it ends."""

    iopub_port = 1
    connection_file = "/runtime/kernel-a.json"
    shutting_down = False

    def __init__(self) -> None:
        self.session = Session(key=b"the-key")
        self.provisioner = SimpleNamespace(process=SimpleNamespace(poll=lambda: None))
        self.callbacks: list[Callable[[], None]] = []
        self.on_recv: Callable[[list[bytes]], None] | None = None

    def connect_iopub(self) -> Any:
        def listen(callback: Any) -> None:
            self.on_recv = callback

        def close() -> None:
            self.on_recv = None

        def ignored(*_: Any) -> None:
            """Where and how it is connected is zmq's affair."""

        socket = SimpleNamespace(
            getsockopt=lambda option: b"tcp://127.0.0.1:1\0", setsockopt=ignored, connect=ignored, disconnect=ignored
        )
        return SimpleNamespace(on_recv=listen, close=close, closed=lambda: self.on_recv is None, socket=socket)

    def add_restart_callback(self, callback: Callable[[], None], event: str) -> None:
        self.callbacks.append(callback)

    def remove_restart_callback(self, callback: Callable[[], None], event: str) -> None:
        if callback in self.callbacks:
            self.callbacks.remove(callback)

    def shows(self, kind: str, request: str = "r", key: bytes = b"the-key", **content: Any) -> None:
        session = Session(key=key)
        message = session.msg(kind, content, parent={"msg_id": request, "msg_type": "execute_request"})
        assert self.on_recv is not None
        self.on_recv([b"topic", *session.serialize(message)])

    def ends(self, status: int) -> None:
        """It is found dead, and started again."""
        self.provisioner.process.poll = lambda: status
        self.callbacks[0]()
        self.provisioner.process = SimpleNamespace(poll=lambda: None)


class Seen:
    def __init__(self) -> None:
        self.errors: list[ShownError] = []
        self.deaths: list[tuple[str, RunningCell]] = []
        self.kernel = FakeKernel()
        self.watched = WatchedKernel(
            self.kernel,
            lambda watched, error: self.errors.append(error),
            lambda watched, cause, cell: self.deaths.append((cause, cell)),
        )

    def runs(self, source: str, count: int, request: str = "r") -> None:
        self.kernel.shows("execute_input", request, code=source, execution_count=count)


@pytest.fixture
def seen() -> Seen:
    return Seen()


def test_an_error_belongs_to_the_cell_that_runs(seen: Seen) -> None:
    seen.runs("a", 1, "one")
    seen.runs("b", 2, "two")
    seen.kernel.shows("error", "one", ename="E", evalue="m", traceback=["t"])
    assert seen.errors == [ShownError("E", "m", ["t"], RunningCell("a", 1))]


def test_what_a_front_end_runs_for_itself_is_no_cell(seen: Seen) -> None:
    seen.kernel.shows("error", "silent", ename="E", evalue="m", traceback=[])
    seen.runs("a", 1)
    seen.kernel.shows("status", execution_state="idle")
    seen.kernel.shows("error", ename="E", evalue="m", traceback=[])
    assert seen.errors == []


def test_what_is_not_signed_by_the_kernel_or_makes_no_sense_is_not_heard(seen: Seen) -> None:
    seen.runs("a", 1)
    seen.kernel.shows("error", key=b"another", ename="E", evalue="m", traceback=[])
    assert seen.kernel.on_recv is not None
    for frames in ([], [b"x"], [b"x", b"<IDS|MSG>", b"s", b"{", b"{}", b"{}", b"{}"]):
        seen.kernel.on_recv(frames)
    seen.kernel.shows("execute_input", "two")
    assert seen.errors == []
    seen.kernel.shows("error", ename="E", evalue="m", traceback=[])
    assert len(seen.errors) == 1


def test_a_death_is_noticed_once_with_the_cell_that_ran(seen: Seen) -> None:
    seen.runs("a", 3)
    session = seen.watched.session
    seen.kernel.ends(-9)
    seen.watched.look()
    assert seen.deaths == [("killed by the system, probably out of memory", RunningCell("a", 3))]
    assert seen.watched.session != session


def test_a_kernel_that_dies_again_and_again_at_its_start_is_told_of_once(seen: Seen) -> None:
    for _ in range(3):
        seen.kernel.ends(1)
    assert len(seen.deaths) == 1
    seen.kernel.shows("status", execution_state="idle")
    seen.kernel.ends(1)
    assert seen.deaths == [("exit status 1", NO_CELL)] * 2


@pytest.mark.parametrize("status", [0, -9])
def test_an_end_that_was_asked_for_is_no_death(seen: Seen, status: int) -> None:
    seen.kernel.shutting_down = status != 0
    seen.kernel.ends(status)
    assert seen.deaths == []


def test_a_kernel_on_another_machine_dies_for_unknown_reasons(seen: Seen) -> None:
    seen.kernel.provisioner.process = None
    seen.watched.look()
    assert seen.deaths == []
    seen.kernel.callbacks[0]()
    assert seen.deaths == [("ended, for a reason that is not known here", NO_CELL)]


def test_cells_are_counted_but_for_those_that_the_reader_stopped(seen: Seen) -> None:
    for number, name in enumerate(("", "E", "KeyboardInterrupt", "")):
        seen.runs("a", number, f"r{number}")
        if name:
            seen.kernel.shows("error", f"r{number}", ename=name, evalue="", traceback=[])
        seen.kernel.shows("status", f"r{number}", execution_state="idle")
    seen.kernel.shows("status", "what a front end runs for itself", execution_state="idle")
    assert (seen.watched.session.good, seen.watched.session.failed) == (2, 1)
    assert seen.watched.due_sessions(last=False) == [seen.watched.session]
    assert seen.watched.due_sessions(last=True) == []


def test_a_life_ends_with_the_process_and_each_has_a_session_of_its_own(seen: Seen) -> None:
    seen.runs("a", 1)
    first = seen.watched.session
    seen.watched.name(first, "the hook's first")
    seen.kernel.ends(-9)
    assert (first.good, first.failed) == (0, 1)
    second = seen.watched.session
    seen.watched.name(second, "the hook's first")  # it is still announced
    assert (first.id, second.is_hooks) == ("the hook's first", False)
    seen.runs("b", 1)
    seen.watched.look()  # at the process that was started in place of the dead one
    seen.kernel.shows("status", execution_state="idle")
    assert seen.watched.due_sessions(last=False) == [first, second]
    seen.kernel.provisioner.process = SimpleNamespace(poll=lambda: None)  # a restart that somebody asked for
    seen.watched.look()
    assert seen.watched.session not in (first, second)
    assert seen.deaths == [("killed by the system, probably out of memory", RunningCell("a", 1))]


def test_nothing_is_left_behind(seen: Seen) -> None:
    seen.watched.close()
    seen.watched.close()
    assert seen.kernel.on_recv is None
    assert seen.kernel.callbacks == []


def shell(connection_file: str) -> Any:
    return SimpleNamespace(kernel=SimpleNamespace(parent=SimpleNamespace(connection_file=connection_file)))


def test_a_kernel_with_the_hook_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    connection = Connection(SimpleNamespace(error=print))  # type: ignore[arg-type]
    assert connection.has_hook("kernel-a.json")  # nobody can tell yet
    connection.write(
        SimpleNamespace(certfile="", sock="", connection_url="http://127.0.0.1:8888/", ip="127.0.0.1", port=8888)
    )
    monkeypatch.setenv("JUPYTER_ERRREPORT_CONNECTION", str(connection.path))
    assert not connection.has_hook("/runtime/kernel-a.json")
    announce(shell("/runtime/kernel-a.json"), "s", "dock", "ask")
    announce(shell("kernel-a.json"), "s", "dock", "on")
    announce(shell(""), "s", "dock", "on")
    assert connection.hook_of("/runtime/kernel-a.json") == Hook("s", "dock", "on")
    announce(shell("kernel-a.json"), "s", "dock", "on", ["https://errors.example.org:443"])
    assert connection.hook_of("/runtime/kernel-a.json") == Hook("s", "dock", "on", ("https://errors.example.org:443",))
    assert connection.hook_of("/runtime/kernel-b.json") is None
    assert connection.has_hook("/runtime/kernel-a.json")
    assert not connection.has_hook("/runtime/kernel-b.json")
    assert {oct(path.stat().st_mode & 0o777) for path in tmp_path.rglob("*")} == {"0o600", "0o700"}
    connection.forget("/runtime/kernel-a.json")
    assert not connection.has_hook("kernel-a.json")
    connection.remove()
    assert list(tmp_path.iterdir()) == []
