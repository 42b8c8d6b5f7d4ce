"""A deletion follows an error: from the Jupyter server, or the kernel, to the collector to which it was passed on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from jupyter_errreport.event import new_event_id
from tests.support.collectors import Collector
from tests.support.jupyter_servers import TOKEN, jupyter_server
from tests.support.waiting import wait_for

LOGIN = {"Authorization": f"token {TOKEN}"}

pytestmark = pytest.mark.needs("installed wheel")


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Collector]:
    (tmp_path / "collector").mkdir()
    collector = Collector(Path(sys.executable), tmp_path / "collector")
    yield collector
    collector.kill()


def test_errors_deleted_at_the_server_do_not_stay_at_the_collector(tmp_path: Path, collector: Collector) -> None:
    with jupyter_server(
        Path(sys.executable), tmp_path / "server", f"--JupyterErrReport.collector_url={collector.url}"
    ) as server:
        for number in range(11):
            event = {"error_name": f"E{number}", "notebook": "dock", "event_id": new_event_id()}
            sent = requests.post(f"{server.url}/errreport/errors", json=event, headers=LOGIN, timeout=60)
            assert sent.status_code == 200
        collector.post("errors", {"error_name": "Other", "notebook": "dock"})
        wait_for(lambda: len(collector.errors()) == 12, "all, passed on", 30)
        deleted = requests.delete(f"{server.url}/errreport/errors?all=true", headers=LOGIN, timeout=60)
        assert deleted.json() == {"deleted": 11}
        wait_for(lambda: len(collector.errors()) == 1, "the deletions, passed on", 30)
        assert collector.read("errors")[0]["error_name"] == "Other"
