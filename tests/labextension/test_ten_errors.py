"""Ten errors that say the same, five in each of two notebooks: ten groups, each with a hint for its readers alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.labextension.front_end import FrontEnd, write_notebook
from tests.support.jupyter_servers import JupyterServer
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.needs("installed wheel")]

CELLS = (
    "raise ValueError('Upload the file first')",
    "assert False, 'Run the cell above'",
    "{}['x']",
    "import types\ndf = types.MappingProxyType({})\ndf['X']",
    "next(iter([]))",
)
NOTEBOOKS = ("physics", "history")
PLACES = [(notebook, index) for notebook in NOTEBOOKS for index in range(len(CELLS))]


def test_each_of_ten_errors_is_a_group_with_a_hint_for_its_own_readers(
    page: Page, home: Path, server: JupyterServer
) -> None:
    for notebook in NOTEBOOKS:
        read(page, home, server, notebook)
    errors = wait_for(lambda: server.errors() if len(server.errors()) == len(PLACES) else [], "the ten errors")
    group_of = {
        (error["notebook"].removesuffix(".ipynb"), error["execution_count"] - 1): error["group"] for error in errors
    }
    assert sorted(group_of) == sorted(PLACES)
    assert len(set(group_of.values())) == len(PLACES)
    groups = {group["group"]: group for group in server.get("/errreport/groups").json()}
    assert set(groups) == set(group_of.values())
    assert {groups[group]["notebook"] for (notebook, _), group in group_of.items() if notebook == "physics"} == {
        "physics"
    }
    for (notebook, index), group in group_of.items():
        hint = {"hint": hint_of(notebook, index)}
        server.session.patch(f"{server.url}/errreport/groups/{group}", json=hint, timeout=60).raise_for_status()

    for notebook in NOTEBOOKS:  # the next reader's kernel
        lab = read(page, home, server, notebook)
        for index in range(len(CELLS)):
            output = lab.cell(index).locator(".jp-OutputArea")
            expect(output).to_contain_text(hint_of(notebook, index))
            shown = output.inner_text()
            others = [hint_of(*place) for place in PLACES if place != (notebook, index)]
            assert not [hint for hint in others if hint in shown]
    assert len(server.get("/errreport/groups").json()) == len(PLACES)


def read(page: Page, home: Path, server: JupyterServer, notebook: str) -> FrontEnd:
    """Run all of a notebook, as a reader does who has just got it."""
    for session in server.get("/api/sessions").json():
        server.session.delete(f"{server.url}/api/sessions/{session['id']}", timeout=60).raise_for_status()
    write_notebook(home / f"{notebook}.ipynb", *CELLS)
    lab = FrontEnd(page, server, "lab")  # in a workspace of its own, where no other notebook is open
    lab.open(f"{notebook}.ipynb")
    lab.run_all()
    assert lab.problems == []
    return lab


def hint_of(notebook: str, index: int) -> str:
    return f"Hint {index} for readers of {notebook}."
