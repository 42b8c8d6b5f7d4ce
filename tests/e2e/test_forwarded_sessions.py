"""A hub's teacher sees shares: users' servers pass on their sessions, with the cells that went well and failed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from jupyter_errreport.web.numbers import percent
from tests.support.collectors import ADMIN, Collector
from tests.support.jupyter_servers import JupyterServer, jupyter_server
from tests.support.ports import take_port
from tests.support.waiting import wait_for

pytestmark = pytest.mark.needs("installed wheel")


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Collector]:
    (tmp_path / "collector").mkdir()
    collector = Collector(Path(sys.executable), tmp_path / "collector", port=take_port())
    yield collector
    collector.kill()


def run(server: JupyterServer, *cells: str) -> None:
    """A user's way through the notebook."""
    with server.notebook("dock.ipynb") as notebook:
        for cell in cells:
            notebook.run(cell)
        wait_for(lambda: server.get("/errreport/sessions").json(), "the session", 30)


def sessions_of(collector: Collector) -> list[dict[str, Any]]:
    return list(collector.read("sessions", notebook="dock"))


def test_a_collector_shows_the_share_of_the_users_sessions(tmp_path: Path, collector: Collector) -> None:
    collector.stop()  # away while the first user works, whose server ends before it is back
    url = f"--JupyterErrReport.collector_url={collector.url}"
    with jupyter_server(Path(sys.executable), tmp_path / "lucky", url) as server:
        run(server, "1 + 1", "2 + 2")
    collector.start()
    (tmp_path / "lucky" / "server.log").unlink()
    with jupyter_server(Path(sys.executable), tmp_path / "lucky", url):
        wait_for(lambda: len(sessions_of(collector)) == 1, "the first user's session", 30)
    with jupyter_server(Path(sys.executable), tmp_path / "unlucky", url) as server:
        run(server, "1 + 1", "1 / 0")
    wait_for(lambda: len(sessions_of(collector)) == 2, "the other user's", 30)
    wait_for(lambda: sum(one["errors"] for one in sessions_of(collector)) == 1, "the error", 30)
    counts = sorted((one["good_cells"], one["failed_cells"], one["errors"]) for one in sessions_of(collector))
    assert counts == [(1, 1, 1), (2, 0, 0)]
    (error,) = collector.errors()
    assert error["session"] in {one["session"] for one in sessions_of(collector)}
    (notebook,) = collector.read("notebooks")
    assert (notebook["sessions"], notebook["error_free"]["share"]) == (2, 0.5)
    headers = {"Authorization": f"Bearer {ADMIN}", "Accept": "text/html"}
    page = requests.get(f"{collector.url}/notebooks/dock", headers=headers, timeout=60).text
    assert percent(0.5) in page
    assert "No session was counted" not in page


def test_a_session_that_its_author_has_told_the_same_collector_counts_once(
    tmp_path: Path, collector: Collector
) -> None:
    enabled = f"from jupyter_errreport import ErrorServer\nErrorServer({collector.url!r}, 'dock').enable()"
    url = f"--JupyterErrReport.collector_url={collector.url}"
    with jupyter_server(Path(sys.executable), tmp_path / "server", url) as server:
        run(server, enabled, "1 + 1")
        wait_for(lambda: sessions_of(collector), "the session that the kernel opened", 30)
    assert len(collector.read("sessions")) == 1
