"""`python -m demo.pictures FOLDER`: the pictures of README and manual, from a month of a course in a real collector."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, sync_playwright

from .month.__main__ import main as make_month
from .month.recording import NOTEBOOK
from .panel_pictures import running, take_panel

TOKEN = "for-the-pictures"  # noqa: S105 - of a collector that lives for seconds
CHROMIUM = "/usr/bin/chromium"
DESK, PHONE = {"width": 1180, "height": 760}, {"width": 390, "height": 800}
PICTURES = (
    # Its name, the page, the window, the scheme, and whether all of the page is in it.
    ("overview", "", DESK, "light", True),
    ("groups-dark", "groups?status=open&order=sessions", DESK, "dark", False),
    ("group", "groups/{group}", DESK, "light", True),
    ("notebook", f"notebooks/{quote(NOTEBOOK)}", DESK, "light", True),
    ("notebook-phone", f"notebooks/{quote(NOTEBOOK)}", PHONE, "light", False),
    ("overview-phone-dark", "", PHONE, "dark", False),
)


def main(arguments: list[str] | None = None) -> int:
    """Take them all; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m demo.pictures", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--month", type=Path, metavar="DATABASE", help="one that demo.month has made (default: a new one)"
    )
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        database = options.month or Path(folder) / "month.sqlite"
        if options.month is None:
            make_month([str(database)])
        with _collector(database, Path(folder)) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            _take(browser, url, options.folder)
            take_panel(browser, url, TOKEN, Path(folder), options.folder)
            browser.close()
    return 0


def _take(browser: Browser, url: str, folder: Path) -> None:
    for name, path, window, scheme, whole in PICTURES:
        phone = window is PHONE
        context = browser.new_context(viewport=window, color_scheme=scheme, device_scale_factor=2 if phone else 1)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{url}?token={TOKEN}")
        page.get_by_role("button", name="Log in").click()
        group = context.request.get(f"{url}groups?status=open&order=sessions", headers={"Accept": "application/json"})
        # The one of which there is most to see: with a hint for readers.
        best = max(group.json(), key=lambda item: (bool(item["hint"]), item["sessions"]))
        page.goto(url + path.format(group=best["group"]))
        page.screenshot(path=folder / f"{name}.png", full_page=whole)
        context.close()


@contextmanager
def _collector(database: Path, folder: Path) -> Iterator[str]:
    """The address of a collector that shows this database."""
    command = ["errreport", "collector", "--port=0", f"--db={database}"]
    with running(command, folder, r"http://127\.0\.0\.1:\d+/", JUPYTER_ERRREPORT_ADMIN_TOKEN=TOKEN) as url:
        yield url


if __name__ == "__main__":
    sys.exit(main())
