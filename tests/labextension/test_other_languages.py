"""Errors of kernels without a hook are in the panel as any other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.labextension.front_end import FrontEnd, arguments, write_notebook
from tests.labextension.test_panel import ACTIVE
from tests.support.jupyter_servers import JupyterServer, jupyter_server
from tests.support.kernelspecs import write_r_and_bash

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.needs("installed wheel"), pytest.mark.needs("IRkernel")]


@pytest.fixture(scope="module")
def server(here: Path, home: Path) -> Iterator[JupyterServer]:
    write_r_and_bash(home / "jupyter")
    with jupyter_server(here, home, *arguments(home), JUPYTER_PATH=str(home / "jupyter")) as running:
        yield running


@pytest.mark.parametrize(
    ("kernel", "failing", "words"),
    [("ir", "x <- 'Smith'\nlog(x)", "Error in log("), ("bash", "cat /nowhere/smith.txt", "exit status 1")],
)
def test_an_error_appears_and_leads_to_its_cell(
    lab: FrontEnd, home: Path, picture: Callable[[str], str], kernel: str, failing: str, words: str
) -> None:
    write_notebook(home / f"{kernel}.ipynb", "# a cell that works", failing, kernel=kernel)
    lab.open(f"{kernel}.ipynb")
    lab.run_all()
    error = lab.errors.filter(has_text=f"{kernel}.ipynb")
    expect(error).to_have_count(1)
    expect(lab.panel.locator("section").filter(has_text=f"{kernel}.ipynb")).to_contain_text(words)
    assert "mith" not in lab.panel.inner_text()
    lab.page.screenshot(path=picture(f"lab-{kernel}"))
    lab.cell(0).locator(".jp-InputPrompt").click()
    error.get_by_role("button").click()
    expect(lab.page.locator(ACTIVE)).to_contain_text(failing.split("\n")[-1])
