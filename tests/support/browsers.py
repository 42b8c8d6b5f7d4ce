"""Debian's Chromium, driven by Playwright."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, expect, sync_playwright

from tests.support.machine import find_chromium

PATIENCE = 60_000
"""Milliseconds that an expectation is waited for: a busy machine is no error."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that is closed at the end."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield running
        running.close()
