"""papermill and Voilà, as they are installed: a notebook that fails in them is reported under its name."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
import requests

from tests.support.jupyter_servers import clean_environment
from tests.support.ports import take_port
from tests.support.receiver import Receiver, receiver
from tests.support.waiting import wait_for

pytestmark = pytest.mark.needs("wheel")

KERNEL = {"name": "python3", "display_name": "python3", "language": "python"}


@pytest.fixture
def programs(runtime_python: Callable[[str], Path]) -> Path:
    """Where the programs are."""
    return runtime_python("runners").parent


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    """A folder with the notebook `dock.ipynb`, whose second cell fails."""
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": KERNEL})
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in ("patient = 'Smith'", "# Step 2\nint(patient)")]
    folder = tmp_path / "Smith's lessons"
    folder.mkdir()
    nbformat.write(notebook, folder / "dock.ipynb")
    return folder


def environment(home: Path, to: Receiver) -> dict[str, str]:
    return clean_environment(home, JUPYTER_ERRREPORT_URL=to.url)


def reported(to: Receiver) -> tuple[str, str, str]:
    """Notebook, first line and message of the only error."""
    (event,) = wait_for(lambda: to.events, "the error", 60)
    return event["notebook"], event["first_line"], event["error_message"]


EXPECTED = ("dock.ipynb", "# Step 2", "invalid literal for int() with base 10: <str>")


def test_papermill(programs: Path, lessons: Path, tmp_path: Path) -> None:
    with receiver() as to:
        command = [programs / "papermill", "--inject-paths", lessons / "dock.ipynb", tmp_path / "out.ipynb"]
        done = subprocess.run(command, env=environment(tmp_path, to), capture_output=True, text=True, timeout=120)
        assert "invalid literal" in done.stderr
        assert reported(to) == EXPECTED


def test_voila(programs: Path, lessons: Path, tmp_path: Path) -> None:
    with receiver() as to:
        port = take_port()
        command = [programs / "voila", "--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1", lessons]
        serving = subprocess.Popen(
            command, env=environment(tmp_path, to), stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
        )
        try:
            wait_for(lambda: is_shown(f"http://127.0.0.1:{port}/voila/render/dock.ipynb"), "the page", 60)
            assert reported(to) == EXPECTED
        finally:
            serving.terminate()
            serving.wait(30)


def is_shown(url: str) -> bool:
    """Whether Voilà has run the notebook."""
    try:
        return requests.get(url, timeout=60).ok
    except requests.ConnectionError:
        return False
