"""What no hook can report: kernels that die, and errors of kernels in which there is no hook."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.jupyter_servers import JupyterServer, jupyter_server
from tests.support.kernelspecs import IPYKERNEL, plain_python, write_kernelspec, write_r_and_bash
from tests.support.waiting import wait_for

pytestmark = pytest.mark.needs("installed wheel")


@pytest.fixture(scope="module")
def watching(
    tmp_path_factory: pytest.TempPathFactory, here: Path, runtime_python: Callable[[str], Path]
) -> Iterator[JupyterServer]:
    """A server with kernels of other languages and environments."""
    home = tmp_path_factory.mktemp("watching")
    folder, plain = home / "jupyter", str(plain_python())
    write_r_and_bash(folder)
    write_kernelspec(folder, "plain", [plain, *IPYKERNEL], "python")
    write_kernelspec(folder, "forbidden", [plain, *IPYKERNEL], "python", DO_NOT_TRACK="1")
    write_kernelspec(folder, "hooked", [str(runtime_python("ipython8")), *IPYKERNEL], "python")
    write_kernelspec(folder, "broken", [plain, "-c", "import os; os.abort()", "{connection_file}"], "python")
    with jupyter_server(here, home, JUPYTER_PATH=str(folder)) as running:
        yield running


def listed(server: JupyterServer, notebook: str) -> list[dict[str, Any]]:
    return [error for error in server.errors() if error["notebook"] == notebook]


def settled(server: JupyterServer, notebook: str, count: int) -> list[dict[str, Any]]:
    """The errors of a notebook, once there are so many and no more come."""
    wait_for(lambda: len(listed(server, notebook)) >= count, f"{count} errors of {notebook}", 40)
    time.sleep(2)
    return listed(server, notebook)


@pytest.mark.needs("IRkernel")
def test_an_error_in_r(watching: JupyterServer) -> None:
    with watching.notebook("lessons/r.ipynb", "ir") as notebook:
        notebook.run("# Load the patients\nx <- 'Smith'")
        notebook.run("# Load the patients\nstop('no such patient: ', x)")
        notebook.run("f <- function(")
        notebook.run("log('a')")
        newest, broken, first = settled(watching, "r.ipynb", 3)
    assert (first["language"], first["kind"], first["execution_count"]) == ("R", "cell", 2)
    assert first["first_line"] == "# Load the patients"
    assert first["cell_hash"]
    assert "Smith" not in json.dumps([newest, broken, first])
    assert broken["kind"] == "syntax"
    assert newest["error_message"].startswith("Error in log(")
    assert newest["session"] == first["session"]


def test_a_command_that_fails_in_bash(watching: JupyterServer) -> None:
    with watching.notebook("shell.ipynb", "bash") as notebook:
        notebook.run("echo all is well")
        notebook.run("ls /home/smith/patients.csv")
        (error,) = settled(watching, "shell.ipynb", 1)
    assert (error["language"], error["kind"], error["execution_count"]) == ("bash", "cell", 2)
    assert (error["error_name"], error["error_message"]) == ("CommandFailed", "exit status 2")
    assert "smith" not in json.dumps(error)


def test_a_python_of_another_environment_without_the_hook(watching: JupyterServer) -> None:
    with watching.notebook("other.ipynb", "plain") as notebook:
        notebook.run("patient = 'Smith'")
        notebook.run("int(patient)")
        notebook.run("x = = 3")
        notebook.run("raise KeyboardInterrupt")
        notebook.run("%%capture\n1 / 0")
        newest, broken, first = settled(watching, "other.ipynb", 3)
    assert (first["error_name"], first["execution_count"]) == ("ValueError", 2)
    assert "Smith" not in json.dumps(first)
    assert (broken["error_name"], broken["kind"]) == ("SyntaxError", "syntax")
    assert newest["error_name"] == "ZeroDivisionError"


def test_what_a_hook_reports_is_not_reported_twice_nor_what_its_reader_keeps_back(watching: JupyterServer) -> None:
    with watching.notebook("hooked.ipynb", "hooked") as notebook:
        notebook.run("1 / 0")
        notebook.run("x = = 3")
        notebook.run("int('a')")
        errors = settled(watching, "hooked.ipynb", 3)
        assert sorted(error["error_name"] for error in errors) == ["SyntaxError", "ValueError", "ZeroDivisionError"]
        notebook.run("%errreport off")
        notebook.run("raise LookupError")
        assert len(settled(watching, "hooked.ipynb", 3)) == 3


def test_the_first_cell_of_a_kernel_with_a_hook_is_reported_once(watching: JupyterServer) -> None:
    with watching.notebook("first.ipynb", "python3") as notebook:
        notebook.run("1 / 0")
        assert len(settled(watching, "first.ipynb", 1)) == 1


def test_nothing_is_recorded_of_a_kernel_whose_environment_forbids_it(watching: JupyterServer) -> None:
    with watching.notebook("forbidden.ipynb", "forbidden") as notebook:
        notebook.run("1 / 0")
        assert settled(watching, "forbidden.ipynb", 0) == []


@pytest.mark.parametrize(
    ("kernel", "end", "words"),
    [
        ("python3", "os.kill(os.getpid(), 9)", "killed by the system, probably out of memory"),
        ("plain", "os.kill(os.getpid(), 11)", "segmentation fault"),
        ("hooked", "os._exit(3)", "exit status 3"),
    ],
)
def test_a_kernel_that_dies_is_recorded_with_its_cell(
    watching: JupyterServer, kernel: str, end: str, words: str
) -> None:
    name = f"dies-{kernel}.ipynb"
    with watching.notebook(f"lessons/{name}", kernel) as notebook:
        notebook.run("import os, time")
        # What a kernel shows at its very last moment, as that a cell begins, may not leave it.
        notebook.send(f"#@title Fold the protein\ntime.sleep(2); {end}")
        (error,) = settled(watching, name, 1)
    assert (error["kind"], error["error_name"], error["error_message"]) == ("kernel_died", "KernelDied", words)
    assert (error["execution_count"], error["first_line"]) == (2, "#@title Fold the protein")
    assert error["session"]
    assert error["cell_hash"] and error["language"] == "python"


@pytest.mark.needs("IRkernel")
def test_an_r_kernel_that_dies(watching: JupyterServer) -> None:
    with watching.notebook("dies-r.ipynb", "ir") as notebook:
        notebook.run("library(tools)")
        notebook.run("stop()")
        notebook.send("Sys.sleep(2); pskill(Sys.getpid(), SIGKILL)")
        error, shown = settled(watching, "dies-r.ipynb", 2)
    assert error["session"] == shown["session"]
    assert (error["kind"], error["language"], error["execution_count"]) == ("kernel_died", "R", 3)


def test_a_restart_or_a_shutdown_by_the_user_is_no_error(watching: JupyterServer) -> None:
    with watching.notebook("restarted.ipynb", "plain") as notebook:
        notebook.run("1")
        answer = watching.session.post(f"{watching.url}/api/kernels/{notebook.id}/restart", timeout=60)
        assert answer.status_code == 200
        notebook.send("import time; time.sleep(60)")
        answer = watching.session.post(f"{watching.url}/api/kernels/{notebook.id}/restart", timeout=60)
        assert answer.status_code == 200
        time.sleep(4)
    assert settled(watching, "restarted.ipynb", 0) == []


def test_a_reader_who_leaves_with_exit_is_no_error(watching: JupyterServer) -> None:
    with watching.notebook("exit.ipynb", "plain") as notebook:
        notebook.run("1")
        notebook.send("exit")
        time.sleep(4)
        assert settled(watching, "exit.ipynb", 0) == []


def test_a_kernel_that_can_not_start_is_recorded_once(watching: JupyterServer) -> None:
    body = {"path": "broken.ipynb", "name": "broken.ipynb", "type": "notebook", "kernel": {"name": "broken"}}
    answer = watching.session.post(f"{watching.url}/api/sessions", json=body, timeout=60)
    assert answer.status_code == 201
    wait_for(lambda: listed(watching, "broken.ipynb"), "the death", 40)
    time.sleep(7)  # it is started again twice
    (error,) = listed(watching, "broken.ipynb")
    assert (error["execution_count"], error["error_message"]) == (-1, "aborted by its own code")
    watching.session.delete(f"{watching.url}/api/sessions/{answer.json()['id']}", timeout=60)


def test_kernels_that_end_with_their_server_are_no_errors(here: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with jupyter_server(here, home) as server:
        with server.notebook("n.ipynb") as notebook:
            notebook.run("1")
        kernel = server.session.post(f"{server.url}/api/kernels", json={"name": "python3"}, timeout=60).json()
        time.sleep(3)
        assert server.get(f"/api/kernels/{kernel['id']}").status_code == 200
    (home / "server.log").unlink()
    with jupyter_server(here, home) as again:
        assert again.errors() == []


def test_watching_counts_as_no_activity_of_the_reader(watching: JupyterServer) -> None:
    with watching.notebook("idle.ipynb", "plain") as notebook:
        notebook.run("1")
        time.sleep(1)
        before = watching.get(f"/api/kernels/{notebook.id}").json()["last_activity"]
        time.sleep(3)
        assert watching.get(f"/api/kernels/{notebook.id}").json()["last_activity"] == before
        assert watching.get(f"/api/kernels/{notebook.id}").json()["connections"] == 1


def session_of(server: JupyterServer, notebook: str) -> dict[str, Any]:
    """The one session of a notebook, as soon as it is there; empty before."""
    found = server.get(f"/errreport/sessions?notebook={notebook}").json()
    assert len(found) <= 1, found
    return dict(found[0]) if found else {}


def test_a_session_is_counted_under_the_id_that_the_hook_reports_under(watching: JupyterServer) -> None:
    with watching.notebook("counted.ipynb", "hooked") as notebook:
        notebook.run("1 + 1")
        wait_for(lambda: session_of(watching, "counted.ipynb"), "the session")
        notebook.run("1 / 0")
        notebook.run("print(")
        wait_for(lambda: len(listed(watching, "counted.ipynb")) == 2, "the errors")
    wait_for(lambda: session_of(watching, "counted.ipynb")["failed_cells"] == 2, "the counts")
    session = session_of(watching, "counted.ipynb")
    assert (session["good_cells"], session["errors"]) == (1, 2)
    assert {error["session"] for error in listed(watching, "counted.ipynb")} == {session["session"]}


def test_a_session_without_a_hook_is_counted_too(watching: JupyterServer) -> None:
    with watching.notebook("plain-counted.ipynb", "plain") as notebook:
        notebook.run("1 + 1")
        notebook.run("1 / 0")
        (error,) = settled(watching, "plain-counted.ipynb", 1)
    wait_for(lambda: session_of(watching, "plain-counted.ipynb").get("failed_cells"), "the counts")
    session = session_of(watching, "plain-counted.ipynb")
    assert (session["session"], session["good_cells"], session["failed_cells"]) == (error["session"], 1, 1)


def test_a_reader_who_turned_it_off_is_not_counted_nor_is_their_kernels_death(watching: JupyterServer) -> None:
    with watching.notebook("kept-back.ipynb", "hooked") as notebook:
        notebook.run("%errreport off")
        notebook.run("1 / 0")
        notebook.send("import os; os.kill(os.getpid(), 9)")
        time.sleep(3)
    with watching.notebook("told.ipynb", "hooked") as notebook:
        notebook.run("1 / 0")
        wait_for(lambda: session_of(watching, "told.ipynb"), "the session of another kernel")
    assert listed(watching, "kept-back.ipynb") == []
    assert session_of(watching, "kept-back.ipynb") == {}


def test_an_error_is_of_the_notebook_that_has_the_cell_under_the_name_of_now(watching: JupyterServer) -> None:
    def name_of(code: str, cell_id: str = "") -> str:
        seen = {error["event_id"] for error in watching.errors()}
        notebook.run(code, cell_id)
        assert "All sent." in notebook.run("%errreport flush")
        (error,) = [error for error in watching.errors() if error["event_id"] not in seen]
        return str(error["notebook"])

    def write(path: str, cell_id: str) -> None:
        cell: dict[str, Any] = {"cell_type": "code", "id": cell_id, "source": "", "metadata": {}, "outputs": []}
        cell["execution_count"] = None
        content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
        (watching.home / path).write_text(json.dumps(content))

    write("renamed.ipynb", "first")
    write("second.ipynb", "other")
    with watching.notebook("before.ipynb", "hooked") as notebook:
        assert name_of("{}['a']") == "before.ipynb"
        (session,) = [
            session for session in watching.get("/api/sessions").json() if session["kernel"]["id"] == notebook.id
        ]
        address = f"{watching.url}/api/sessions"
        assert watching.session.patch(f"{address}/{session['id']}", json={"path": "renamed.ipynb"}, timeout=60).ok
        assert name_of("[][1]") == "renamed.ipynb"
        second = {"path": "second.ipynb", "name": "", "type": "notebook", "kernel": {"id": notebook.id}}
        assert watching.session.post(address, json=second, timeout=60).ok
        assert name_of("1 / 0", "other") == "second.ipynb"
        assert name_of("int('a')", "first") == "renamed.ipynb"
