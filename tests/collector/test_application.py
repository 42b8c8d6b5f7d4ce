import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import requests
from errreport_collector.application import ErrReportCollector

from jupyter_errreport.event import new_event_id
from tests.support.collectors import ADMIN, Collector
from tests.support.jupyter_servers import clean_environment
from tests.support.waiting import wait_for

from .conftest import Start

pytestmark = pytest.mark.needs("installed wheel")

FIXED = {
    "ip", "port", "db", "slack_webhook", "max_transparency", "colab_only", "limits", "max_errors_per_session",
    "max_sessions_per_address", "min_seconds_between_errors", "retention_days", "dedup_days",
}  # fmt: skip


def run(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "errreport_collector", *arguments],
        env=clean_environment(home),
        capture_output=True,
        text=True,
        timeout=30,
    )


def test_an_event_that_was_answered_stored_survives_kill_9(start: Start) -> None:
    collector = start()
    event = {"error_name": "A", "event_id": new_event_id()}
    assert collector.post("errors", event).json()["status"] == "stored"
    collector.kill()
    collector.start()
    assert [e["event_id"] for e in collector.get("errors", ADMIN).json()] == [event["event_id"]]
    assert collector.post("errors", event).json()["status"] == "duplicate"


def test_whatever_was_answered_stored_under_load_survives_kill_9_and_counts_once(start: Start) -> None:
    collector = start()
    answered: list[str] = []
    enough = threading.Event()

    def send() -> None:
        while True:
            try:
                answer = collector.post("errors", {"error_name": "A", "event_id": new_event_id()}).json()
            except Exception:
                return
            assert answer["status"] == "stored"
            answered.append(answer["event_id"])
            if len(answered) > 50:
                enough.set()

    senders = [threading.Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    assert enough.wait(20)
    collector.kill()
    for sender in senders:
        sender.join(20)
    stored = [row[0] for row in collector.sql("SELECT event_id FROM errors")]
    assert set(answered) <= set(stored)
    assert len(set(stored)) == len(stored)


def test_a_kill_between_commit_and_answer_makes_the_next_attempt_a_duplicate(start: Start) -> None:
    collector = start()
    collector.stop()
    dying = (
        "import os, runpy, sys, jupyter_errreport.api.errors as errors;"
        "errors.answer_of = lambda outcome: os.kill(os.getpid(), 9);"
        "sys.argv[0] = 'errreport_collector';"
        "runpy.run_module('errreport_collector', run_name='__main__')"
    )
    command, collector.command = collector.command, [sys.executable, "-c", dying]
    collector.start()
    event = {"error_name": "A", "event_id": new_event_id()}
    with pytest.raises(requests.ConnectionError):
        collector.post("errors", event)
    collector.kill()
    collector.command = command
    collector.start()
    assert collector.post("errors", event).json()["status"] == "duplicate"
    assert [e["event_id"] for e in collector.get("errors", ADMIN).json()] == [event["event_id"]]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_status_0(start: Start, number: int) -> None:
    collector = start()
    collector.post("errors", {"error_name": "A"})
    assert collector.stop(number) == 0
    assert "Traceback" not in collector.log
    assert not Path(f"{collector.db}-wal").exists(), "what SQLite has still to move into the file"


def test_the_link_that_is_printed_opens_the_errors(start: Start) -> None:
    collector = start(token="")
    link = re.search(r"http://\S+\?token=\S+", collector.log)
    assert link
    answer = collector.get(link.group().removeprefix(f"{collector.url}/"))
    assert answer.status_code == 200
    assert "role <b>admin</b>" in answer.text


def test_a_token_that_was_set_is_not_printed(start: Start) -> None:
    collector = start()
    assert ADMIN not in collector.log


def test_a_port_that_is_taken_is_said_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        ended = run(tmp_path, f"--port={other.getsockname()[1]}", f"--db={tmp_path}/x.sqlite")
    assert ended.returncode == 1
    assert "Another program" in ended.stderr or "another program" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_several_processes_on_sqlite_are_refused(tmp_path: Path) -> None:
    ended = run(tmp_path, "--processes=2")
    assert ended.returncode == 1
    assert "PostgreSQL" in ended.stderr


def test_a_database_that_can_not_be_used_is_said_so(tmp_path: Path) -> None:
    ended = run(tmp_path, f"--db={tmp_path}")
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert str(tmp_path) in ended.stderr


def test_the_default_database_is_in_jupyters_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    assert ErrReportCollector().db == str(tmp_path / "errreport" / "collector.sqlite")


def test_a_configuration_file_is_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "config.py"
    assert run(tmp_path, "--generate-config", f"--config={path}").returncode == 0
    assert "# c.ErrReportCollector.max_transparency = False" in path.read_text()
    path.write_text("c.ErrReportCollector.processes = 3\n")
    assert "PostgreSQL" in run(tmp_path, f"--config={path}").stderr


def test_neither_help_nor_the_configuration_file_shows_a_secret(tmp_path: Path) -> None:
    path = tmp_path / "config.py"
    secrets = clean_environment(
        tmp_path,
        JUPYTER_ERRREPORT_ADMIN_TOKEN="my-secret",
        JUPYTER_ERRREPORT_SLACK_WEBHOOK="https://x.example/my-secret",
    )
    for arguments in (["--help-all"], ["--generate-config", f"--config={path}"]):
        command = [sys.executable, "-m", "errreport_collector", *arguments]
        ended = subprocess.run(command, env=secrets, capture_output=True, text=True, timeout=30, check=True)
        assert "my-secret" not in ended.stdout + ended.stderr
    assert "my-secret" not in path.read_text()


def test_help_tells_of_every_trait(tmp_path: Path) -> None:
    text = run(tmp_path, "--help-all").stdout
    for name, trait in ErrReportCollector.class_own_traits(config=True).items():
        assert f"--ErrReportCollector.{name}" in text
        assert len(str(trait.help)) > 20, name
    assert set(ErrReportCollector.class_own_traits(config=True)) >= FIXED


def test_a_network_that_is_none_is_refused(tmp_path: Path) -> None:
    ended = run(tmp_path, "--ErrReportCollector.colab_networks=nonsense")
    assert ended.returncode == 1
    assert "colab_networks" in ended.stderr


def test_secrets_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_ERRREPORT_ADMIN_TOKEN", "a")
    monkeypatch.setenv("JUPYTER_ERRREPORT_SLACK_WEBHOOK", "https://hooks.example.org/x")
    application: Any = ErrReportCollector()
    assert (application.admin_token, application.token_was_made) == ("a", False)
    assert application.slack_webhook == "https://hooks.example.org/x"


def test_what_is_too_old_is_deleted_at_the_start(start: Start) -> None:
    collector = start("--ErrReportCollector.retention_days=30")
    collector.post("errors", [{"error_name": "old"}, {"error_name": "new"}])
    collector.stop()
    collector.sql("UPDATE errors SET received_at = '2020-01-01T00:00:00.000000Z' WHERE error_name = 'old'")
    collector.start()
    wait_for(lambda: [event["error_name"] for event in collector.get("errors", ADMIN).json()] == ["new"])


def test_the_file_of_a_database_is_for_this_user_only(tmp_path: Path) -> None:
    collector = Collector(Path(sys.executable), tmp_path)
    collector.kill()
    assert Path(collector.db).stat().st_mode & 0o077 == 0


def test_an_empty_admin_token_is_refused(tmp_path: Path) -> None:
    ended = run(tmp_path, "--ErrReportCollector.admin_token=", f"--db={tmp_path}/x.sqlite", "--port=0")
    assert ended.returncode == 1
    assert "admin_token" in ended.stderr
