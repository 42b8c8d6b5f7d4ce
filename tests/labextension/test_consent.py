"""Consent: with `ErrReport.consent = "ask"` nothing leaves a kernel before the reader said yes, by the button."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.labextension.front_end import FrontEnd, arguments, write_notebook
from tests.support.jupyter_servers import jupyter_server

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.needs("installed wheel")]


@pytest.fixture
def asking(here: Path, page: Page, tmp_path: Path) -> Iterator[FrontEnd]:
    """JupyterLab of a reader who is to be asked, with a notebook whose cells fail."""
    home = tmp_path / "home"
    profile = home / ".ipython" / "profile_default" / "ipython_config.py"
    profile.parent.mkdir(parents=True)
    profile.write_text('c.ErrReport.consent = "ask"\n')
    write_notebook(home / "asked.ipynb", "1 / 0", "[].pop()", "int.nothing", "%errreport flush")
    with jupyter_server(here, home, *arguments(home)) as running:
        front_end = FrontEnd(page, running, "lab")
        front_end.open("asked.ipynb")
        front_end.run(0)
        expect(front_end.page.locator(".jp-ErrReport-banner")).to_contain_text("this Jupyter server")
        expect(front_end.panel.locator(".jp-ErrReport-question")).to_contain_text("1 error waits for your answer.")
        assert running.errors() == []
        yield front_end


def test_after_yes_what_waited_is_sent_and_all_that_comes(asking: FrontEnd) -> None:
    asking.panel.get_by_role("button", name="Yes, tell them").click()
    expect(asking.errors).to_have_count(1)
    expect(asking.page.locator(".jp-ErrReport-question")).to_have_count(0)
    asking.run(1)
    expect(asking.errors).to_have_count(2)


def test_after_no_what_waited_is_gone_and_nothing_is_reported(asking: FrontEnd) -> None:
    asking.panel.get_by_role("button", name="No", exact=True).click()
    expect(asking.page.locator(".jp-ErrReport-question")).to_have_count(0)
    asking.run(1)
    asking.execute("jupyter-errreport:toggle-reporting")
    expect(asking.panel.get_by_text("you turned it off in the settings")).to_be_visible()
    asking.execute("jupyter-errreport:toggle-reporting")  # the setting is no answer to the question
    expect(asking.panel.get_by_text("you turned it off in the settings")).to_have_count(0)
    asking.run(2)
    asking.run(3)
    assert asking.server.errors() == []
