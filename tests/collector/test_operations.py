"""What an operator's tools ask a collector."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from jupyter_errreport.event import new_event_id
from tests.support.collectors import ADMIN, Collector
from tests.support.postgresql import PostgreSQLServer
from tests.support.waiting import wait_for

from .conftest import Start
from .test_access import make_token

pytestmark = pytest.mark.needs("installed wheel")


def figures(collector: Collector, token: str | None = None) -> dict[tuple[str, str], float]:
    """Each figure, by its name and the values of its labels."""
    answer = collector.get("metrics", token)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, " ".join(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def unready(collector: Collector) -> requests.Response:
    """The answer that it is not ready, once it gives that."""
    wait_for(lambda: collector.get("readyz").status_code == 503, "a refusal")
    return collector.get("readyz")


def test_a_collector_lives_and_is_ready(start: Start) -> None:
    collector = start()
    assert collector.get("healthz").json() == {"status": "ok"}
    assert collector.get("readyz").json() == {"status": "ready"}


def test_tables_of_a_newer_release_make_it_unready_but_not_dead(start: Start) -> None:
    collector = start()
    assert collector.get("readyz").status_code == 200
    collector.sql("UPDATE alembic_version SET version_num = 'v9999'")
    refused = unready(collector)
    assert refused.json()["reason"] == "not_ready"
    assert "another release" in refused.json()["message"]
    assert refused.headers["Retry-After"]
    assert collector.get("healthz").status_code == 200


def test_a_database_that_takes_no_changes_makes_it_unready_until_it_does(start: Start) -> None:
    collector = start()
    collector.sql("ALTER TABLE settings RENAME TO settings_away")
    refused = unready(collector)
    assert "nothing can be stored" in refused.json()["message"]
    assert "settings" not in refused.text, "what went wrong inside is for the log"
    assert "settings" in collector.log
    collector.sql("ALTER TABLE settings_away RENAME TO settings")
    wait_for(lambda: collector.get("readyz").status_code == 200, "a database that takes changes again")


def test_what_arrives_is_counted(start: Start) -> None:
    collector = start()
    event = {"error_name": "A", "event_id": new_event_id(), "session": "s", "notebook": "n"}
    collector.post("sessions", {"notebook": "n"})
    assert collector.post("errors", event).json()["status"] == "stored"
    assert collector.post("errors", event).json()["status"] == "duplicate"
    collector.post(
        "errors", [{"error_name": "B"}, {"error_name": 3}, {"error_name": "C", "traceback": [{"lineno": "x"}]}]
    )
    collector.post("errors", {"error_name": 3})
    collector.get("errors")
    collector.get("nowhere/at/all")
    found = figures(collector)
    assert {status: found["errreport_events_total", status] for status in ("stored", "duplicate", "rejected")} == {
        "stored": 2,
        "duplicate": 1,
        "rejected": 3,
    }
    assert found["errreport_refusals_total", "invalid_field"] == 3
    assert found["errreport_refusals_total", "not_logged_in"] == 1
    assert found["errreport_refusals_total", "not_found"] == 1
    assert found["errreport_request_seconds_count", "2xx POST errors"] == 3
    assert found["errreport_request_seconds_count", "4xx POST errors"] == 1
    assert found["errreport_request_seconds_count", "4xx GET other"] == 1
    assert found["errreport_request_seconds_sum", "2xx POST errors"] > 0
    assert (found["errreport_sessions", ""], found["errreport_notebooks", ""]) == (1, 2)
    assert (found["errreport_stored_events", ""], found["errreport_groups", "open"]) == (2, 2)
    assert found["errreport_database_bytes", ""] > 10_000
    for queue in ("writes", "alerts", "outbox"):
        assert found[f"errreport_{queue}_waiting", ""] == 0
    assert found["errreport_database_failing", ""] == 0


def test_alerts_that_nobody_takes_are_a_queue(start: Start) -> None:
    collector = start(
        "--ErrReportCollector.webhooks=http://127.0.0.1:9/nobody", "--ErrReportCollector.webhook_secret=nobody"
    )
    collector.post("errors", {"error_name": "A"})
    assert figures(collector)["errreport_alerts_waiting", ""] == 1


def test_names_of_strangers_are_no_labels(start: Start) -> None:
    collector = start()
    collector.post("errors", [{"error_name": "SECRET", "notebook": "SECRET", "SECRET": 1, "traceback": "SECRET"}])
    collector.get("SECRET/SECRET")
    collector.get("errors/SECRET", ADMIN)
    collector.request("SECRET", "errors")
    assert "SECRET" not in collector.get("metrics").text


def test_metrics_are_for_this_machine_the_metrics_token_and_admins_of_everything(start: Start) -> None:
    collector = start("--ErrReportCollector.metrics_token=for-prometheus")
    elsewhere = {"X-Forwarded-For": "192.0.2.7"}
    tokens = {
        role: make_token(collector, f"--role={role}", *more)
        for role, *more in (["read"], ["author"], ["admin"], ["admin", "--notebook=n"])
    } | {"limited": make_token(collector, "--role=admin", "--notebook=n")}
    assert collector.get("metrics").status_code == 200
    assert collector.get("metrics", headers=elsewhere).status_code == 401
    assert collector.get("metrics", headers={"X-Real-Ip": "127.0.0.1"}).status_code == 401
    assert collector.get("metrics", "wrong", headers=elsewhere).json()["reason"] == "wrong_token"
    assert collector.get("metrics", "for-prometheus", headers=elsewhere).status_code == 200
    assert collector.get("metrics", ADMIN, headers=elsewhere).status_code == 200
    for role in ("read", "author", "limited"):
        assert collector.get("metrics", tokens[role], headers=elsewhere).status_code == 403, role
    for path in ("errors", "status"):
        assert "errors" not in collector.get(path, "for-prometheus").text.replace("/errors", ""), "opens nothing else"
    assert "for-prometheus" not in collector.log


@pytest.mark.needs("postgresql")
def test_several_processes_add_up_whichever_is_asked_also_when_one_dies(
    tmp_path: Path, postgresql: PostgreSQLServer
) -> None:
    url = postgresql.fresh()
    collector = Collector(Path(sys.executable), tmp_path, "--processes=3", db=url, TMPDIR=str(tmp_path))
    try:
        pid = collector.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children")
        before = set(children.read_text().split())
        for _ in range(20):  # each on a connection of its own, so by chance at another process
            assert collector.post("errors", [{"error_name": "A"}, {"error_name": 3}]).status_code == 200
        for _ in range(6):
            found = figures(collector)
            assert found["errreport_events_total", "stored"] == 20
            assert found["errreport_events_total", "rejected"] == 20
            assert found["errreport_refusals_total", "invalid_field"] == 20
            assert found["errreport_request_seconds_count", "2xx POST errors"] == 20
            assert found["errreport_stored_events", ""] <= 20
        os.kill(int(min(before)), signal.SIGKILL)
        wait_for(lambda: len(set(children.read_text().split()) - before) == 1, "another process")
        assert wait_for(lambda: figures(collector))["errreport_events_total", "stored"] == 20
        assert list(tmp_path.glob("errreport-counters-*/*.db"))
        assert collector.stop() == 0
        assert not list(tmp_path.glob("errreport-counters-*"))
    finally:
        if collector.process.poll() is None:
            collector.kill()
        postgresql.drop(url)
