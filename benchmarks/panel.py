"""`python benchmarks/panel.py`: how smooth the panel stays with 500 errors, beside 10, in one real JupyterLab."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import requests
from figures import table
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from demo.panel_pictures import SECONDS, running
from jupyter_errreport.event import new_event_id

TOKEN = "for-the-benchmark"
FEW, MANY, GROUPS = 10, 500, 60
PANEL = "#jupyter-errreport-errors"
WATCH_TASKS = """() => {
    window.longest = 0;
    new PerformanceObserver(list => list.getEntries().forEach(
        task => { window.longest = Math.max(window.longest, task.duration); })).observe({type: 'longtask'});
}"""
SCROLL = """async panel => {
    const list = document.querySelector(panel + ' .jp-ErrReport-list');
    let before = await new Promise(requestAnimationFrame), longest = 0;
    for (let step = 0; step < 60; step++) {
        list.scrollTop = (step % 30) * 120;
        const now = await new Promise(requestAnimationFrame);
        longest = Math.max(longest, now - before);
        before = now;
    }
    return longest;
}"""


def main() -> int:
    """Print the table; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        command = ["lab", "--no-browser", "--allow-root", "--ServerApp.port=0", f"--IdentityProvider.token={TOKEN}"]
        command += [f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True"]
        with running(command, folder, r"http://(localhost|127\.0\.0\.1):\d+/") as url:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            page = browser.new_page()
            page.set_default_timeout(SECONDS * 1_000)
            measured = [_measure(page, url, count, rounds) for count in (FEW, MANY)]
            browser.close()
    rows = [
        (
            what,
            *(f"{statistics.median(values[what]):.0f} ms" for values in measured),
            f"{max(measured[1][what]):.0f} ms",
        )
        for what in measured[0]
    ]
    print(table(("median", f"{FEW} errors", f"{MANY} errors", f"{MANY}, the worst"), rows))
    return 0


def _measure(page: Page, url: str, count: int, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each round, by what was measured."""
    _delete(url)
    _report(url, count)
    page.goto(f"{url}lab?token={TOKEN}")
    page.wait_for_function("window.jupyterapp?.shell")
    page.evaluate("window.jupyterapp.restored.then(() => window.jupyterapp.commands.execute('jupyter-errreport:show'))")
    page.locator(f"{PANEL} [data-event-id]").nth(count - 1).wait_for(state="attached")
    page.evaluate(WATCH_TASKS)
    found: dict[str, list[float]] = {
        "a new error appears after": [],
        "longest task meanwhile": [],
        "longest frame while scrolling": [],
    }
    for _ in range(rounds):
        page.evaluate("window.longest = 0")
        started = time.perf_counter()
        (event_id,) = _report(url, 1)
        page.locator(f'{PANEL} [data-event-id="{event_id}"]').wait_for(state="attached")
        found["a new error appears after"].append((time.perf_counter() - started) * 1_000)
        found["longest frame while scrolling"].append(page.evaluate(SCROLL, PANEL))
        found["longest task meanwhile"].append(page.evaluate("window.longest"))
    return found


def _report(url: str, count: int) -> list[str]:
    events = [
        {"event_id": new_event_id(), "error_name": f"Error{number % GROUPS}", "notebook": f"n{number % 7}.ipynb"}
        for number in range(count)
    ]
    requests.post(f"{url}errreport/errors", json=events, headers=_login(), timeout=60).raise_for_status()
    return [str(event["event_id"]) for event in events]


def _delete(url: str) -> None:
    requests.delete(f"{url}errreport/errors?all=true", headers=_login(), timeout=60).raise_for_status()


def _login() -> dict[str, str]:
    return {"Authorization": f"token {TOKEN}"}


if __name__ == "__main__":
    sys.exit(main())
