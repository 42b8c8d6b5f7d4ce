"""What was spooled before its notebook had a key arrives once the notebook is run with it, and nothing else does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_errreport.delivery import DeliveryQueue, Destination
from jupyter_errreport.delivery.engine import Patience
from jupyter_errreport.delivery.files import Files
from jupyter_errreport.delivery.places import Place
from jupyter_errreport.delivery.spool import Spool
from tests.support.receiver import Receiver, receiver
from tests.support.waiting import wait_for

from .test_queue import event

KEY = "key"


@pytest.fixture
def strict() -> Iterator[Receiver]:
    """Takes reports with the key alone."""
    with receiver() as running:
        running.key = KEY
        yield running


@pytest.fixture
def to() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeliveryQueue]:
    """What failed once is not tried again while a test lasts, unless something happens."""
    monkeypatch.setattr("jupyter_errreport.delivery.engine.patience.LEAST_RETRY", 3_000.0)
    patience = Patience(first_retry=3_000.0, longest_retry=3_000.0)
    made = DeliveryQueue(lambda: Spool(lambda: [Place(str(tmp_path), Files())]), patience)
    yield made
    made.close(0)


def names(to: Receiver) -> list[str]:
    return [arrived["error_name"] for arrived in to.events]


@pytest.mark.parametrize("before", ["with the key", "elsewhere", "without the key"])
def test_it_arrives_with_the_key_of_its_notebook(queue: DeliveryQueue, strict: Receiver, before: str) -> None:
    keyless = Destination.collector(strict.url, notebook="dock", session_key="of an earlier kernel")
    other = event("of another notebook")
    other["notebook"] = "fold"
    queue.leave(other, keyless._replace(notebook="fold"))
    queue.leave(event("early"), keyless)
    now = Destination.collector(strict.url, KEY, notebook="dock", session_key="of this kernel")
    if before == "with the key":
        queue.adopt([now])
    else:
        queue.adopt([] if before == "elsewhere" else [now._replace(token="")])
        wait_for(lambda: strict.requests, "the refusal")
        queue.tell_session(now)
    wait_for(lambda: names(strict) == ["early"], "what was spooled without a key")
    if before != "without the key":  # there both are in one lane, which waits after what has no key
        queue.submit(event("late"), now)
        wait_for(lambda: names(strict) == ["early", "late"], "what came with the key")
    used = [
        headers.get("Authorization")
        for path, headers, body in strict.requests
        if path.endswith("/errors") and any(sent["notebook"] == "fold" for sent in json.loads(body))
    ]
    assert set(used) <= {None}


def test_a_good_answer_wakes_what_waits_for_the_same_receiver(queue: DeliveryQueue, to: Receiver) -> None:
    to.answer = 503
    queue.leave(event("early"), Destination.collector(to.url, "former"))
    queue.adopt([])
    wait_for(lambda: queue.adopted()[0].problem, "the failure")
    to.answer = 200
    queue.submit(event("late"), Destination.collector(to.url, "token"))
    wait_for(lambda: names(to) == ["late", "early"], "what waited")


def test_who_asked_to_be_left_alone_is(queue: DeliveryQueue, to: Receiver) -> None:
    to.answer, to.headers = 429, {"Retry-After": "3600"}
    queue.leave(event("early"), Destination.collector(to.url, "former"))
    queue.adopt([])
    wait_for(lambda: queue.adopted()[0].problem, "the refusal")
    to.answer = 200
    now = Destination.collector(to.url, "token")
    for name in ("late", "later"):
        queue.submit(event(name), now)
        assert queue.flush(60)
    (adopted,) = queue.adopted()
    adopted.thread.join(0.2)
    assert names(to) == ["late", "later"]
