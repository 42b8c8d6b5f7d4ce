"""What the panel says of errors that go on to a collector, and of an operator who wants less of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.labextension.front_end import FrontEnd, arguments, write_notebook
from tests.support.jupyter_servers import JupyterServer, jupyter_server
from tests.support.receiver import Receiver, receiver

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.needs("installed wheel")]

STATE = "#jp-main-statusbar [data-errreport-state]"


@pytest.fixture(scope="module")
def collector() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


@pytest.fixture(scope="module")
def server(here: Path, home: Path, collector: Receiver) -> Iterator[JupyterServer]:
    address = f"--JupyterErrReport.collector_url={collector.url}"
    own = "--JupyterErrReport.author_token=author_of-these"
    with jupyter_server(here, home, *arguments(home), address, own) as running:
        yield running


def test_errors_wait_for_a_collector_that_is_away_and_are_sent(
    lab: FrontEnd, home: Path, collector: Receiver, picture: Callable[[str], str]
) -> None:
    collector.answer = 503
    write_notebook(home / "sent.ipynb", "1 / 0")
    lab.open("sent.ipynb")
    announced = lab.page.locator(".Toastify").get_by_text("Errors of notebooks on this server are forwarded to")
    expect(announced).to_be_visible()
    lab.run_all()
    expect(lab.errors.get_by_text("waiting")).to_be_visible()
    expect(lab.page.locator(STATE)).to_have_attribute("data-errreport-state", "offline")
    expect(lab.panel.get_by_text("0 sent · 1 waiting")).to_be_visible()
    lab.page.screenshot(path=picture("lab-waiting"))
    collector.answer = 200
    expect(lab.panel.get_by_text("1 sent")).to_be_visible(timeout=30_000)
    expect(lab.errors.get_by_text("waiting")).to_have_count(0)
    expect(lab.page.locator(STATE)).to_have_attribute("data-errreport-state", "on")

    lab.page.reload()
    lab.wait_for_kernel()
    lab.show_panel()
    expect(lab.panel.get_by_text("Errors of notebooks on this server are forwarded to")).to_be_visible()
    expect(announced).to_have_count(0)


def test_a_hint_goes_to_the_collector_whose_token_allows_it_and_else_stays(
    lab: FrontEnd, home: Path, server: JupyterServer, collector: Receiver
) -> None:
    write_notebook(home / "hinted.ipynb", "import json\njson.loads('{')")
    lab.open("hinted.ipynb")
    lab.run_all()
    section = lab.panel.locator("section").filter(has_text="JSONDecodeError")
    collector.answer = 403
    section.get_by_role("button", name="Hint", exact=True).click()
    section.get_by_role("textbox").fill("Run step 1 first.")
    section.get_by_role("button", name="Save").click()
    expect(section.get_by_role("alert")).to_contain_text("Kept on this server only")
    collector.answer = 200
    section.get_by_role("button", name="Save").click()
    expect(section.locator(".jp-ErrReport-hint")).to_have_text("Run step 1 first.")
    expect(section.get_by_role("textbox")).to_have_count(0)
    told = [json.loads(body) for path, _, body in collector.requests if path.startswith("/groups/")]
    assert told == [{"hint": "Run step 1 first."}] * 2
    collector.answer = 403
    section.get_by_role("button", name="Resolve").click()
    expect(lab.page.locator(".Toastify").get_by_text("Kept on this server only")).to_be_visible()
    collector.answer = 200


def test_a_plugin_is_switched_off_by_itself(here: Path, page: Page, tmp_path: Path) -> None:
    home = tmp_path / "home"
    config = home / ".jupyter" / "labconfig" / "page_config.json"
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps({"disabledExtensions": {"jupyter-errreport:status": True}}))
    write_notebook(home / "less.ipynb", "1 / 0")
    with jupyter_server(here, home, *arguments(home), "--JupyterErrReport.enabled=False") as running:
        lab = FrontEnd(page, running, "lab")
        lab.open("less.ipynb")
        expect(lab.panel.get_by_text("This server takes no errors.")).to_be_visible()
        expect(page.locator("#jp-main-statusbar")).to_be_visible()
        expect(page.locator(STATE)).to_have_count(0)
