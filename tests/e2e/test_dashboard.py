"""The dashboard of both servers in a real browser, as authors use it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from jupyter_errreport.contract import notebook_identity
from tests.e2e.sites import COURSE, Reader, Site, fill, serious_violations
from tests.support.browsers import chromium
from tests.support.collectors import ADMIN, Collector
from tests.support.hostile import ALL, CONTROLS, LONG_LINE, MARK, TURNING
from tests.support.jupyter_servers import TOKEN, JupyterServer, clean_environment

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.needs("installed wheel")]

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 780}
PAGES = {
    "overview": ("", "What trips most people"),
    "groups": ("groups", "ValueError"),
    "open groups": ("groups?status=open&order=sessions&q=float", "could not convert"),
    "group": ("groups/{group}", "Why this is one group"),
    "notebooks": ("notebooks", notebook_identity(COURSE)),
    "notebook": ("notebooks/{notebook}", "Where people get stuck"),
    "sessions": ("sessions", COURSE),
    "errors": ("errors", "FileNotFoundError"),
    "error": ("errors/{error}", "float(rows[0])"),
    "interface": ("docs", "openapi"),
    "nothing found": ("groups?q=nothing+like+it", "No group matches"),
    "nothing there": ("groups/nothing", "There is no group of this id"),
}
"""Of each page: its address, and what stands there."""


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


@pytest.fixture(
    scope="module",
    params=["collector", "jupyter", pytest.param("shared_collector", marks=pytest.mark.needs("postgresql"))],
)
def site(request: pytest.FixtureRequest) -> Site:
    """Each of the two servers, with errors in it; the collector also as two processes on PostgreSQL."""
    if request.param != "jupyter":
        collector: Collector = request.getfixturevalue(request.param)
        made = Site(f"{collector.url}/", ADMIN)
    else:
        server: JupyterServer = request.getfixturevalue("server")
        made = Site(f"{server.url}/errreport/", TOKEN)
    fill(made)
    return made


@pytest.fixture(scope="module")
def readers(browser: Browser, site: Site) -> Iterator[dict[str, Reader]]:
    """One at a desk by day, one with a phone at night."""
    desk = browser.new_context(viewport=DESK, color_scheme="light")
    phone = browser.new_context(viewport=PHONE, color_scheme="dark", has_touch=True, is_mobile=True)
    yield {"desk": Reader(desk, site), "phone": Reader(phone, site)}
    desk.close()
    phone.close()


@pytest.fixture
def reader(browser: Browser, site: Site) -> Iterator[Reader]:
    """Somebody at a desk; nothing may have been complained about at the end."""
    context = browser.new_context(viewport=DESK, color_scheme="light")
    made = Reader(context, site)
    yield made
    assert made.problems == []
    context.close()


@pytest.fixture
def scriptless(browser: Browser, site: Site) -> Iterator[Page]:
    """The page of somebody whose browser runs no script."""
    context = browser.new_context(viewport=DESK, java_script_enabled=False)
    yield Reader(context, site).page
    context.close()


def address(site: Site, path: str) -> str:
    """The address of a page of `PAGES`."""
    groups, errors = site.get("groups?error_name=ValueError"), site.get("errors?error_name=ValueError")
    return path.format(group=groups[-1]["group"], error=errors[-1]["event_id"], notebook=quote(COURSE, safe=""))


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("who", ["desk", "phone"])
def test_everybody_can_read_every_page(
    readers: dict[str, Reader], who: str, name: str, picture: Callable[[str], str]
) -> None:
    reader = readers[who]
    reader.problems.clear()
    path, text = PAGES[name]
    page = reader.go(address(reader.site, path))
    assert text in page.inner_text("main")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "it scrolls sideways"
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert max(paper) < 80 if who == "phone" else min(paper) > 200
    page.screenshot(path=picture(f"{name}-{who}-{'jupyter' if 'errreport' in page.url else 'collector'}"))
    assert serious_violations(page) == []
    # The browser itself says that an address is not there.
    assert [problem for problem in reader.problems if "404" not in problem or name != "nothing there"] == []


def test_an_author_decides_without_script(site: Site, scriptless: Page) -> None:
    name = "UnicodeDecodeError"
    other, group = site.fail("UnicodeError"), site.fail(name)
    page = scriptless
    page.goto(site.root)
    page.get_by_role("link", name="Groups", exact=True).click()
    page.get_by_label("Search").fill(name)
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("listitem").get_by_role("link", name=name).click()
    page.get_by_label("Hint for readers").fill("Save the table as UTF-8.")
    page.get_by_role("button", name="Save the hint").click()
    expect(page.get_by_label("Hint for readers")).to_have_value("Save the table as UTF-8.")
    page.get_by_label("Note for yourself").fill("<b>ask Ann</b>")
    page.get_by_role("button", name="Save the note").click()
    page.get_by_label("For how long").select_option("sessions")
    page.get_by_label("Sessions", exact=True).fill("4")
    page.get_by_role("button", name="Ignore").click()
    expect(page.locator("main")).to_contain_text("Ignored for 4 more sessions")
    page.get_by_role("button", name="Open again").click()
    page.get_by_role("button", name="Resolve").click()
    expect(page.locator(".headline")).to_contain_text("Resolved")
    kept = site.get(f"groups/{group}")
    assert (kept["status"], kept["hint"], kept["note"]) == ("resolved", "Save the table as UTF-8.", "<b>ask Ann</b>")
    (again,) = site.post("errors", [site.get("errors?q=" + name)[0] | {"event_id": ""}])
    assert again["hint"] == "Save the table as UTF-8.", "the next reader is told"

    page.locator(".regroup summary").click()
    page.get_by_label("Make it part of").select_option(other)
    page.get_by_role("button", name="Merge").click()
    assert page.url.endswith(other)
    assert site.get(f"groups/{group}")["group"] == other
    page.locator(".regroup summary").click()
    page.get_by_role("button", name="Split off").first.click()
    assert site.get(f"groups/{other}")["count"] == 1


def test_the_keys_do_what_the_dialog_says(reader: Reader) -> None:
    group = reader.site.fail("RecursionError")
    page = reader.go("groups?q=e")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("next row")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).not_to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_label("Search")).to_be_focused()
    page.keyboard.type("Recursion")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=*Recursion*")
    page.goto(f"{reader.site.root}groups")
    rows = page.locator("[data-row]")
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1).locator(".go")).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0).locator(".go")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/groups/{group}")
    for key, status in (("r", "resolved"), ("o", "open"), ("i", "ignored")):
        page.keyboard.press(key)
        expect(page.locator(f".headline .mark.{status}")).to_be_visible()
        page.wait_for_load_state()
    page.get_by_label("Note for yourself").fill("")
    page.keyboard.type("or")
    expect(page.locator(".headline .mark.ignored")).to_be_visible()


def test_what_is_new_comes_by_itself(reader: Reader) -> None:
    page = reader.go("groups?status=open")
    page.evaluate("window.sameDocument = true")
    page.keyboard.press("j")
    chosen = page.locator("[data-row].here").get_attribute("data-key")
    reader.site.fail("TimeoutError", error_message="the newest")
    expect(page.locator("[data-row]").first).to_contain_text("TimeoutError")
    assert page.evaluate("window.sameDocument")
    assert page.locator("[data-row].here").get_attribute("data-key") == chosen
    expect(page.locator("[data-row].here .go")).to_be_focused()


def test_what_somebody_writes_is_not_swept_away_by_news(reader: Reader) -> None:
    group = reader.site.fail("BrokenPipeError")
    page = reader.go(f"groups/{group}")
    page.get_by_label("Hint for readers").fill("half a sen")
    with page.expect_response(lambda response: response.url.endswith(group)):
        reader.site.fail("BrokenPipeError")
    page.get_by_label("Hint for readers").press("End")
    expect(page.get_by_label("Hint for readers")).to_have_value("half a sen")
    expect(page.locator(".figures")).to_contain_text("Errors\n1", use_inner_text=True)
    page.get_by_label("Hint for readers").fill("")
    page.get_by_label("Search").or_(page.locator("h1")).first.click()
    expect(page.locator(".figures")).to_contain_text("Errors\n2", use_inner_text=True)


def test_text_of_strangers_is_text_on_every_page(reader: Reader) -> None:
    site = reader.site
    for text in ALL.values():
        sent = {"notebook": text, "error_name": text, "error_message": text, "first_line": text, "release": text}
        frame = {"filename": text, "fun_name": text, "lineno": 1}
        chain = [{"error_name": text, "error_message": text, "relation": "cause"}]
        site.post("errors", [sent | {"traceback": [frame], "chain": chain, "comments": [text]}])
    # More than this is not taken at all.
    site.fail(MARK, error_message=LONG_LINE[:200_000], notebook=MARK)
    # In two of them an address is masked, and the mark with it.
    stored = [error for error in site.get("errors?limit=100") if MARK in error["notebook"]]
    assert len(stored) >= len(ALL) - 1
    paths = ["", "groups", "notebooks", "errors", f"errors/{stored[0]['event_id']}"]
    for error in stored:
        paths += [f"groups/{error['group']}", f"notebooks/{quote(error['notebook'], safe='')}"]
    for path in paths:
        page = reader.go(path)
        shown = page.inner_text("main")
        assert MARK in shown, path
        assert not set(shown) & (CONTROLS | TURNING), path
        assert page.evaluate(f"window.{MARK}") is None, path
        assert page.locator("main script, main img, main [onload], main [onerror], main [autofocus]").count() == 0


def test_who_may_only_read_sees_no_buttons(browser: Browser, collector: Collector, here: Path) -> None:
    site = Site(f"{collector.url}/", ADMIN)
    group = site.fail("PermissionError")
    command = [here.parent / "jupyter", "errreport", "token", "create", "--role=read", f"--db={collector.db}"]
    made = subprocess.run(command, env=clean_environment(collector.home), capture_output=True, text=True, check=True)
    context = browser.new_context()
    page = Reader(context, Site(site.root, made.stdout.strip())).page
    page.goto(f"{site.root}groups/{group}")
    expect(page.locator("h1")).to_have_text("PermissionError")
    expect(page.locator("main button")).to_have_count(0)
    context.close()
