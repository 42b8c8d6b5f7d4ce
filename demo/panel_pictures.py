"""The pictures of the panel: a reader's JupyterLab and Notebook 7, whose errors go to the collector of the course."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from .waiting import wait_until

SECONDS = 60.0
WINDOW = {"width": 1280, "height": 720}
EXAMPLE = Path(__file__).parents[1] / "examples" / "weather.ipynb"
QUIET = {"fetchNews": "false", "checkForUpdates": False}
"""Settings of JupyterLab without which it asks whether it may fetch news."""


@contextmanager
def running(command: list[str], folder: Path, listening: str, **environment: str) -> Iterator[str]:
    """What `jupyter` with these words prints of the place where it listens, while that runs with an empty HOME."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "JPY_"))}
    log = folder / f"{command[0]}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - ours
            [str(Path(sys.executable).parent / "jupyter"), *command],
            env={**kept, "HOME": str(folder), "JUPYTER_PLATFORM_DIRS": "0", **environment},
            cwd=folder,
            stdout=output,
            stderr=output,
        )
    try:
        found = wait_until(lambda: re.search(listening, log.read_text()), "nobody listens", SECONDS, lambda _: None)
        yield found.group()
    finally:
        process.terminate()
        process.wait(SECONDS)


def take_panel(browser: Browser, collector: str, token: str, folder: Path, pictures: Path) -> None:
    """`jupyterlab-panel`, `notebook7-panel-dark`: a reader without the table, and the author's hint about it."""
    work, settings = folder / "course", folder / "settings"
    work.mkdir()
    shutil.copy(EXAMPLE, work)
    news = settings / "@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    news.parent.mkdir(parents=True)
    news.write_text(json.dumps(QUIET))
    command = ["lab", "--no-browser", "--allow-root", "--ServerApp.port=0", "--IdentityProvider.token="]
    command += [
        f"--ServerApp.root_dir={work}",
        f"--LabApp.user_settings_dir={settings}",
        f"--JupyterErrReport.collector_url={collector}",
    ]
    command += [
        f"--JupyterNotebookApp.user_settings_dir={settings}",
        "--LabApp.expose_app_in_browser=True",
        "--JupyterNotebookApp.expose_app_in_browser=True",
    ]
    with running(
        command, folder, r"http://(localhost|127\.0\.0\.1):\d+/", JUPYTER_ERRREPORT_COLLECTOR_TOKEN=token
    ) as url:
        context = browser.new_context(viewport=WINDOW)  # type: ignore[arg-type]
        page = context.new_page()
        page.set_default_timeout(SECONDS * 1_000)
        page.goto(f"{url}lab/tree/weather.ipynb")
        _run_cells(page, 2)
        page.get_by_text("knows this error").wait_for()
        page.locator(".jp-ErrReport-mark").first.wait_for()
        page.screenshot(path=pictures / "jupyterlab-panel.png")
        page.goto(f"{url}notebooks/weather.ipynb")
        _run_cells(page, 2)
        page.evaluate("window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
        page.locator('body[data-jp-theme-light="false"]').wait_for(state="attached")
        page.screenshot(path=pictures / "notebook7-panel-dark.png")
        context.close()


def _run_cells(page: Page, count: int) -> None:
    """Show the panel, run the first code cells (the last of them fails), and wait for the error to be listed."""
    page.wait_for_function(
        """() => [...window.jupyterapp.shell.widgets('main')].some(
            widget => widget.sessionContext?.session?.kernel?.status === 'idle')"""
    )
    page.evaluate("window.jupyterapp.commands.execute('jupyter-errreport:show')")
    for number in range(count + 1):
        page.locator(".jp-Notebook .jp-Cell").nth(number).click()
        page.keyboard.press("Shift+Enter")
    panel = page.locator("#jupyter-errreport-errors")
    panel.locator("[data-event-id]").first.wait_for()
    panel.get_by_text("1 sent").or_(panel.get_by_text("2 sent")).wait_for()
    for notice in page.locator(".jp-Notification-Toast-Close").all():
        notice.click()
    page.locator(".Toastify__toast").wait_for(state="detached")
