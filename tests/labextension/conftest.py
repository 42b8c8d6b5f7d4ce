"""A Jupyter server with JupyterLab and Notebook 7, and pages in a real browser."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.labextension.front_end import FrontEnd, arguments
from tests.support.browsers import chromium
from tests.support.jupyter_servers import JupyterServer, jupyter_server


@pytest.fixture(scope="session")
def here() -> Path:
    """The Python of the environment that the tests run in."""
    return Path(sys.executable)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server's notebooks and settings lie."""
    return tmp_path_factory.mktemp("front_end")


@pytest.fixture(scope="module")
def server(here: Path, home: Path) -> Iterator[JupyterServer]:
    with jupyter_server(here, home, *arguments(home)) as running:
        yield running


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a reader with no cookies."""
    context = browser.new_context(viewport={"width": 1180, "height": 760})
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


@pytest.fixture
def lab(server: JupyterServer, page: Page) -> Iterator[FrontEnd]:
    front_end = FrontEnd(page, server, "lab")
    yield front_end
    assert front_end.problems == []


@pytest.fixture
def notebook7(server: JupyterServer, page: Page) -> Iterator[FrontEnd]:
    front_end = FrontEnd(page, server, "notebook")
    yield front_end
    assert front_end.problems == []


@pytest.fixture
def picture(tmp_path: Path) -> Callable[[str], str]:
    """Where a screenshot of this name goes: to ERRREPORT_PICTURES if that is set, to be looked at."""
    folder = Path(os.environ.get("ERRREPORT_PICTURES", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return lambda name: str(folder / f"{name}.png")
