"""The pages in a real browser, with what a stranger would write into them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ..api.server import ApiServer

pytestmark = pytest.mark.needs("chromium")

CHROMIUM = "/usr/bin/chromium"
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
    server = ApiServer(tmp_path)
    yield server
    server.close()


@pytest.fixture
def page() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 380, "height": 800})
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        yield page
        browser.close()


def test_text_from_a_stranger_is_text(server: ApiServer, page: Any) -> None:
    server.post("errors", HOSTILE).raise_for_status()
    page.goto(server.url + "errors")
    assert page.title() == "Test errors"
    row = page.locator("[data-event-id]")
    assert HOSTILE["error_name"] in row.inner_text()
    assert "⟨U+202E⟩gnp.exe ⟨U+001B⟩[31m" in row.inner_text()
    assert "{{ 7 * 7 }} {% raw %}" in row.inner_text()
    row.locator(".what").click()
    assert page.title() == HOSTILE["error_name"] + " · Test errors"
    assert "</td><script>" in page.locator(".frames").inner_text()
    assert page.locator("script").count() == 0
    assert page.locator("img").count() == 0
    assert page.complaints == []


def test_pages_fit_a_phone(server: ApiServer, page: Any) -> None:
    server.post("errors", HOSTILE | {"error_message": "Z" * 1_000, "error_name": "E" * 200})
    for path in ("errors", "errors/" + server.get("errors").json()[0]["event_id"]):
        page.goto(server.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") == 380
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
    page.get_by_text("Older").click()
    assert page.locator("[data-event-id]").count() == 1
    assert page.get_by_label("Notebook").input_value() == "a&b"
    page.get_by_text("Newest").click()
    assert page.locator("[data-event-id]").count() == 3


def test_an_empty_list_says_what_to_do_next(server: ApiServer, page: Any) -> None:
    server.service.snippet = 'ErrorServer(url="{address}")'
    page.goto(server.url + "errors")
    assert f'ErrorServer(url="{server.url.rstrip("/")}")' in page.inner_text("main")
    page.goto(server.url + "errors?since=yesterday")
    assert "`since` must be a time" in page.inner_text("main")
    page.get_by_text("All errors").click()
    page.goto(server.url + "errors?notebook=x")
    assert "No error matches" in page.inner_text("main")
