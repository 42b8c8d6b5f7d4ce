"""The collector's page of alerts: what happened, who was told, and a button to try the channels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.sites import Reader, Site, serious_violations
from tests.support.browsers import chromium
from tests.support.collectors import ADMIN, Collector
from tests.support.receiver import receiver
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.needs("installed wheel")]

SECRET = {"JUPYTER_ERRREPORT_WEBHOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}


@pytest.fixture(autouse=True)
def jp_asyncio_loop() -> None:
    """Instead of pytest-jupyter's, which would close the event loop that the browser runs in."""


@pytest.fixture(autouse=True)
def jp_server_cleanup() -> None:
    """Instead of pytest-jupyter's, which takes that loop."""


def test_alerts_are_read_and_channels_tried(here: Path, tmp_path: Path, picture: Callable[[str], str]) -> None:
    with receiver() as told, receiver() as broken, chromium() as browser:
        broken.answer = 500
        channels = f"{told.url}/hook {broken.url}/hook"
        collector = Collector(here, tmp_path, f"--ErrReportCollector.webhooks={channels}", **SECRET)
        site = Site(f"{collector.url}/", ADMIN)
        site.fail("ValueError")
        wait_for(lambda: told.requests, "the alert")
        reader = Reader(browser.new_context(), site)
        page = reader.go("alerts")
        expect(page.get_by_role("main")).to_contain_text("ValueError")
        expect(page.get_by_text("it is tried again")).to_be_visible()
        page.screenshot(path=picture("alerts"))
        assert serious_violations(page) == []
        page.get_by_role("button", name="Send a test message").click()
        expect(page.get_by_text("took it")).to_have_count(1)
        page.screenshot(path=picture("alerts-test"))
        assert serious_violations(page) == []
        assert reader.problems == []
        collector.stop()
