"""The pages in a real browser, with what a stranger would write into them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from ..api.server import ApiServer

pytestmark = pytest.mark.needs("chromium")

HOSTILE = {
    "error_name": "<script>document.title='owned'</script>",
    "error_message": "\u202egnp.exe \x1b[31m <img src=x onerror=\"document.title='owned'\">",
    "first_line": "{{ 7 * 7 }} {% raw %}",
    "notebook": "\"><script>document.title='owned'</script>",
    "execution_count": 3,
    "release": "' onmouseover='document.title=1",
    "traceback": [{"filename": "</td><script>document.title='owned'</script>", "fun_name": "\u202e<x>", "lineno": 1}],
    "chain": [{"error_name": "<b>", "error_message": "\u2066", "relation": "cause"}],
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ApiServer]:
    server = ApiServer(tmp_path / "errors.sqlite")
    yield server
    server.close()


@pytest.fixture
def page() -> Iterator[Any]:
    from tests.support.browsers import chromium

    with chromium() as browser:
        page = browser.new_page(viewport={"width": 380, "height": 800})
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        yield page


def test_text_from_a_stranger_is_text(server: ApiServer, page: Any) -> None:
    server.post("errors", HOSTILE).raise_for_status()
    page.goto(server.url + "errors")
    assert page.title() == "Errors · Test errors"
    row = page.locator("[data-event-id]")
    assert HOSTILE["error_name"] in row.inner_text()
    assert "⟨U+202E⟩gnp.exe ⟨U+001B⟩[31m" in row.inner_text()
    assert "{{ 7 * 7 }} {% raw %}" in row.inner_text()
    row.locator(".go").click()
    assert page.title() == HOSTILE["error_name"] + " · Test errors"
    assert "</td><script>" in page.locator(".frames").inner_text()
    assert page.locator("main script, main img").count() == 0
    assert page.complaints == []


def test_pages_fit_a_phone(server: ApiServer, page: Any) -> None:
    server.post("errors", HOSTILE | {"error_message": "Z" * 1_000, "error_name": "E" * 200, "release": "R" * 100})
    (error,) = server.get("errors").json()
    notebook = quote(error["notebook"], safe="")
    for path in ("", "errors", f"errors/{error['event_id']}", f"groups/{error['group']}", f"notebooks/{notebook}"):
        page.goto(server.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") == 380, path
        assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none"  # the stylesheet is there


def test_the_filters_and_the_way_to_older_errors_work_without_script(server: ApiServer, page: Any) -> None:
    server.post("errors", [{"error_name": f"E{number}", "notebook": "a&b"} for number in range(3)])
    server.post("errors", {"error_name": "Other", "notebook": "c"})
    page.goto(server.url + "errors?limit=2")
    assert page.locator("[data-event-id]").count() == 2
    page.get_by_label("Notebook").fill("a&b")
    page.get_by_role("button", name="Filter").click()
    assert page.locator("[data-event-id]").count() == 3
    page.goto(page.url + "&limit=2")
    page.get_by_role("link", name="More", exact=True).click()
    assert page.locator("[data-event-id]").count() == 1
    assert page.get_by_label("Notebook").input_value() == "a&b"
    page.get_by_role("link", name="From the beginning").click()
    assert page.locator("[data-event-id]").count() == 3


@pytest.mark.parametrize("path", ["", "groups", "notebooks", "errors"])
def test_a_page_with_nothing_on_it_says_what_to_do_next(server: ApiServer, page: Any, path: str) -> None:
    server.service.snippet = 'ErrorServer(url="{address}")'
    page.goto(server.url + path)
    assert f'ErrorServer(url="{server.url.rstrip("/")}")' in page.inner_text("main")


def test_sessions_say_how_one_comes_to_be(server: ApiServer, page: Any) -> None:
    page.goto(server.url + "sessions")
    assert "enable()" in page.inner_text("main")


@pytest.mark.parametrize("path", ["groups?q=x", "notebooks?q=x", "sessions?notebook=x", "errors?notebook=x"])
def test_a_filter_that_lets_nothing_through_leads_back_to_all(server: ApiServer, page: Any, path: str) -> None:
    page.goto(server.url + path)
    assert "matches" in page.inner_text("main h2")
    page.get_by_role("link", name="Show all").click()
    assert page.url == server.url + path.partition("?")[0]


def test_a_mistake_in_the_address_is_said_on_a_page(server: ApiServer, page: Any) -> None:
    page.goto(server.url + "errors?since=yesterday")
    assert "`since` must be a time" in page.inner_text("main")
