"""JupyterLab or Notebook 7 in a real browser, as a reader has it."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Locator, Page, expect

from tests.support.jupyter_servers import TOKEN, JupyterServer

PANEL = "#jupyter-errreport-errors"
QUIET = {"@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False}}
"""Settings without which JupyterLab asks whether it may fetch news."""


def arguments(home: Path) -> list[str]:
    """What a server is started with to serve front ends: windows of its own, and no news."""
    write_settings(home, QUIET)
    return [
        f"--LabApp.user_settings_dir={home / 'settings'}",
        f"--LabApp.workspaces_dir={home / 'workspaces'}",
        "--LabApp.expose_app_in_browser=True",
        f"--JupyterNotebookApp.user_settings_dir={home / 'settings'}",
        "--JupyterNotebookApp.expose_app_in_browser=True",
    ]


def write_settings(home: Path, settings: dict[str, dict[str, Any]]) -> None:
    """Settings of a user, by plugin."""
    for plugin, values in settings.items():
        file = home / "settings" / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))


def write_notebook(path: Path, *cells: str, kernel: str = "python3") -> None:
    """A notebook with these code cells."""
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": kernel, "display_name": kernel}})
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


class FrontEnd:
    """One page with a notebook and our panel."""

    def __init__(self, page: Page, server: JupyterServer, kind: str) -> None:
        self.page, self.server = page, server
        # A workspace of its own, in which no notebook of another test is open.
        self._place = f"lab/workspaces/{uuid.uuid4().hex}/tree" if kind == "lab" else "notebooks"
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self._note(str(error.stack)))

    def _note(self, problem: str) -> None:
        """Keep what went wrong in our own code: the applications have problems of their own."""
        if "jupyter-errreport" in problem:
            self.problems.append(problem)

    def open(self, path: str) -> None:
        """Open a notebook, and the panel beside it."""
        self.page.goto(f"{self.server.url}/{self._place}/{path}?token={TOKEN}")
        expect(self.page.locator(".jp-Notebook .jp-Cell").first).to_be_visible()
        self.wait_for_kernel()
        self.show_panel()

    def show_panel(self) -> None:
        self.execute("jupyter-errreport:show")
        expect(self.page.locator(PANEL)).to_be_visible()

    def execute(self, command: str, **arguments: Any) -> None:
        """Carry out a command of the application."""
        self.page.evaluate(
            "([command, given]) => void window.jupyterapp.commands.execute(command, given)", [command, arguments]
        )

    def wait_for_kernel(self) -> None:
        """Until the kernel of the notebook is idle."""
        self.page.wait_for_function(
            """() => [...window.jupyterapp.shell.widgets('main')].some(
                widget => widget.sessionContext?.session?.kernel?.status === 'idle')"""
        )

    def run(self, index: int) -> None:
        """Run a cell of the notebook, as Shift+Enter does, to its end."""
        prompt = self.cell(index).locator(".jp-InputPrompt")
        before = prompt.inner_text()
        prompt.click()
        self.page.keyboard.press("Shift+Enter")
        expect(prompt).not_to_have_text(before)
        expect(prompt).to_have_text(re.compile(r"\[\d+\]:"))

    def run_all(self) -> None:
        """Run every cell, also behind one that fails."""
        for index in range(self.page.locator(".jp-Notebook .jp-Cell").count()):
            self.run(index)

    def cell(self, index: int) -> Locator:
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    @property
    def panel(self) -> Locator:
        return self.page.locator(PANEL)

    @property
    def errors(self) -> Locator:
        """Every error that the panel has, seen or not."""
        return self.panel.locator("[data-event-id]")

    def button(self, name: str) -> Locator:
        return self.panel.get_by_role("button", name=name, exact=True)
