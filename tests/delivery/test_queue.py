"""The queue: at once when it can, again when it must, bounded always, and nobody waits for it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator

import pytest

from jupyter_errreport.delivery import DeliveryQueue, Destination
from jupyter_errreport.delivery import box as box_module
from jupyter_errreport.delivery.engine import Patience
from jupyter_errreport.delivery.http import client
from jupyter_errreport.delivery.receivers.slack import Slack
from jupyter_errreport.event import EventMessageType, new_event_id
from tests.support.receiver import Receiver, receiver
from tests.support.waiting import wait_for


def event(name: str = "E") -> EventMessageType:
    return EventMessageType(
        error_name=name,
        error_message="",
        traceback=[],
        first_line="",
        execution_count=1,
        notebook="n",
        event_id=new_event_id(),
    )


@pytest.fixture
def to() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[DeliveryQueue]:
    monkeypatch.setattr(Slack, "pause", 0.01)
    made = DeliveryQueue(patience=Patience(first_retry=0.01))
    yield made
    made.close(0)


def test_events_arrive_in_order_and_are_counted(queue: DeliveryQueue, to: Receiver) -> None:
    destination = Destination.collector(to.url)
    for number in range(250):
        queue.submit(event(f"E{number}"), destination)
    assert queue.flush(20)
    assert [arrived["error_name"] for arrived in to.events] == [f"E{number}" for number in range(250)]
    (state,) = queue.status()
    assert (state["sent"], state["waiting"], state["dropped"], state["rejected"]) == (250, 0, 0, 0)
    assert all(len(json.loads(body)) <= 100 for _, _, body in to.requests)


@pytest.mark.parametrize("answer", [500, 503, 429, 401, 302, 404])
def test_what_may_be_taken_later_is_sent_again(queue: DeliveryQueue, to: Receiver, answer: int) -> None:
    to.answer = answer
    to.headers = {"Location": "http://127.0.0.1:9/"}
    queue.submit(event(), Destination.collector(to.url))
    wait_for(lambda: len(to.requests) >= 2, "a second attempt")
    to.answer = 200
    wait_for(lambda: to.events, "the event")
    assert len(to.events) == 1


@pytest.mark.parametrize("answer", [400, 413])
def test_what_will_never_be_taken_does_not_block_the_rest(queue: DeliveryQueue, to: Receiver, answer: int) -> None:
    destination = Destination.collector(to.url)
    to.answer = answer
    queue.submit(event("bad"), destination)
    wait_for(lambda: queue.status()[0]["rejected"] == 1, "the rejection")
    to.answer = 200
    queue.submit(event("good"), destination)
    assert queue.flush(20)
    assert [arrived["error_name"] for arrived in to.events] == ["good"]


def test_the_receiver_says_how_long_to_wait(queue: DeliveryQueue, to: Receiver) -> None:
    to.answer, to.headers = 429, {"Retry-After": "3600"}
    queue.submit(event(), Destination.collector(to.url))
    wait_for(lambda: queue.status()[0]["problem"], "the refusal")
    to.answer = 200
    assert len(to.requests) == 1
    assert queue.flush(20)  # somebody who asks for it now gets one attempt now
    assert len(to.events) == 1


def test_the_queue_is_bounded_and_counts_what_it_drops(
    queue: DeliveryQueue, to: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(box_module, "LIMIT_BYTES", 100_000)
    to.answer = 503
    to.headers = {"Retry-After": "3600"}
    destination = Destination.collector(to.url)
    for number in range(1_000):
        queue.submit(event(f"E{number}"), destination)
    (state,) = queue.status()
    assert state["dropped"] > 500
    assert state["waiting"] + state["dropped"] == 1_000
    to.answer = 200
    assert queue.flush(20)
    assert to.events[-1]["error_name"] == "E999"


def test_a_destination_that_hangs_does_not_hold_up_another(queue: DeliveryQueue, to: Receiver) -> None:
    with receiver() as hanging:
        hanging.hang.set()
        try:
            one = event()
            queue.submit(one, Destination.collector(hanging.url))
            queue.submit(one, Destination.collector(to.url))
            wait_for(lambda: to.events, "the event at the other")
            started = time.monotonic()
            assert not queue.flush(0.3)
            assert time.monotonic() - started < 5
        finally:
            hanging.hang.clear()


def test_slack_gets_one_message_an_event(queue: DeliveryQueue, to: Receiver) -> None:
    for number in range(3):
        queue.submit(event(f"E{number}"), Destination.slack(to.url + "/services/x"))
    assert queue.flush(20)
    assert [json.loads(body)["text"] for _, _, body in to.requests] == ["E0 in n", "E1 in n", "E2 in n"]


def test_a_new_token_for_the_same_receiver_takes_over_what_waits(queue: DeliveryQueue, to: Receiver) -> None:
    to.answer = 401
    queue.submit(event("first"), Destination.collector(to.url))
    wait_for(lambda: queue.status()[0]["problem"], "the refusal")
    to.answer = 200
    queue.submit(event("second"), Destination.collector(to.url, "token"))
    # What was on its way with the old token may arrive twice: receivers count an `event_id` once.
    wait_for(lambda: {arrived["error_name"] for arrived in to.events} == {"first", "second"}, "both")
    assert {headers["Authorization"] for _, headers, _ in to.requests[-1:]} == {"Bearer token"}


def test_what_is_discarded_while_requests_is_loaded_is_not_sent(
    queue: DeliveryQueue, to: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    loading, go_on = threading.Event(), threading.Event()
    load = client.load_requests

    def slowly() -> object:
        loading.set()
        go_on.wait(20)
        return load()

    monkeypatch.setattr(client, "load_requests", slowly)
    destination = Destination.collector(to.url, session_key="key")
    queue.submit(event("given up"), destination)
    assert loading.wait(20)
    assert queue.discard() == 1
    go_on.set()
    queue.submit(event("wanted"), destination)
    assert queue.flush(20)
    assert [arrived["error_name"] for arrived in to.events] == ["wanted"]


def test_an_idle_queue_has_no_thread_awake_and_no_connection(queue: DeliveryQueue, to: Receiver) -> None:
    queue.submit(event(), Destination.collector(to.url))
    assert queue.flush(20)
    (lane,) = queue.lanes()
    wait_for(lambda: not lane.is_connected, "the connection to be closed")
