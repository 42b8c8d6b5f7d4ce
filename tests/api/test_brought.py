"""The quota of a session is used up, and its errors are deleted, by those who have its key."""

import uuid
from typing import Any

import pytest

from jupyter_errreport.contract import SESSION_HEADER
from jupyter_errreport.event import new_event_id, public_session
from jupyter_errreport.store import Limits

from .server import ApiServer

KEY, OTHER = uuid.uuid4().hex, uuid.uuid4().hex
EVENT = {"error_name": "E", "session": public_session(KEY)}


def send(server: ApiServer, key: str = "", **more: Any) -> int:
    headers = {SESSION_HEADER: key} if key else {}
    return server.post("errors", {**EVENT, **more}, headers=headers).status_code


@pytest.mark.parametrize("seconds", [0.0, 0.001])
def test_who_only_names_a_session_uses_up_nothing_of_its_quota(server: ApiServer, seconds: float) -> None:
    server.service.limits = Limits(max_errors_per_session=3, min_seconds_between_errors=seconds)

    def times(count: int, key: str) -> list[int]:
        # Further apart than the limit asks for.
        ids = [new_event_id(1_790_000_000 + number) for number in range(count)]
        server.service.dedup_days = 100_000
        return [send(server, key, event_id=event_id) for event_id in ids]

    assert times(5, "") == [200, 200, 200, 429, 429]
    assert times(5, OTHER)[-1] == 429
    assert times(4, KEY) == [200, 200, 200, 429]


def test_a_batch_is_measured_by_whom_it_comes_from(server: ApiServer) -> None:
    server.service.limits = Limits(max_errors_per_session=2)
    strange = [answer["status"] for answer in server.post("errors", [EVENT] * 3).json()]
    own = [answer["status"] for answer in server.post("errors", [EVENT] * 3, headers={SESSION_HEADER: KEY}).json()]
    assert strange == own == ["stored", "stored", "rejected"]


def test_the_old_protocol_shows_the_key_in_its_address(server: ApiServer) -> None:
    server.service.limits = Limits(max_errors_per_session=1)
    server.post("usages/", {"notebook": "n"})
    key = server.post("usages/", {"notebook": "n"}).json()["uuid"]
    strange = {"error_name": "E", "session": public_session(key)}
    assert [server.post("errors", strange).status_code for _ in range(2)] == [200, 429]
    assert [server.post(f"errors/{key}/", {"error_name": "E"}).status_code for _ in range(2)] == [200, 429]


def test_how_an_error_came_is_neither_shown_nor_taken_from_the_event(server: ApiServer) -> None:
    server.service.limits = Limits(max_errors_per_session=1)
    assert send(server, brought_by="key") == 200
    assert send(server, KEY) == 200
    assert all("brought_by" not in error for error in server.get("errors").json())
