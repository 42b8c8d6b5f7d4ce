"""A collector's limits, seen from a kernel: what is over one is counted, has a reason, and holds nothing up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_errreport.delivery import DeliveryQueue, Destination
from jupyter_errreport.delivery.files import Files
from jupyter_errreport.delivery.places import Place
from jupyter_errreport.delivery.spool import Spool
from jupyter_errreport.event import EventMessageType, new_event_id
from jupyter_errreport.store import Limits
from tests.api.server import ApiServer
from tests.support.waiting import wait_for


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[ApiServer]:
    (tmp_path / "collector").mkdir()
    running = ApiServer(tmp_path / "collector" / "errors.sqlite")
    yield running
    running.close()


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def queue(spool: Path) -> Iterator[DeliveryQueue]:
    made = DeliveryQueue(lambda: Spool(lambda: [Place(str(spool), Files())]))
    yield made
    made.close(0)


def event(session: str, **more: object) -> EventMessageType:
    fields: object = {
        "error_name": "E",
        "notebook": "n",
        "event_id": new_event_id(),
        "session": session,
        "count": 2,
        **more,
    }
    return fields  # type: ignore[return-value]


def files(spool: Path) -> list[str]:
    """The events in the spool, by their folder."""
    return [path.parent.name for path in spool.rglob("*.*") if path.parent.name != "counts"]


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(max_errors_per_session=2), "limit_errors_per_session"),
        (Limits(min_seconds_between_errors=3_600), "limit_seconds_between_errors"),
    ],
)
def test_what_is_over_a_limit_is_counted_and_not_kept(
    collector: ApiServer, queue: DeliveryQueue, spool: Path, limits: Limits, reason: str
) -> None:
    collector.service.limits = limits
    to = Destination.collector(collector.url)
    for number in range(12):
        queue.submit(event("mine"), to)
        if number in (0, 5):  # a batch that is partly over the limit, and one that wholly is
            assert queue.flush(20)
    assert queue.flush(20)
    (lane,) = queue.lanes()
    taken = len(collector.stored)
    assert taken in (1, 2)
    assert (lane.sent, lane.rejected, lane.waiting) == (2 * taken, 24 - 2 * taken, 0)
    assert lane.rejection == reason
    assert files(spool) == []
    (counts,) = spool.rglob("counts/*")
    assert json.loads(counts.read_text()) == {"dropped": 0, "poison": lane.rejected}
    queue.submit(event("another"), to)
    wait_for(lambda: lane.sent == 2 * taken + 2, "the other session's")
    assert lane.rejection == reason


def test_what_is_refused_for_a_fault_is_kept_to_be_looked_at(
    collector: ApiServer, queue: DeliveryQueue, spool: Path
) -> None:
    queue.submit(event("mine", execution_count="three"), Destination.collector(collector.url))
    assert queue.flush(20)
    (lane,) = queue.lanes()
    assert (lane.rejected, lane.rejection) == (2, "invalid_field: execution_count")
    assert files(spool) == ["poison"]
