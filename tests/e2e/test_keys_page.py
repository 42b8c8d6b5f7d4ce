"""The collector's pages of tokens and keys: made, copied, and revoked, with and without script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.sites import Reader, Site, serious_violations
from tests.support.browsers import chromium
from tests.support.collectors import ADMIN, Collector

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.needs("installed wheel")]

VIEWS = {
    "desk": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
    "phone": {"viewport": {"width": 390, "height": 780}, "color_scheme": "dark"},
}
REPORT = {"error_name": "ValueError", "error_message": "not a number", "notebook": "course"}


@pytest.fixture(autouse=True)
def jp_asyncio_loop() -> None:
    """Instead of pytest-jupyter's, which would close the event loop that the browser of this module runs in."""


@pytest.fixture(autouse=True)
def jp_server_cleanup() -> None:
    """Instead of pytest-jupyter's, which takes that loop."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory, here: Path) -> Iterator[Collector]:
    """A collector that asks for keys."""
    running = Collector(here, tmp_path_factory.mktemp("collector"), "--require-key")
    for notebook in ("course", "course", "<i>week 1?"):
        running.post("errors", {**REPORT, "notebook": notebook})
    yield running
    running.stop()


@pytest.fixture
def scriptless(browser: Browser, strict: Collector) -> Iterator[Page]:
    """The page of an admin whose browser runs no script."""
    context = browser.new_context(java_script_enabled=False)
    yield Reader(context, Site(f"{strict.url}/", ADMIN)).page
    context.close()


@pytest.mark.parametrize("who", VIEWS)
def test_everybody_can_read_the_pages(
    browser: Browser, strict: Collector, who: str, picture: Callable[[str], str]
) -> None:
    strict.post("keys", {"notebook": "course, the second"}, ADMIN)
    key = strict.post("keys", {"notebook": "course"}, ADMIN).json()["token"]
    strict.post("errors", REPORT, key)
    for role in ("author", "read"):
        made = strict.post("tokens", {"role": role, "notebook": "course*"}, ADMIN).json()
    strict.delete(f"tokens/{made['id']}", ADMIN)
    strict.post("errors", {**REPORT, "notebook": "a notebook with a long name, of which there are many " * 3})
    context = browser.new_context(**VIEWS[who])  # type: ignore[arg-type]
    reader = Reader(context, Site(f"{strict.url}/", ADMIN))
    for name, path, button in (
        ("keys", "keys", "Make a key"),
        ("tokens", "tokens", "Make a token"),
        ("notebook with keys", "notebooks/course", "Make a key"),
    ):
        page = reader.go(path)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "it scrolls sideways"
        page.screenshot(path=picture(f"{name}-{who}"), full_page=True)
        assert serious_violations(page) == []
        if name == "tokens":
            page.get_by_role("textbox", name="Notebooks").fill("course*")
        elif name == "keys":
            page.get_by_role("textbox", name="Notebook").fill("a new one")
        page.get_by_role("button", name=button).last.click()
        expect(page.locator("pre").last).to_contain_text(re.compile("(report|read)_"))
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "it scrolls sideways"
        page.screenshot(path=picture(f"made on {name}-{who}"))
        assert serious_violations(page) == []
    assert reader.problems == []
    context.close()


def test_an_author_gives_a_notebook_a_key_without_script(strict: Collector, scriptless: Page) -> None:
    page = scriptless
    strict.post("errors", {**REPORT, "notebook": "lecture"})
    page.get_by_role("link", name="Notebook keys").click()
    expect(page.get_by_role("list", name="Not accepted")).to_contain_text("<i>week 1?")
    page.get_by_role("button", name="Make a key of lecture").click()
    lines = page.locator("pre").inner_text()
    assert lines.startswith("%pip install")
    (key,) = re.findall(r"report_[\w-]+", lines)
    expect(page.get_by_role("button", name="Copy")).not_to_be_visible()
    assert strict.post("errors", {**REPORT, "notebook": "lecture"}, key).status_code == 200
    page.get_by_role("link", name="Notebooks", exact=True).click()
    page.get_by_role("link", name="lecture").click()
    expect(page.get_by_role("list", name="Keys of this notebook").get_by_role("listitem")).to_have_count(1)
    page.get_by_role("button", name="Make a key").click()
    expect(page.locator("h1")).to_have_text("A key of lecture")
    page.goto(f"{strict.url}/notebooks/lecture")
    (older, *_) = strict.read("keys", notebook="lecture")[-1:]
    page.get_by_role("button", name=f"Revoke key {older['id']}").click()
    assert "notebooks/lecture" in page.url
    expect(page.get_by_role("list", name="Keys of this notebook").get_by_role("listitem")).to_have_count(1)
    assert strict.post("errors", {**REPORT, "notebook": "lecture"}, key).status_code == 401


def test_a_token_is_made_and_revoked_without_script(strict: Collector, scriptless: Page) -> None:
    page = scriptless
    page.get_by_role("link", name="Tokens").click()
    page.get_by_label("Role").select_option("read")
    page.get_by_role("textbox", name="Notebooks").fill("lecture*")
    page.get_by_role("button", name="Make a token").click()
    token = page.locator("pre").inner_text().strip()
    assert strict.get("errors", token).status_code == 200
    page.get_by_role("link", name="All tokens").click()
    row = page.get_by_role("listitem").filter(has_text="lecture*")
    expect(row).not_to_contain_text("never")
    row.get_by_role("button", name="Revoke").click()
    expect(row).to_contain_text("revoked")
    assert strict.get("errors", token).status_code == 401


def test_the_lines_are_copied_at_a_click(browser: Browser, strict: Collector) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = Reader(context, Site(f"{strict.url}/", ADMIN)).go("keys")
    page.get_by_role("textbox", name="Notebook").fill("copied")
    page.get_by_role("button", name="Make a key", exact=True).click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.splitlines()[2].startswith("ErrorServer(")
    context.close()
