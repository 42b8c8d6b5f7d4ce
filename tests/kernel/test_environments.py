"""Where notebooks run: each environment names the notebook in its own way; none needs more than the hook."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from jupyter_errreport.kernel.settings import notebook_name
from tests.support.kernels import kernel
from tests.support.kernelspecs import IPYKERNEL, write_kernelspec
from tests.support.receiver import receiver
from tests.support.waiting import wait_for

PLACES: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "jupyter_server": ({"JPY_SESSION_NAME": "/home/jo/lessons/dock.ipynb"}, {}, "/home/jo/lessons/dock.ipynb"),
    "VS Code": ({}, {"__vsc_ipynb_file__": "/home/jo/dock.ipynb"}, "/home/jo/dock.ipynb"),
    "papermill": ({}, {"PAPERMILL_INPUT_PATH": "in/dock.ipynb"}, "in/dock.ipynb"),
    "Voilà": (
        {"SERVER_SOFTWARE": "voila/0.5.13", "SCRIPT_NAME": "/a/voila/render/b/my%20dock.ipynb"},
        {},
        "b/my dock.ipynb",
    ),
    "Voilà, one notebook": ({"SERVER_SOFTWARE": "voila/0.5.13", "SCRIPT_NAME": "/"}, {}, "unknown"),
    "another CGI": ({"SERVER_SOFTWARE": "nginx", "SCRIPT_NAME": "/voila/render/dock.ipynb"}, {}, "unknown"),
    "nbclient": ({}, {}, "unknown"),
    "nbclient in CI": ({"JUPYTER_ERRREPORT_NOTEBOOK": "dock"}, {"PAPERMILL_INPUT_PATH": "x.ipynb"}, "dock"),
}
SAYS = ("JUPYTER_ERRREPORT_NOTEBOOK", "JPY_SESSION_NAME", "SERVER_SOFTWARE", "SCRIPT_NAME")


@pytest.mark.parametrize("place", PLACES)
def test_the_notebook_has_the_name_that_its_environment_gives_it(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    environment, namespace, name = PLACES[place]
    for variable in SAYS:
        monkeypatch.delenv(variable, raising=False)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    assert notebook_name(namespace) == name


@pytest.mark.parametrize(
    ("cell_id", "name"),
    [
        ("vscode-notebook-cell:/home/jo/my%20dock.ipynb#W0sZmlsZQ%3D%3D", "/home/jo/my dock.ipynb"),
        ("vscode-notebook-cell://ssh-remote%2Bhost/home/jo/dock.ipynb?x#W1", "//ssh-remote+host/home/jo/dock.ipynb"),
        ("vscode-notebook-cell:Untitled-1.ipynb?jupyter-notebook#W2", "Untitled-1.ipynb"),
        ("5d8f0f5e-7b0c", "old.ipynb"),
        ("", "old.ipynb"),
        (None, "old.ipynb"),
    ],
)
def test_a_cells_id_may_name_the_notebook(cell_id: str | None, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JUPYTER_ERRREPORT_NOTEBOOK", raising=False)
    monkeypatch.setenv("JPY_SESSION_NAME", "old.ipynb")
    assert notebook_name({}, cell_id) == name


@pytest.mark.parametrize("variable", ["__vsc_ipynb_file__", "PAPERMILL_INPUT_PATH"])
def test_only_the_files_name_leaves(python: Path, tmp_path: Path, variable: str) -> None:
    with receiver() as to, kernel(python, {"JUPYTER_ERRREPORT_URL": to.url, "HOME": str(tmp_path)}) as running:
        running.run(f"{variable} = '/home/smith/patients/dock.ipynb'")
        running.run("1 / 0")
        wait_for(lambda: to.events, "the error")
        assert to.events[0]["notebook"] == "dock.ipynb"
        assert "smith" not in json.dumps(to.events)


def test_a_run_by_nbclient_reports_under_the_name_that_it_was_given(
    python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_kernelspec(tmp_path / "jupyter", "tested", [str(python), *IPYKERNEL], "python")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("# step 1\n1 / 0")])
    with receiver() as to:
        to.hints["ZeroDivisionError"] = "Not here: nobody reads it."
        monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("JUPYTER_ERRREPORT_URL", to.url)
        monkeypatch.setenv("JUPYTER_ERRREPORT_NOTEBOOK", "nightly")
        NotebookClient(notebook, kernel_name="tested", allow_errors=True).execute()
        wait_for(lambda: to.events, "the error")
    assert [(event["notebook"], event["first_line"]) for event in to.events] == [("nightly", "# step 1")]
    assert [output["output_type"] for output in notebook.cells[0].outputs] == ["error"]


def test_a_terminal_prints_the_hint(python: Path, tmp_path: Path) -> None:
    """IPython in a terminal, where an author's `enable()` works like anywhere else."""
    code = (
        "from jupyter_errreport import ErrorServer\nimport time\nip = get_ipython()\n"
        "ErrorServer({url!r}, notebook='dock').enable()\nip.run_cell('1 / 0')\n"
        "vars(ip)['_errreport_reporting'].flush(10)\n"
    )
    with receiver() as to:
        to.hints["ZeroDivisionError"] = "Mind the \x1b[31mgap."
        environment = {**os.environ, "HOME": str(tmp_path), "IPYTHONDIR": str(tmp_path / "ipython")}
        environment.setdefault("PYTHONPATH", "")
        done = subprocess.run(
            [str(python), "-m", "IPython", "--colors=NoColor", "-c", code.format(url=to.url)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )
    assert "knows this error: Mind the  [31mgap." in done.stdout
    assert "\x1b[31m" not in done.stdout
