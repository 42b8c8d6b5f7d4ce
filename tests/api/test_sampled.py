"""What is over a quota is answered `stored` and `sampled`; lists and pages say how many errors are only counted."""

from __future__ import annotations

import pytest

from jupyter_errreport.event import event_time, new_event_id
from jupyter_errreport.store import Limits, quotas

from .server import ApiServer
from .test_legacy import SENT
from .test_receiving import problem

HTML = {"Accept": "text/html"}


def test_an_error_over_a_quota_is_answered_stored_and_its_text_is_nowhere(server: ApiServer) -> None:
    server.service.limits = Limits(max_groups_per_notebook=1)
    sent = [
        {"error_name": name, "notebook": "dock", "count": 2, "event_id": new_event_id()} for name in ("A", "Hidden")
    ]
    kept, sampled = server.post("errors", sent).json()
    assert (kept["status"], "sampled" in kept) == ("stored", False)
    assert (sampled["status"], sampled["sampled"]) == ("stored", True)
    assert server.post("errors", sent[1]).json()["status"] == "duplicate"
    assert [event["error_name"] for event in server.get("errors").json()] == ["A"]
    problem(server.get(f"errors/{sent[1]['event_id']}"), 404, "unknown_error")
    (notebook,) = server.get("notebooks").json()
    assert (notebook["count"], notebook["sampled"]) == (4, 2)
    assert server.get("status").json()["errors"] == {"events": 2, "count": 4, "sampled": 2}
    assert "Hidden" not in "".join(server.get(page, headers=HTML).text for page in ("", "errors", "groups"))
    assert server.service.tally.shown()["stored"] == 2
    assert [event["error_name"] for event in server.stored] == ["A"]


def test_pages_say_how_many_are_only_counted(server: ApiServer) -> None:
    server.service.limits = Limits(max_errors_without_session=1)
    group = server.post("errors", {"error_name": "A", "notebook": "dock"}).json()["group"]
    assert "only counted" not in server.get(f"groups/{group}", headers=HTML).text.lower()
    for _ in range(3):
        assert server.post("errors", {"error_name": "A", "notebook": "dock"}).json()["sampled"]
    assert server.get(f"groups/{group}").json()["count"] == 4
    (listed,) = server.get("groups").json()
    assert (listed["count"], listed["sampled"]) == (4, 3)
    for page in ("", f"groups/{group}", "notebooks/dock"):
        assert "3 errors" in server.get(page, headers=HTML).text
        assert "what they said is not kept" in server.get(page, headers=HTML).text


def test_what_is_left_when_all_that_was_kept_is_deleted_is_shown(server: ApiServer) -> None:
    server.service.limits = Limits(max_errors_without_session=1)
    kept, counted = (server.post("errors", {"error_name": "A", "notebook": "dock"}).json() for _ in "12")
    group = kept["group"]
    assert server.delete(f"errors/{kept['event_id']}").ok
    for page in ("", "errors", "groups", f"groups/{group}", "notebooks", "notebooks/dock"):
        assert server.get(page, headers=HTML).status_code == 200, page
    assert (server.get(f"groups/{group}").json()["count"], counted["sampled"]) == (1, True)
    assert server.get("groups.atom").status_code == 200
    assert server.delete("errors", params={"notebook": "dock"}).json() == {"deleted": 0}
    assert server.get("groups").json() == server.get("notebooks").json() == []


def test_another_address_is_not_held_to_what_one_has_sent(server: ApiServer) -> None:
    server.service.limits = Limits(max_errors_without_session=1)
    for address, sampled in (("192.0.2.1", False), ("192.0.2.1", True), ("192.0.2.2", False)):
        answer = server.post("errors", {"error_name": "A"}, headers={"X-Test-Address": address}).json()
        assert answer.get("sampled", False) is sampled
    addresses = [f"2001:db8::{number}" for number in range(1, 4)]
    answers = [server.post("errors", {"error_name": "A"}, headers={"X-Test-Address": one}).json() for one in addresses]
    assert [answer.get("sampled", False) for answer in answers] == [False, True, True]


def test_the_predecessors_client_is_answered_as_ever(server: ApiServer) -> None:
    server.service.limits = Limits(max_groups_per_notebook=1)
    uuid = server.post("usages/", {"notebook": "dock"}).json()["uuid"]
    kept = server.post(f"errors/{uuid}/", SENT).json()
    sampled = server.post(f"errors/{uuid}/", SENT | {"error_name": "Other"})
    assert sampled.status_code == 200
    assert sampled.json()["usage_uuid"] == kept["usage_uuid"] == uuid
    assert event_time(sampled.json()["event_id"])
    assert len(server.get(f"usages/{uuid}").json()["errors"]) == 1


def test_a_session_of_one_notebook_too_many_is_refused(server: ApiServer) -> None:
    server.service.limits = Limits(max_notebooks=1)
    assert server.post("sessions", {"notebook": "dock"}).ok
    assert server.post("sessions", {"notebook": "Copy of dock"}).ok
    refused = server.post("sessions", {"notebook": "other"})
    problem(refused, 429, "limit_notebooks")
    assert int(refused.headers["Retry-After"]) > 0
    assert server.post("errors", {"error_name": "A", "notebook": "other"}).json()["sampled"]


def test_on_a_full_disk_a_batch_is_to_be_sent_again_whole(server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    first = {"error_name": "A", "event_id": new_event_id()}
    assert server.post("errors", first).json()["status"] == "stored"
    server.service.limits = Limits(max_megabytes=1)
    monkeypatch.setattr(quotas, "used_bytes", lambda connection: 2_000_000)
    batch = [first, *({"error_name": "A", "event_id": new_event_id()} for _ in range(60))]
    for _ in range(2):
        refused = server.post("errors", batch)
        problem(refused, 429, "limit_database_size")
        assert int(refused.headers["Retry-After"]) > 0
        assert "nor will be" not in refused.json()["message"]
    monkeypatch.setattr(quotas, "used_bytes", lambda connection: 500_000)
    assert [answer["status"] for answer in server.post("errors", batch).json()] == ["duplicate"] + ["stored"] * 60
