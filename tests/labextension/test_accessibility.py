"""The panel for people who use a keyboard or a screen reader, in both themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.sites import serious_violations
from tests.labextension.front_end import PANEL, FrontEnd, write_notebook
from tests.labextension.test_notebook import ASKING
from tests.labextension.test_panel import ACTIVE, CELLS
from tests.support.jupyter_servers import JupyterServer
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.needs("installed wheel")]

OURS = (PANEL, ".jp-ErrReport-banner", ".jp-ErrReport-mark", "[data-errreport-state]")
"""The application has violations of its own."""


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_serious(lab: FrontEnd, home: Path, server: JupyterServer, theme: str) -> None:
    write_notebook(home / "axe.ipynb", *CELLS, ASKING)
    lab.open("axe.ipynb")
    lab.execute("apputils:change-theme", theme=theme)
    dark = "false" if theme.endswith("Dark") else "true"
    wait_for(lambda: lab.page.get_attribute("body", "data-jp-theme-light") == dark, "the theme")
    lab.run_all()
    expect(lab.page.locator(".jp-ErrReport-banner")).to_be_visible()
    expect(lab.page.locator(".jp-ErrReport-mark").first).to_be_visible()
    lab.button("Hint").first.click()
    expect(lab.panel.get_by_role("textbox")).to_be_visible()
    assert serious_violations(lab.page, *OURS) == []


def test_all_of_it_works_with_the_keyboard(lab: FrontEnd, home: Path, server: JupyterServer) -> None:
    write_notebook(home / "keys.ipynb", *CELLS)
    lab.open("keys.ipynb")
    lab.run_all()
    row = lab.panel.get_by_role("button", name="keys.ipynb [2]").first
    lab.button("Say more").first.focus()
    for _ in range(30):
        lab.page.keyboard.press("Tab")
        if row.evaluate("row => row === document.activeElement"):
            break
    lab.page.keyboard.press("Enter")
    expect(lab.page.locator(ACTIVE)).to_contain_text("energies['best']")
    row.focus()
    lab.page.keyboard.press("Shift+F10")
    expect(lab.page.get_by_role("menuitem", name="Copy Error as Text")).to_be_visible()
    lab.page.keyboard.press("Escape")
    lab.button("Hint").first.focus()
    lab.page.keyboard.press("Enter")
    expect(lab.panel.get_by_role("textbox")).to_be_focused()
    lab.page.keyboard.press("Escape")
    expect(lab.panel.get_by_role("textbox")).to_have_count(0)
