"""What is added to a notebook (marks, a button to publish, a question) in JupyterLab; and all of it in Notebook 7."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.labextension.front_end import FrontEnd, write_notebook
from tests.labextension.test_panel import ACTIVE, CELLS
from tests.support.jupyter_servers import JupyterServer
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.needs("installed wheel")]

ASKING = """from comm import create_comm
answers = []
def told(state):
    return {"type": "consent", "state": state, "receivers": ["errors.example.org"], "waiting": 2}
def hear(message):
    if message["content"]["data"]["type"] == "consent":
        answers.append(message["content"]["data"]["answer"])
    asking.send(told(answers[-1] if answers else "asked"))
asking = create_comm("jupyter_errreport", data=told("asked"))
asking.on_msg(hear)"""
"""A kernel that asks, as `ErrReport.consent = "ask"` makes one."""


def test_cells_that_trip_readers_are_marked_until_they_are_changed(
    lab: FrontEnd, home: Path, picture: Callable[[str], str]
) -> None:
    write_notebook(home / "marks.ipynb", *CELLS)
    lab.open("marks.ipynb")
    lab.run_all()
    marks = lab.page.get_by_role("button", name="In 1 session this cell failed")
    expect(marks).to_have_count(3)
    expect(lab.cell(2).locator(".jp-ErrReport-mark")).to_have_count(0)
    places = [lab.cell(number).locator(".jp-InputArea-editor").bounding_box() for number in (1, 2)]
    assert places[0] and places[1] and places[0]["x"] == places[1]["x"], "a mark moves the code"
    lab.page.screenshot(path=picture("lab-marks"))

    lab.cell(1).locator(".cm-content").fill("energies = {'best': 1}\nmax(energies.values())")
    lab.execute("docmanager:save")
    expect(marks).to_have_count(2)
    marks.first.click()
    expect(lab.panel.get_by_label("Notebook")).to_have_value("marks.ipynb")


def test_a_notebook_is_published_from_its_toolbar(lab: FrontEnd, home: Path, server: JupyterServer) -> None:
    write_notebook(home / "publish me.ipynb", *CELLS)
    lab.open("publish me.ipynb")
    lab.page.locator('[data-jp-item-name="errreport-publish"]').get_by_role("button").click()
    dialog = lab.page.get_by_role("dialog")
    expect(dialog).to_contain_text("this Jupyter server")
    dialog.get_by_role("button", name="Publish").click()
    expect(lab.page.get_by_text("Published as version 1.")).to_be_visible()
    source = server.get("/errreport/notebooks/publish%20me.ipynb/source").json()
    assert [cell["source"] for cell in source["cells"]] == list(CELLS)


@pytest.mark.parametrize(("button", "answer"), [("Yes, tell them", "yes"), ("No", "no")])
def test_a_question_is_asked_in_notebook_and_panel(
    lab: FrontEnd, home: Path, picture: Callable[[str], str], button: str, answer: str
) -> None:
    write_notebook(home / "asks.ipynb", ASKING, "print(answers)")
    lab.open("asks.ipynb")
    lab.run(0)
    banner = lab.page.locator(".jp-ErrReport-banner")
    expect(banner).to_contain_text("May errors of asks.ipynb be told to errors.example.org? Nothing has left so far.")
    expect(lab.panel.locator(".jp-ErrReport-question")).to_contain_text("2 errors wait for your answer.")
    lab.page.screenshot(path=picture("lab-question"))

    lab.page.reload()
    lab.wait_for_kernel()
    banner.get_by_role("button", name=button).click()
    expect(banner).to_have_count(0)
    lab.run(1)
    expect(lab.cell(1)).to_contain_text(f"['{answer}']")


def test_the_panel_in_notebook_7(notebook7: FrontEnd, home: Path, picture: Callable[[str], str]) -> None:
    write_notebook(home / "seven.ipynb", *CELLS)
    notebook7.open("seven.ipynb")
    notebook7.run_all()
    rows = notebook7.errors.filter(has_text="seven.ipynb")
    expect(rows).to_have_count(3)
    notebook7.page.screenshot(path=picture("notebook7-panel"))
    rows.filter(has_text="[2]").get_by_role("button").click()
    expect(notebook7.page.locator(ACTIVE)).to_contain_text("energies['best']")
    notebook7.execute("apputils:change-theme", theme="JupyterLab Dark")
    wait_for(lambda: notebook7.page.get_attribute("body", "data-jp-theme-light") == "false", "the dark theme")
    notebook7.page.screenshot(path=picture("notebook7-panel-dark"))


def test_in_notebook_7_an_error_of_another_notebook_opens_a_page(
    notebook7: FrontEnd, home: Path, server: JupyterServer
) -> None:
    write_notebook(home / "far" / "elsewhere.ipynb", *CELLS)
    with server.notebook("far/elsewhere.ipynb") as kernel:
        kernel.run("fine = 1")
        kernel.run(CELLS[1])
        wait_for(lambda: server.get("/errreport/errors?notebook=elsewhere.ipynb").json(), "the error")
    write_notebook(home / "here.ipynb", "fine = 1")
    notebook7.open("here.ipynb")
    with notebook7.page.context.expect_page() as opened:
        notebook7.panel.get_by_role("button", name="elsewhere.ipynb [2]").click()
    expect(opened.value.locator(ACTIVE)).to_contain_text("energies['best']")
