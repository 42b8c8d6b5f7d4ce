"""`jupyter errreport purge`: what is asked to be erased is, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_errreport.event import new_event_id
from tests.support.collectors import ADMIN, Collector

pytestmark = pytest.mark.needs("installed wheel")


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Collector]:
    """A collector with three errors: of two notebooks, one of a session."""
    collector = Collector(Path(sys.executable), tmp_path)
    collector.post("sessions", {"uuid": "a" * 32, "notebook": "dock"})
    for notebook, message, session in (("dock", "no scan", "a" * 32), ("dock", "no table", None), ("fold", "x", None)):
        event = {"error_name": "E", "error_message": message, "notebook": notebook, "event_id": new_event_id()}
        collector.post("errors", {**event, **({"session": session} if session else {})})
    yield collector
    collector.stop()


def purge(collector: Collector, *what: str) -> str:
    command = [str(Path(sys.executable).with_name("jupyter-errreport")), "purge", *what, "--db", str(collector.db)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def messages(collector: Collector) -> list[str]:
    return sorted(error["error_message"] for error in collector.get("errors", ADMIN).json())


@pytest.mark.parametrize(
    ("what", "left"),
    [
        (("--session", "a" * 32), ["no table", "x"]),
        (("--containing", "TABLE"), ["no scan", "x"]),
        (("--notebook", "dock"), ["x"]),
        (("--older-than", "1"), ["no scan", "no table", "x"]),
    ],
)
def test_what_is_asked_for_is_erased_and_nothing_else(
    filled: Collector, what: tuple[str, str], left: list[str]
) -> None:
    assert purge(filled, *what) == f"Erased {3 - len(left)} errors.\n"
    assert messages(filled) == left
