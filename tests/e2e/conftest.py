"""Whole chains of real processes, from the environment that the wheel is installed in."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.collectors import Collector
from tests.support.jupyter_servers import JupyterServer, jupyter_server
from tests.support.postgresql import PostgreSQLServer


@pytest.fixture(scope="session")
def here() -> Path:
    """The Python of the environment that the tests run in."""
    return Path(sys.executable)


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory, here: Path) -> Iterator[Collector]:
    running = Collector(here, tmp_path_factory.mktemp("collector"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def shared_collector(
    tmp_path_factory: pytest.TempPathFactory, here: Path, postgresql: PostgreSQLServer
) -> Iterator[Collector]:
    """Two processes on PostgreSQL."""
    url = postgresql.fresh()
    running = Collector(here, tmp_path_factory.mktemp("collector"), "--processes=2", db=url)
    yield running
    running.stop()
    postgresql.drop(url)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, here: Path) -> Iterator[JupyterServer]:
    """A Jupyter server as a user has it after `pip install`."""
    with jupyter_server(here, tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def picture(tmp_path: Path) -> Callable[[str], str]:
    """Where a screenshot of this name goes: to ERRREPORT_PICTURES if that is set, to be looked at."""
    folder = Path(os.environ.get("ERRREPORT_PICTURES", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return lambda name: str(folder / f"{name}.png")
