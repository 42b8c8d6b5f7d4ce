"""What a Jupyter server has stored reaches its collector, whoever is killed in between."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from jupyter_errreport.event import new_event_id
from tests.support.collectors import Collector
from tests.support.jupyter_servers import JupyterServer, jupyter_server
from tests.support.ports import take_port
from tests.support.receiver import receiver
from tests.support.waiting import wait_for

pytestmark = pytest.mark.needs("installed wheel")


def store(server: JupyterServer, names: list[str]) -> list[str]:
    """Post events as a kernel does; the ids of those that were answered `stored`."""
    events = [{"error_name": name, "notebook": "n", "event_id": new_event_id()} for name in names]
    answers = server.session.post(f"{server.url}/errreport/errors", json=events, timeout=60).json()
    assert {answer["status"] for answer in answers} == {"stored"}
    return [answer["event_id"] for answer in answers]


def kill(server: JupyterServer) -> None:
    server.process.kill()
    server.process.wait(30)
    (server.home / "server.log").unlink()  # the next one is to write its own address there


def destination(server: JupyterServer) -> dict[str, Any]:
    """What the status says of the only destination; its figures add up."""
    status = server.get("/errreport/status").json()
    (state,) = status["destinations"]
    ends = ("sent", "duplicate", "rejected", "dropped", "waiting")
    assert state["queued"] == sum(state[name] for name in ends)
    assert status["errors"]["events"] == state["queued"]
    return dict(state)


def test_what_waits_survives_kill_9_and_arrives_once(here: Path, tmp_path: Path) -> None:
    port = take_port()
    home = tmp_path / "home"
    home.mkdir()
    settings = [f"--JupyterErrReport.collector_url=http://127.0.0.1:{port}"]
    stored: list[str] = []
    for round_ in range(2):  # while nobody answers
        server = JupyterServer(here, home, *settings).wait()
        stored += store(server, [f"E{round_}-{number}" for number in range(150)])
        kill(server)
    folder = tmp_path / "collector"
    folder.mkdir()
    collector = Collector(here, folder, port=port)
    try:
        for round_ in range(2):  # while it is being sent
            server = JupyterServer(here, home, *settings).wait()
            stored += store(server, [f"F{round_}-{number}" for number in range(150)])
            kill(server)
        with jupyter_server(here, home, *settings) as last:
            wait_for(lambda: destination(last)["waiting"] == 0, "the outbox to be empty", 60)
            assert destination(last)["queued"] == len(stored) == 600
        collected = [error["event_id"] for error in collector.errors(limit="1000")]
        assert sorted(collected) == sorted(stored)
        assert collector.read("status")["errors"] == {"events": 600, "count": 600, "sampled": 0}
    finally:
        collector.stop()


def test_a_collector_that_is_killed_has_everything_once_in_the_end(here: Path, tmp_path: Path) -> None:
    port = take_port()
    folder = tmp_path / "collector"
    folder.mkdir()
    stored: list[str] = []
    settings = [f"--JupyterErrReport.collector_url=http://127.0.0.1:{port}"]
    with jupyter_server(here, tmp_path / "home", *settings) as server:
        for round_ in range(3):
            collector = Collector(here, folder, port=port)
            stored += store(server, [f"E{round_}-{number}" for number in range(200)])
            collector.kill()
        collector = Collector(here, folder, port=port)
        try:
            wait_for(lambda: destination(server)["waiting"] == 0, "the outbox to be empty", 60)
            assert sorted(error["event_id"] for error in collector.errors(limit="1000")) == sorted(stored)
        finally:
            collector.stop()


def test_what_people_were_told_is_remembered_over_kill_9(here: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with receiver() as slack:
        webhook = {"JUPYTER_ERRREPORT_SLACK_WEBHOOK": f"{slack.url}/services/x"}
        server = JupyterServer(here, home, **webhook).wait()
        store(server, ["A"])
        wait_for(lambda: destination(server)["sent"] == 1, "the message")
        kill(server)
        with jupyter_server(here, home, **webhook) as again:
            store(again, ["A", "A", "B"])
            wait_for(lambda: destination(again)["sent"] == 2, "the other message")
            assert destination(again)["waiting"] == 2
        assert len(slack.requests) == 2


def test_a_server_whose_database_can_not_be_had_forwards_all_the_same(here: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "tmp").mkdir(parents=True)
    (home / "errors.sqlite").write_text("no database " * 100)
    with receiver() as collector:
        settings = [
            f"--JupyterErrReport.db={home / 'errors.sqlite'}",
            f"--JupyterErrReport.collector_url={collector.url}",
        ]
        with jupyter_server(here, home, *settings, TMPDIR=str(home / "tmp")) as server:
            with server.notebook("n.ipynb") as notebook:
                notebook.run("1 / 0")
                wait_for(lambda: collector.events, "the error at the collector")
            assert len(server.errors()) == 1
            status = server.get("/errreport/status").json()
            assert status["status"] == "degraded"
            assert str(home / "tmp") in status["message"]
    assert (home / "errors.sqlite").read_text().startswith("no database")


def test_two_servers_of_one_user_share_a_database_and_tell_people_once(here: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with receiver() as slack:
        webhook = {"JUPYTER_ERRREPORT_SLACK_WEBHOOK": f"{slack.url}/services/x"}
        with jupyter_server(here, home, **webhook) as one:
            (home / "server.log").rename(home / "first.log")
            with jupyter_server(here, home, **webhook) as two:
                store(one, ["A", "B"])
                store(two, ["B", "C"])
                wait_for(lambda: len(slack.requests) >= 3, "the messages")
                time.sleep(1.5)
                assert sorted(message_name(body) for _, _, body in slack.requests) == ["A", "B", "C"]
                assert len(one.errors()) == len(two.errors()) == 4


def message_name(body: bytes) -> str:
    return body.decode().partition('"text": "')[2][0]
