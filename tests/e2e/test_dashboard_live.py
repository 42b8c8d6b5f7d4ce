"""What the pages' script keeps in its place while news come, and what it does when the server was away."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.support.waiting import wait_for

from .test_dashboard import (  # the fixtures of all browser tests of the pages
    Reader,
    browser,
    jp_asyncio_loop,
    jp_server_cleanup,
    reader,
    site,
)

__all__ = ["browser", "jp_asyncio_loop", "jp_server_cleanup", "reader", "site"]


def test_who_stands_on_a_link_still_stands_there_when_news_came(reader: Reader) -> None:
    reader.site.fail("FloatingPointError")
    page = reader.go("")
    link = page.get_by_role("link", name="All open groups")
    link.focus()
    reader.site.fail("FirstNewsError")
    expect(page.locator("main")).to_contain_text("FirstNewsError")
    expect(link).to_be_focused()


def test_what_came_while_the_line_was_cut_is_shown_when_it_is_back(reader: Reader) -> None:
    page = reader.go("groups")
    # Not Playwright's `wait_for_function`, which evaluates in the page when it has to wait: our policy forbids that.
    wait_for(lambda: page.evaluate("source !== null && source.readyState === EventSource.OPEN"), "the connection")
    page.evaluate("source.onmessage = null")
    reader.site.fail("WhileAwayError")
    page.evaluate("source.onopen()")  # as the browser calls it when it has connected again
    expect(page.locator("[data-row]").first).to_contain_text("WhileAwayError")


def test_a_server_that_is_away_is_no_mistake_of_the_page(reader: Reader) -> None:
    page = reader.go("groups")
    page.route("**/groups", lambda route: route.abort())
    assert page.evaluate("refresh()") is None
    expect(page.locator("[data-row]").first).to_be_visible()
    page.unroute("**/groups")
    reader.problems = [problem for problem in reader.problems if "ERR_FAILED" not in problem]


def test_how_long_ago_goes_on(reader: Reader) -> None:
    reader.site.fail("ClockError")
    reader.page.clock.install()
    page = reader.go("groups?error_name=ClockError")
    moment = page.locator("[data-row] time").first
    expect(moment).to_have_text("just now")
    page.clock.run_for(4 * 60_000)
    expect(moment).to_have_text("4 min ago")


def test_a_decision_that_can_not_be_taken_is_told_on_a_page(reader: Reader) -> None:
    group = reader.site.fail("NotNowError")
    page = reader.go(f"groups/{group}")
    page.get_by_label("For how long").select_option("sessions")
    page.get_by_label("Sessions", exact=True).fill("many")
    page.get_by_role("button", name="Ignore").click()
    expect(page.locator("main")).to_contain_text("Write a whole number")
    reader.problems.clear()  # the browser names the 400 itself
