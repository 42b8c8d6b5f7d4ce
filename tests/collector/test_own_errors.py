"""Who sent an error may delete it: with the token that it came with, or with the key of its session."""

import uuid

import pytest

from jupyter_errreport.contract import SESSION_HEADER
from jupyter_errreport.event import new_event_id, public_session
from tests.support.collectors import ADMIN, Collector

from .test_access import make_token

pytestmark = pytest.mark.needs("installed wheel")


def stored(collector: Collector, token: str | None = None, **more: str) -> str:
    event = {"error_name": "E", "notebook": "n", "event_id": new_event_id(), **more}
    assert collector.post("errors", event, token).json()["status"] == "stored"
    return event["event_id"]


def test_a_token_deletes_what_it_brought_and_nothing_else(collector: Collector) -> None:
    one, two = make_token(collector, "--role=report"), make_token(collector, "--role=report")
    own, others, anybodys = stored(collector, one), stored(collector, two), stored(collector)
    for event_id in (others, anybodys, new_event_id()):
        assert collector.delete(f"errors/{event_id}", one).status_code == 403
    assert collector.delete(f"errors/{own}").status_code == 401
    assert collector.delete(f"errors/{own}", one).json() == {"deleted": 1}
    assert collector.get(f"errors/{own}", ADMIN).status_code == 404
    assert collector.delete(f"errors/{others}", ADMIN).json() == {"deleted": 1}


def test_a_sessions_key_deletes_the_errors_of_the_session(collector: Collector) -> None:
    key, other = uuid.uuid4().hex, uuid.uuid4().hex
    event_id = stored(collector, session=public_session(key))
    assert collector.delete(f"errors/{event_id}", headers={SESSION_HEADER: other}).status_code == 401
    assert collector.delete(f"errors/{event_id}", headers={SESSION_HEADER: public_session(key)}).status_code == 401
    assert collector.delete(f"errors/{event_id}", headers={SESSION_HEADER: key}).json() == {"deleted": 1}
