"""Nothing is mounted in a collector that `openapi.yaml` does not describe."""

from pathlib import Path

from errreport_collector.alerting import Alerting
from errreport_collector.running import Running
from errreport_collector.server import make_application

from jupyter_errreport.api import Service
from jupyter_errreport.api.service.noted import Noted
from jupyter_errreport.store import Database
from tests.support.described import described, mounted


def test_the_collector_serves_what_is_described_and_nothing_else(tmp_path: Path) -> None:
    database = Database(tmp_path / "never.sqlite")
    running = Running(Service(database), Alerting(database, []), port=1, admin_sha256="", noted=Noted(database))
    assert mounted(make_application(running, "s"), "/") == described("collector")
