"""Consent: with `ErrReport.consent = "ask"` nothing leaves a kernel before the reader said yes, by the button."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.labextension.front_end import FrontEnd, arguments, write_notebook
from tests.support.jupyter_servers import jupyter_server
from tests.support.receiver import receiver

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


@pytest.mark.parametrize("kind", ["lab", "notebook"])
@pytest.mark.parametrize("answer", ["Yes, tell them", "No"])
def test_nothing_reaches_an_author_who_asks_before_a_yes(
    here: Path, page: Page, tmp_path: Path, picture: Callable[[str], str], kind: str, answer: str
) -> None:
    home = tmp_path / "home"
    with receiver() as author, jupyter_server(here, home_with(home, author.url), *arguments(home)) as running:
        front_end = FrontEnd(page, running, kind)
        front_end.open("dock.ipynb")
        front_end.run(0)
        front_end.run(1)
        banner = page.locator(".jp-ErrReport-banner")
        expect(banner).to_contain_text(author.url.removeprefix("http://"))
        expect(banner).to_contain_text("Nothing has left so far.")
        page.screenshot(path=picture(f"{kind}-asked"))
        assert author.requests == []
        banner.get_by_role("button", name=answer, exact=True).click()
        expect(banner).to_have_count(0)
        front_end.run(2)
        front_end.run(3)
        names = [event["error_name"] for event in author.events]
        assert names == (["ZeroDivisionError", "IndexError"] if answer != "No" else [])
        if answer == "No":
            assert author.requests == []


def home_with(home: Path, author: str) -> Path:
    """A reader's home, with a notebook whose author wants to ask."""
    enabling = f"from jupyter_errreport import ErrorServer\nErrorServer({author!r}, 'dock', consent='ask').enable()"
    write_notebook(home / "dock.ipynb", enabling, "1 / 0", "[].pop()", "%errreport flush")
    return home
