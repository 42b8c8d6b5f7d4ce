"""The panel beside a notebook: errors appear, are chosen, answered and deleted."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from jupyter_errreport.event import new_event_id
from tests.labextension.front_end import FrontEnd, write_notebook, write_settings
from tests.support.jupyter_servers import JupyterServer
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.needs("installed wheel")]

CELLS = (
    "#@title Load the structure\nimport json\njson.loads('{')",
    "energies = [1.2, 3.4]\nenergies['best']",
    "fine = 1",
    "#@title Plot the energies\nimport statistics\nstatistics.mean([])",
)
ACTIVE = ".jp-Notebook .jp-Cell.jp-mod-active"


@pytest.fixture(autouse=True)
def _no_errors_of_earlier_tests(server: JupyterServer) -> None:
    server.session.delete(f"{server.url}/errreport/errors?all=true", timeout=60).raise_for_status()


def report(server: JupyterServer, count: int, **more: object) -> None:
    """Report errors to the server as kernels do."""
    events = [
        {"event_id": new_event_id(), "error_name": f"Error{index % 40}", "notebook": f"n{index % 7}.ipynb", **more}
        for index in range(count)
    ]
    server.session.post(f"{server.url}/errreport/errors", json=events, timeout=60).raise_for_status()


def test_an_error_appears_and_a_click_goes_to_its_cell(
    lab: FrontEnd, home: Path, picture: Callable[[str], str]
) -> None:
    write_notebook(home / "docking.ipynb", *CELLS)
    lab.open("docking.ipynb")
    expect(lab.panel.get_by_text("No errors yet.")).to_be_visible()
    lab.run_all()
    expect(lab.errors).to_have_count(3)
    expect(lab.panel.locator("section h3").first).to_have_text("StatisticsError")
    lab.page.screenshot(path=picture("lab-panel"))

    lab.panel.get_by_role("button", name="docking.ipynb [2]").click()
    expect(lab.page.locator(ACTIVE)).to_contain_text("energies['best']")
    lab.page.locator(".jp-Notebook").press("ArrowDown")
    expect(lab.page.locator(ACTIVE)).to_contain_text("fine = 1")


def test_an_error_appears_within_a_second(lab: FrontEnd, home: Path, server: JupyterServer) -> None:
    """The best of three, for a machine may be busy with something else."""
    write_notebook(home / "quick.ipynb", "fine = 1")
    lab.open("quick.ipynb")
    seconds = []
    for number in (1, 2, 3):
        report(server, 1)
        started = time.monotonic()
        expect(lab.errors).to_have_count(number)
        seconds.append(time.monotonic() - started)
    assert min(seconds) < 1


def test_an_error_of_a_closed_notebook_opens_it(lab: FrontEnd, home: Path, server: JupyterServer) -> None:
    write_notebook(home / "course" / "deep" / "closed.ipynb", *CELLS)
    with server.notebook("course/deep/closed.ipynb") as kernel:
        kernel.run(CELLS[1])
        wait_for(server.errors, "the error")
    write_notebook(home / "other.ipynb", "fine = 1")
    lab.open("other.ipynb")
    lab.panel.get_by_role("button", name="closed.ipynb [1]").click()
    expect(lab.page.locator(".jp-NotebookPanel:visible .jp-Cell.jp-mod-active")).to_contain_text("energies['best']")


def test_a_group_is_answered_resolved_and_deleted(
    lab: FrontEnd, home: Path, server: JupyterServer, picture: Callable[[str], str]
) -> None:
    write_notebook(home / "answers.ipynb", *CELLS[:1])
    lab.open("answers.ipynb")
    lab.run_all()
    expect(lab.errors).to_have_count(1)
    lab.button("Hint").click()
    lab.panel.get_by_role("textbox").fill("Load <b>the</b> file from the course's page.")
    lab.page.screenshot(path=picture("lab-hint"))
    lab.button("Save").click()
    expect(lab.panel.locator(".jp-ErrReport-hint")).to_have_text("Load <b>the</b> file from the course's page.")
    assert server.get("/errreport/groups").json()[0]["hint"].startswith("Load <b>")

    lab.button("Say more").click()
    lab.panel.get_by_role("textbox").fill("I had opened the file of week 2.")
    lab.button("Send").click()
    expect(lab.button("Send")).to_have_count(0)
    (error,) = server.errors()
    comments = server.get(f"/errreport/errors/{error['event_id']}").json()["comments"]
    assert [comment["text"] for comment in comments] == ["I had opened the file of week 2."]

    lab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lab.button("Copy").click()
    copied = lab.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("JSONDecodeError: ")
    assert "answers.ipynb [1]" in copied

    lab.button("Resolve").click()
    expect(lab.errors).to_have_count(0)
    assert server.get("/errreport/groups").json()[0]["status"] == "resolved"
    lab.panel.get_by_label("Status").select_option("resolved")
    expect(lab.errors).to_have_count(1)
    lab.button("Open again").click()
    expect(lab.errors).to_have_count(0)
    lab.panel.get_by_label("Status").select_option("")

    lab.button("Clear errors…").click()
    lab.page.get_by_role("button", name="Delete", exact=True).click()
    expect(lab.errors).to_have_count(0)
    assert server.errors() == []


def test_errors_are_filtered_by_notebook_and_muted(lab: FrontEnd, home: Path, server: JupyterServer) -> None:
    write_notebook(home / "filter.ipynb", "fine = 1")
    report(server, 14)
    write_settings(home, {"jupyter-errreport/errors": {"mode": "errors", "muted": ["n5*"]}})
    try:
        lab.open("filter.ipynb")
        expect(lab.errors).to_have_count(12)
        lab.panel.get_by_label("Notebook").select_option("n3.ipynb")
        expect(lab.errors).to_have_count(2)
        assert "n5.ipynb" not in lab.panel.get_by_label("Notebook").inner_text()
    finally:
        write_settings(home, {"jupyter-errreport/errors": {}})


def test_of_many_errors_the_newest_500_are_shown_and_follow(
    lab: FrontEnd, home: Path, server: JupyterServer, picture: Callable[[str], str]
) -> None:
    write_notebook(home / "many.ipynb", "fine = 1")
    report(server, 520)
    lab.open("many.ipynb")
    expect(lab.errors).to_have_count(500)
    report(server, 1, error_name="TheNewest")
    expect(lab.panel.locator("section h3").first).to_have_text("TheNewest")
    expect(lab.errors).to_have_count(500)
    lab.page.screenshot(path=picture("lab-many"))


def test_off_is_off(lab: FrontEnd, home: Path, server: JupyterServer) -> None:
    write_notebook(home / "off.ipynb", *CELLS[:2])
    write_settings(home, {"jupyter-errreport/errors": {"reporting": False}})
    try:
        lab.open("off.ipynb")
        state = lab.page.locator("[data-errreport-state]").first
        expect(state).to_have_attribute("data-errreport-state", "off")
        lab.run(0)
        lab.execute("jupyter-errreport:toggle-reporting")
        expect(lab.panel.get_by_text("Errors stay on this server.")).to_be_visible()
        lab.run(1)
        expect(lab.errors).to_have_count(1)
        assert [error["error_name"] for error in server.errors()] == ["TypeError"]
    finally:
        write_settings(home, {"jupyter-errreport/errors": {}})


def test_the_page_asks_nobody_but_its_server(lab: FrontEnd, home: Path, server: JupyterServer) -> None:
    asked: list[str] = []
    lab.page.on("request", lambda request: asked.append(request.url))
    write_notebook(home / "alone.ipynb", *CELLS[:1])
    lab.open("alone.ipynb")
    lab.run_all()
    expect(lab.errors).to_have_count(1)
    assert [url for url in asked if not url.startswith((server.url, "data:", "blob:"))] == []


def test_nothing_is_asked_while_nobody_looks(lab: FrontEnd, home: Path, server: JupyterServer) -> None:
    write_notebook(home / "hidden.ipynb", "fine = 1")
    lab.open("hidden.ipynb")
    expect(lab.panel.get_by_text("No errors yet.")).to_be_visible()
    lab.execute("application:toggle-right-area")
    expect(lab.panel).to_be_hidden()
    asked: list[str] = []
    lab.page.on("request", lambda request: asked.append(request.url))
    with lab.page.expect_response("**/errreport/panel"):  # the status bar's question, after the event
        report(server, 1)
    assert [url for url in asked if "/errreport/errors" in url] == []
    lab.show_panel()
    expect(lab.errors).to_have_count(1)
