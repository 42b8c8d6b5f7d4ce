"""From the spool to the receiver: claimed, sent to where it belongs, removed when it was answered for, and counted."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from jupyter_errreport.delivery import DeliveryQueue, Destination
from jupyter_errreport.delivery import box as box_module
from jupyter_errreport.delivery.engine import Patience
from jupyter_errreport.delivery.files import Files
from jupyter_errreport.delivery.lane import Lane
from jupyter_errreport.delivery.places import Place
from jupyter_errreport.delivery.spool import Spool
from jupyter_errreport.event import EventMessageType, new_event_id
from tests.support.processes import Told
from tests.support.receiver import Receiver, receiver
from tests.support.waiting import wait_for

MakeQueue = Callable[[int], DeliveryQueue]


def event(name: str = "E", errors: int = 1) -> EventMessageType:
    return EventMessageType(
        error_name=name,
        error_message="",
        traceback=[],
        first_line="",
        execution_count=1,
        notebook="n",
        event_id=new_event_id(),
        count=errors,
    )


class Disk(Files):
    """A disk that reads as well as it is told to."""

    fault: Exception | None = None

    def read(self, path: str) -> bytes:
        if self.fault is not None:
            raise self.fault
        return super().read(path)


@pytest.fixture
def to() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


@pytest.fixture
def living() -> set[int]:
    return set()


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def make_queue(tmp_path: Path, living: set[int], disk: Disk) -> Iterator[MakeQueue]:
    """Makes the queue of a process with this number, over one spool."""
    made = []

    def make(pid: int) -> DeliveryQueue:
        spool = partial(Spool, lambda: [Place(str(tmp_path), disk)], Told(pid, living))
        made.append(DeliveryQueue(spool, Patience(first_retry=0.01)))
        return made[-1]

    yield make
    for queue in made:
        queue.close(0)


def files(root: Path) -> list[Path]:
    return [path for folder in ("new", "cur", "tmp") for path in root.rglob(f"{folder}/*")]


def end(queue: DeliveryQueue) -> None:
    """As when its process ends: no thread of it sends any more."""
    queue.close(0)
    for lane in queue.lanes():
        wait_for(lambda: not lane.thread.is_alive(), "the thread to end")  # noqa: B023


def adds_up(lane: Lane) -> bool:
    ends = lane.sent + lane.duplicate + lane.rejected + lane.dropped + lane.forgotten + lane.elsewhere
    return lane.spooled == ends + lane.waiting


def test_it_is_on_disk_before_it_is_sent_and_gone_when_it_was_answered(
    make_queue: MakeQueue, to: Receiver, tmp_path: Path
) -> None:
    to.hang.set()
    queue = make_queue(1)
    queue.submit(event(), Destination.collector(to.url))
    wait_for(lambda: to.requests, "the request")
    assert len(files(tmp_path)) == 1
    to.hang.clear()
    assert queue.flush(20) or queue.flush(20)
    assert files(tmp_path) == []


def test_a_batch_that_is_refused_is_halved_until_the_culprit_is_alone(
    make_queue: MakeQueue, to: Receiver, tmp_path: Path
) -> None:
    queue = make_queue(1)
    to.answer = 503
    queue.submit(event("first"), Destination.collector(to.url))
    wait_for(lambda: to.requests, "a first attempt")
    for number in range(98):
        queue.submit(event("bad" if number == 70 else f"E{number}", errors=2), Destination.collector(to.url))
    to.poison = {"bad"}
    to.answer = 200
    before = len(to.requests)
    wait_for(lambda: queue.lanes()[0].waiting == 0, "all to be judged")
    (lane,) = queue.lanes()
    assert (lane.sent, lane.rejected) == (1 + 97 * 2, 2)
    assert len(to.requests) - before < 20
    assert len(to.events) == 98
    (poison,) = tmp_path.rglob("poison/*")
    assert b'"bad"' in poison.read_bytes()
    assert adds_up(lane)


def test_what_a_dead_process_left_goes_to_where_it_was_meant_for_with_its_own_token(
    make_queue: MakeQueue, living: set[int], to: Receiver
) -> None:
    with receiver() as other:
        dead = make_queue(1)
        for running in (to, other):
            running.answer = 503
        dead.submit(event("one"), Destination.collector(to.url, "token one", session_key="key"))
        dead.submit(event("two"), Destination.collector(other.url, "token two"))
        dead.submit(event("three"), Destination.slack(other.url + "/services/x"))
        end(dead)
        living.discard(1)
        for running in (to, other):
            running.answer = 200
            running.requests.clear()
        queue = make_queue(2)
        queue.adopt([Destination.collector(to.url, "token of this kernel")])
        wait_for(lambda: len(to.events) == 1 and len(other.requests) == 2, "all three")
        assert to.events[0]["error_name"] == "one"
        assert {headers["Authorization"] for path, headers, _ in to.requests} == {"Bearer token one"}
        assert [path for path, _, _ in to.requests] == ["/sessions", "/errors"]
        assert {path: headers.get("Authorization") for path, headers, _ in other.requests} == {
            "/errors": "Bearer token two",
            "/services/x": None,
        }
        wait_for(lambda: sum(lane.adopted_sent for lane in queue.adopted()) == 3, "the figures")
        assert all(adds_up(lane) and lane.spooled == 0 for lane in queue.lanes() + queue.adopted())


def test_what_is_for_a_jupyter_server_waits_for_a_kernel_that_has_one(
    make_queue: MakeQueue, living: set[int], to: Receiver, tmp_path: Path
) -> None:
    spool = tmp_path / "local"
    dead = make_queue(1)
    dead.submit(event("left"), Destination.jupyter(str(tmp_path / "gone.json")))
    end(dead)
    living.discard(1)
    elsewhere = make_queue(2)
    elsewhere.adopt([Destination.collector(to.url)])
    assert elsewhere.adopted() == []
    assert len(files(spool)) == 1
    connection = tmp_path / "connection.json"
    connection.write_text(json.dumps({"url": to.url + "/errreport", "key": "the-key"}))
    make_queue(3).adopt([Destination.jupyter(str(connection))])
    wait_for(lambda: to.events, "the event")
    wait_for(lambda: files(spool) == [], "the file to be removed")
    assert to.requests[0][0] == "/errreport/errors"


def test_off_deletes_what_is_ones_own_and_leaves_the_rest_to_others(
    make_queue: MakeQueue, living: set[int], to: Receiver, tmp_path: Path
) -> None:
    to.answer, to.headers = 503, {"Retry-After": "3600"}
    here = Destination.collector(to.url)
    dead = make_queue(1)
    dead.submit(event("left", errors=5), here)
    living.discard(1)
    queue = make_queue(2)
    for _ in range(3):
        queue.submit(event(errors=2), here)
    queue.adopt([here])
    (lane,) = queue.lanes()
    wait_for(lambda: lane.adopted_waiting == 5 and lane.problem, "the adopted one to be tried")
    assert queue.discard() == 6
    assert (lane.waiting, lane.adopted_waiting, lane.forgotten) == (0, 0, 6)
    assert adds_up(lane)
    assert len(files(tmp_path)) == 1
    third = make_queue(3)
    to.answer, to.headers = 200, {}
    third.adopt([here])
    wait_for(lambda: to.events, "the one that was left")
    assert [sent["error_name"] for sent in to.events] == ["left"]


def test_off_while_a_request_hangs_deletes_what_is_in_it(make_queue: MakeQueue, to: Receiver, tmp_path: Path) -> None:
    to.hang.set()
    try:
        queue = make_queue(1)
        queue.submit(event(), Destination.collector(to.url))
        wait_for(lambda: to.requests, "the request")
        assert queue.discard() == 1
        assert files(tmp_path) == []
        assert adds_up(queue.lanes()[0])
    finally:
        to.hang.clear()


def test_what_was_turned_off_while_the_disk_took_its_time_is_deleted(
    make_queue: MakeQueue, to: Receiver, tmp_path: Path
) -> None:
    queue = make_queue(1)
    queue.submit(event(), Destination.collector(to.url), lambda: False)
    (lane,) = queue.lanes()
    assert (lane.spooled, lane.forgotten, lane.waiting) == (1, 1, 0)
    assert files(tmp_path) == []
    assert to.requests == []


def test_what_another_process_took_is_not_sent_again(
    make_queue: MakeQueue, living: set[int], to: Receiver, tmp_path: Path
) -> None:
    to.answer, to.headers = 503, {"Retry-After": "3600"}
    here = Destination.collector(to.url)
    slow = make_queue(1)
    slow.submit(event(errors=3), here)
    wait_for(lambda: slow.lanes()[0].problem, "a first attempt")
    living.discard(1)  # as when its host could not be looked at for hours
    to.answer, to.headers = 200, {}
    make_queue(2).adopt([here])
    wait_for(lambda: to.events, "the event")
    wait_for(lambda: files(tmp_path) == [], "the file to be removed")
    assert slow.flush(20)
    (lane,) = slow.lanes()
    assert (lane.elsewhere, lane.sent) == (3, 0)
    assert adds_up(lane)
    assert len(to.events) == 1


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (ZeroDivisionError("patient Smith"), "a fault of our own (ZeroDivisionError)"),
        (OSError(5, "Input/output error"), "an event could not be read again (Input/output error)"),
    ],
    ids=["of our own", "of the disk"],
)
def test_a_fault_loses_nothing(make_queue: MakeQueue, to: Receiver, disk: Disk, fault: Exception, problem: str) -> None:
    queue = make_queue(1)
    disk.fault = fault
    queue.submit(event(), Destination.collector(to.url))
    wait_for(lambda: queue.lanes()[0].problem, "the fault")
    assert queue.lanes()[0].problem == problem
    assert adds_up(queue.lanes()[0])
    assert queue.lanes()[0].waiting == 1
    disk.fault = None
    assert queue.flush(20) or queue.flush(20)  # the first may have been an attempt that had begun
    assert len(to.events) == 1


@pytest.mark.parametrize("seed", range(5))
def test_the_figures_add_up_whatever_happens(
    make_queue: MakeQueue, to: Receiver, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(box_module, "LIMIT_BYTES", 20_000)
    luck = random.Random(seed)
    queue, here = make_queue(1), Destination.collector(to.url)
    total = 0
    for _ in range(150):
        what = luck.random()
        to.answer = luck.choice([200, 200, 503, 400])
        to.poison = {"bad"} if luck.random() < 0.5 else set()
        if what < 0.03:
            queue.discard()
        elif what < 0.1:
            queue.flush(0.05)
        errors = luck.randint(1, 4)
        total += errors
        queue.submit(event("bad" if luck.random() < 0.1 else "good", errors), here, lambda: luck.random() > 0.02)
        assert adds_up(queue.lanes()[0])
    to.answer, to.poison = 200, set()
    deadline = time.monotonic() + 20
    while not queue.flush(1) and time.monotonic() < deadline:
        pass
    (lane,) = queue.lanes()
    assert lane.spooled == total
    assert lane.waiting == 0
    assert adds_up(lane)
    assert sum(arrived["count"] for arrived in to.events) == lane.sent


def test_the_newest_event_stays_the_last_when_an_older_one_is_sent_again(make_queue: MakeQueue, to: Receiver) -> None:
    """As when its receiver is asked once more what the author has to say of it."""
    queue, place = make_queue(1), Destination.collector(to.url)
    older, newer = event("Older"), event("Newer")
    for sent in (older, newer, older):
        queue.submit(sent, place, errors=0)
        assert queue.flush(20)
    (lane,) = queue.lanes()
    assert [received["error_name"] for received in to.events] == ["Older", "Newer", "Older"]
    assert lane.last is not None
    assert json.loads(lane.last.body)["error_name"] == "Newer"
    queue.submit({**newer, "comments": ["more"]}, place, errors=0)
    assert queue.flush(20)
    assert json.loads(lane.last.body)["comments"] == ["more"]
