import pytest

from jupyter_errreport.event import public_session
from jupyter_errreport.store import Limits

from .server import ApiServer
from .test_receiving import problem

KEY = "0123456789abcdef0123456789abcdef"


def test_a_session_is_opened_once_whoever_made_its_key(server: ApiServer) -> None:
    made = server.post("sessions", {"notebook": "dock"}).json()
    assert set(made) == {"uuid", "session", "notebook", "opened_at"}
    assert made["session"] == public_session(made["uuid"])
    again = server.post("sessions", {"notebook": "dock", "uuid": made["uuid"]}).json()
    assert again == made
    assert len(server.get("sessions").json()) == 1


def test_lists_show_neither_keys_nor_addresses(server: ApiServer) -> None:
    server.post("sessions", {"uuid": KEY})
    server.post("errors", {"error_name": "A", "session": public_session(KEY)})
    for path in ("sessions", "errors", "usages/", "errors/"):
        text = server.get(path).text
        assert public_session(KEY) in text
        assert KEY not in text
        assert "192.0.2.1" not in text


def test_counts_are_reported_by_opening_again(server: ApiServer) -> None:
    server.post("sessions", {"uuid": KEY, "good_cells": 5})
    server.post("sessions", {"uuid": KEY, "good_cells": 4, "failed_cells": 2, "release": "1.0"})
    (session,) = server.get("sessions").json()
    assert (session["good_cells"], session["failed_cells"], session["release"]) == (5, 2, "1.0")


def test_the_reader_erases_their_session_with_its_key(server: ApiServer) -> None:
    server.post("sessions", {"uuid": KEY})
    server.post("errors", {"error_name": "A", "session": public_session(KEY)})
    server.post("errors", {"error_name": "B"})
    assert server.delete(f"sessions/{KEY}").json() == {"deleted": 1}
    assert [event["error_name"] for event in server.get("errors").json()] == ["B"]
    problem(server.delete(f"sessions/{KEY}"), 404, "unknown_session")
    problem(server.delete(f"sessions/{public_session(KEY)}"), 404, "unknown_session")


@pytest.mark.parametrize(
    ("body", "field"),
    [({"uuid": "short"}, "uuid"), ({"good_cells": -1}, "good_cells"), ({"notebook": 4}, "notebook")],
)
def test_a_wrong_field_is_named(server: ApiServer, body: dict[str, object], field: str) -> None:
    assert problem(server.post("sessions", body), 400, "invalid_field")["field"] == field


def test_an_address_with_too_many_sessions_is_answered_429(server: ApiServer) -> None:
    server.service.limits = Limits(max_sessions_per_address=1)
    server.post("sessions", {"uuid": KEY}).raise_for_status()
    server.post("sessions", {"uuid": KEY}).raise_for_status()
    answer = server.post("sessions", {})
    problem(answer, 429, "limit_sessions_per_address")
    assert answer.headers["Retry-After"]
    server.post("usages/", {"notebook": "x"}, headers={"X-Test-Address": "192.0.2.2"}).raise_for_status()


def test_sessions_are_listed_by_notebook_and_time(server: ApiServer) -> None:
    for name in ("a", "b", "a"):
        server.post("sessions", {"notebook": name})
    assert len(server.get("sessions?notebook=a").json()) == 2
    assert len(server.get("sessions?until=2026-01-01").json()) == 0
    answer = server.get("sessions?limit=2")
    assert len(answer.json()) == 2
    assert len(server.get("sessions" + answer.links["next"]["url"]).json()) == 1
    problem(server.get("sessions?group=x"), 400, "unknown_filter")
