"""`GET /errreport/errors` in a real browser, behind Jupyter's login."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.support.browsers import chromium
from tests.support.jupyter_servers import TOKEN, JupyterServer
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.needs("installed wheel")]


@pytest.fixture
def page() -> Iterator[Page]:
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1180, "height": 780})
        page.set_default_timeout(60_000)
        yield page


def test_the_list_is_behind_the_login_and_readable(
    server: JupyterServer, page: Page, picture: Callable[[str], str]
) -> None:
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    with server.notebook("Week 3 - docking.ipynb") as notebook:
        for cell in (
            "#@title Load the structure\nimport json\njson.loads('{')",
            "energies = [1.2, 3.4]\nenergies['best']",
            "#@title Plot the energies\nimport statistics\nstatistics.mean([])",
            "x = = 3",
        ):
            notebook.run(cell)
        wait_for(lambda: len(server.errors()) >= 4, "the errors")

    page.goto(f"{server.url}/errreport/errors")
    assert "/login" in page.url
    page.screenshot(path=picture("jupyter-login"))
    page.fill("input[name=password]", TOKEN)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/errreport/errors")
    text = page.inner_text("body")
    for piece in (
        "StatisticsError",
        "JSONDecodeError",
        "TypeError",
        "SyntaxError",
        "#@title Load the structure",
        "Week 3",
    ):
        assert piece in text
    page.screenshot(path=picture("jupyter-errors"), full_page=True)
    page.click("text=StatisticsError")
    page.wait_for_url("**/errreport/errors/*")
    assert "statistics.py" in page.inner_text("body")
    page.screenshot(path=picture("jupyter-error"), full_page=True)
    page.go_back()
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=picture("jupyter-errors-dark"), full_page=True)
    page.set_viewport_size({"width": 390, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.screenshot(path=picture("jupyter-errors-phone"), full_page=True)
    assert problems == []
