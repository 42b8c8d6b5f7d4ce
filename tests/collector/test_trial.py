"""At a real collector a test of reporting is listed, and no reader's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_errreport import ErrorServer
from tests.support.collectors import ADMIN, Collector

pytestmark = pytest.mark.needs("installed wheel")


def test_it_is_listed_and_no_share_counts_it(collector: Collector) -> None:
    key = "0" * 32
    collector.post("sessions", {"uuid": key, "notebook": "dock", "good_cells": 3})
    said = ErrorServer(url=collector.url, notebook="dock").test()
    assert said.startswith("The test arrived")
    event_id = said.rstrip(".").rpartition("/")[2]
    assert collector.read(f"errors/{event_id}")["error_message"] == "This is a test, nothing has failed."
    (notebook,) = [item for item in collector.read("notebooks") if item["notebook"] == "dock"]
    assert (notebook["sessions"], notebook["failed_sessions"]) == (1, 0)
    assert len(collector.read("sessions")) == 1


def test_the_link_that_is_printed_is_refused_and_the_line_beside_it_is_taken(collector: Collector) -> None:
    es = ErrorServer(url=f"{collector.url}/?token={ADMIN}", notebook="dock")
    assert "Write this in its place" in repr(es.enable())
    line = next(line for line in collector.log.splitlines() if line.startswith("In a notebook"))
    reported = eval(line.partition(": ")[2].replace(".enable()", ".test()"), {"ErrorServer": ErrorServer})
    assert reported.startswith("The test arrived")


def test_the_doctor_is_content_with_a_collector(collector: Collector) -> None:
    command = [str(Path(sys.executable).parent / "jupyter"), "errreport", "doctor", "--url", collector.url]
    done = subprocess.run(command, capture_output=True, text=True)
    assert "takes reports" in done.stdout, done.stderr
    assert "ok clock" in done.stdout
