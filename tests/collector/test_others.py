"""A real collector tells a real Bugsink, and a receiver of OpenTelemetry's log records."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from jupyter_errreport.event import new_event_id
from tests.conftest import require
from tests.support.bugsink import KEY, Bugsink, bugsink
from tests.support.collectors import ADMIN, Collector
from tests.support.receiver import Receiver
from tests.support.runtimes import BUGSINK
from tests.support.waiting import wait_for

from .conftest import Start

pytestmark = pytest.mark.needs("installed wheel")
CELL = "import pandas as pd\ntable = pd.read_csv('doses.csv')\ntable['dose']"


@pytest.fixture
def sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bugsink]:
    if BUGSINK.base is None:
        require(f"python{BUGSINK.needed_python}")
    with bugsink(tmp_path_factory.mktemp("bugsink")) as running:
        yield running


def sent(collector: Collector, kind: str) -> int:
    found = [place for place in collector.read("status")["destinations"] if place["kind"] == kind]
    return int(found[0]["sent"]) if found else 0


def an_error(**more: object) -> dict[str, object]:
    frames = [
        {"filename": "<cell 3>", "fun_name": "<module>", "lineno": 3},
        {"filename": "pandas/core/frame.py", "fun_name": "__getitem__", "lineno": 4107},
    ]
    fields = {"error_name": "KeyError", "error_message": "<str>", "notebook": "dock", "event_id": new_event_id()}
    return {**fields, "first_line": "import pandas as pd", "execution_count": 3, "traceback": frames, **more}


def test_bugsink_shows_notebooks_errors_in_our_groups_and_once(start: Start, sink: Bugsink) -> None:
    """Both collectors have the error, as where a server passes it on: for Bugsink it is one event."""
    otlp = Receiver()
    dsn = f"--ErrReportCollector.sentry_dsn={sink.dsn}"
    collector = start(dsn, f"--ErrReportCollector.otlp_endpoint={otlp.url}")
    published = collector.request("PUT", "notebooks/dock/source", ADMIN, json={"cells": [{"source": CELL}]})
    assert published.status_code == 200
    cell_hash = collector.get("notebooks/dock/source", ADMIN).json()["cells"][0]["cell_hash"]
    first = an_error(cell_hash=cell_hash, release="1.3")
    group = collector.post("errors", first).json()["group"]
    collector.post("errors", [an_error(), an_error(error_name="OSError", notebook="tide")])
    wait_for(lambda: sent(collector, "sentry") == 3 and sent(collector, "otlp") == 3, "all three, at both", 60)
    other = start(dsn)
    other.post("errors", first)
    wait_for(lambda: _settled(other), "its answer", 60)

    told = {event["event_id"]: event for event in sink.events()}
    assert len(told) == len(sink.events()) == 3
    assert [issue[0] for issue in sink.issues()] == ["KeyError", "OSError"]
    event = told[str(first["event_id"]).replace("-", "")]
    assert event["fingerprint"] == [group]
    assert (event["release"], event["tags"]["notebook"], event["tags"]["ename"]) == ("1.3", "dock", "KeyError")
    frame = event["exception"]["values"][-1]["stacktrace"]["frames"][0]
    assert (frame["filename"], frame["context_line"]) == ("dock/<cell 3>", "table['dose']")
    assert "user" not in event

    bodies = [json_format.Parse(body, ExportLogsServiceRequest()) for _, _, body in otlp.requests]
    services = {request.resource_logs[0].resource.attributes[0].value.string_value for request in bodies}
    assert (len(bodies), services) == (3, {"dock", "tide"})
    assert KEY not in json.dumps(collector.read("status"))
    assert KEY not in collector.log
    assert collector.stop() == other.stop() == 0
    otlp.close()


def _settled(collector: Collector) -> bool:
    (place,) = collector.read("status")["destinations"]
    return place["sent"] + place["rejected"] == 1


def test_what_is_no_dsn_is_said_at_the_start(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "errreport_collector", "--port=0", f"--db={tmp_path / 'db.sqlite'}"]
    done = subprocess.run(
        [*command, "--ErrReportCollector.sentry_dsn=https://sentry.example.org/1"], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "looks like https://PUBLIC_KEY@" in done.stdout + done.stderr
