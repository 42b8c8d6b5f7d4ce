import pytest

from jupyter_errreport.event import new_event_id, public_session
from jupyter_errreport.store import Limits

from .server import ApiServer
from .test_receiving import problem

SENT = {
    "error_name": "ZeroDivisionError",
    "error_message": "division by zero",
    "traceback": [{"filename": "<ipython-input-1-9e1622b385b6>", "fun_name": "<module>", "lineno": 1}],
    "first_line": "Unknown",
    "execution_count": -1,
    "notebook": "dock",
}


def test_a_usage_has_the_shape_of_the_predecessor_and_never_an_address(server: ApiServer) -> None:
    usage = server.post("usages/", {"notebook": "dock"}).json()
    assert set(usage) == {"id", "ip", "uuid", "notebook", "timestamp", "errors"}
    assert isinstance(usage["id"], int)
    assert (usage["ip"], usage["notebook"], usage["errors"]) == ("", "dock", [])
    assert len(usage["uuid"]) == 32


def test_an_error_is_answered_with_200_and_what_was_sent(server: ApiServer) -> None:
    usage = server.post("usages/", {"notebook": "dock"}).json()
    answer = server.post(f"errors/{usage['uuid']}/", SENT | {"notebook": "other"})
    assert answer.status_code == 200
    error = answer.json()
    assert isinstance(error["id"], int)
    assert error["usage_uuid"] == usage["uuid"]
    assert error | SENT | {"traceback": [{"filename": "<cell 1>", "fun_name": "<module>", "lineno": 1}]} == error
    (event,) = server.get("errors").json()
    assert (event["session"], event["notebook"]) == (public_session(usage["uuid"]), "dock")
    assert len(server.stored) == 1


def test_a_usage_shows_its_errors_oldest_first_to_who_has_its_key(server: ApiServer) -> None:
    uuid = server.post("usages/", {"notebook": "dock"}).json()["uuid"]
    for name in ("A", "B"):
        server.post(f"errors/{uuid}/", SENT | {"error_name": name})
    usage = server.get(f"usages/{uuid}").json()
    assert [error["error_name"] for error in usage["errors"]] == ["A", "B"]
    assert {error["usage_uuid"] for error in usage["errors"]} == {uuid}


def test_our_own_sessions_are_found_the_same_way_also_when_never_opened(server: ApiServer) -> None:
    key = "f" * 32
    event_id = new_event_id()
    server.post("errors", {"error_name": "A", "event_id": event_id, "session": public_session(key), "notebook": "n"})
    usage = server.get(f"usages/{key}").json()
    assert (usage["notebook"], usage["uuid"]) == ("n", key)
    assert usage["errors"][0]["event_id"] == event_id


def test_an_unknown_key_is_404(server: ApiServer) -> None:
    problem(server.post(f"errors/{'0' * 32}/", SENT), 404, "unknown_session")
    problem(server.get(f"usages/{'0' * 32}"), 404, "unknown_session")
    assert server.stored == []


def test_lists_are_oldest_first_with_skip_and_limit(server: ApiServer) -> None:
    uuids = [server.post("usages/", {"notebook": name}).json()["uuid"] for name in "abc"]
    for uuid, name in zip(uuids, "ABC", strict=True):
        server.post(f"errors/{uuid}/", SENT | {"error_name": name})
    usages = server.get("usages/?skip=1&limit=1").json()
    assert [(usage["notebook"], usage["uuid"]) for usage in usages] == [("b", public_session(uuids[1]))]
    assert [error["error_name"] for error in usages[0]["errors"]] == ["B"]
    errors = server.get("errors/?skip=1").json()
    assert [error["error_name"] for error in errors] == ["B", "C"]
    assert errors[0]["usage_uuid"] == public_session(uuids[1])


@pytest.mark.parametrize(
    ("query", "reason"), [("skip=-1", "bad_skip"), ("limit=0", "bad_limit"), ("skip=x", "bad_skip")]
)
def test_bad_numbers_are_refused(server: ApiServer, query: str, reason: str) -> None:
    problem(server.get(f"usages/?{query}"), 400, reason)


def test_limits_answer_429_with_json_and_not_500(server: ApiServer) -> None:
    server.service.limits = Limits(max_errors_per_session=1)
    uuid = server.post("usages/", {"notebook": "dock"}).json()["uuid"]
    server.post(f"errors/{uuid}/", SENT)
    answer = server.post(f"errors/{uuid}/", SENT)
    problem(answer, 429, "limit_errors_per_session")
    assert answer.headers["Content-Type"].startswith("application/json")
