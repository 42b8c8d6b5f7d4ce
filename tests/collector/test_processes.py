"""Several processes, and several collectors, on one PostgreSQL database."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from jupyter_errreport.event import new_event_id
from tests.support.collectors import ADMIN, Collector
from tests.support.postgresql import PostgreSQLServer
from tests.support.receiver import Receiver, receiver
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.needs("installed wheel"), pytest.mark.needs("postgresql")]

Start = Callable[..., Collector]


@pytest.fixture
def url(postgresql: PostgreSQLServer) -> Iterator[str]:
    made = postgresql.fresh()
    yield made
    postgresql.drop(made)


@pytest.fixture
def start(tmp_path: Path, url: str) -> Iterator[Start]:
    """Starts collectors on one database."""
    started: list[Collector] = []

    def starting(*arguments: str) -> Collector:
        folder = tmp_path / f"collector{len(started)}"
        folder.mkdir()
        started.append(Collector(Path(sys.executable), folder, *arguments, db=url))
        return started[-1]

    yield starting
    for collector in started:
        if collector.process.poll() is None:
            collector.stop()


def children(collector: Collector) -> list[int]:
    """The processes that serve, once they do."""
    pid = collector.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_several_processes_answer_at_one_port_and_end_together(start: Start) -> None:
    collector = start("--processes=3")
    served = children(collector)
    assert len(served) == 3
    assert collector.post("errors", {"error_name": "A"}).json()["status"] == "stored"
    assert collector.stop(signal.SIGTERM) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in served)
    assert "Traceback" not in collector.log


def test_a_process_that_dies_is_started_again_and_nothing_is_lost(start: Start) -> None:
    collector = start("--processes=2")
    sent = [collector.post("errors", {"error_name": "A"}).json()["event_id"]]
    before = set(children(collector))
    os.kill(min(before), signal.SIGKILL)
    wait_for(lambda: len(set(children(collector)) - before) == 1, "another process")

    def answers() -> str:
        try:
            return str(collector.post("errors", {"error_name": "B"}).json()["event_id"])
        except requests.ConnectionError:  # what the dead one had taken and not answered
            return ""

    sent += [wait_for(answers) for _ in range(20)]
    assert set(sent) <= {event["event_id"] for event in collector.errors()}


def test_what_was_received_is_counted_by_all_of_them_and_goes_on_when_one_dies(start: Start) -> None:
    collector = start("--processes=3")
    known = new_event_id()

    def received() -> dict[str, int]:
        figures = collector.read("status")["received"]
        assert figures.pop("since") == since
        return dict(figures)

    def post(body: object) -> int:
        try:
            return collector.post("errors", body).status_code
        except requests.ConnectionError:
            return 0

    since = collector.read("status")["received"]["since"]
    for _ in range(30):
        assert collector.post("errors", {"error_name": "A"}).status_code == 200
        assert collector.post("errors", {"error_name": "A", "event_id": known}).status_code == 200
        assert collector.post("errors", {"error_name": 7}).status_code == 400
    expected = {"events": 90, "stored": 31, "duplicate": 29, "rejected": 30, "failed": 0}
    assert [received() for _ in range(12)] == [expected] * 12
    before = children(collector)
    os.kill(before[0], signal.SIGKILL)
    wait_for(lambda: len(children(collector)) == 3 and before[0] not in children(collector), "another process")
    wait_for(lambda: post({"error_name": 7}) == 400)
    expected |= {"events": 91, "rejected": 31}
    for _ in range(12):
        assert wait_for(received) == expected


def test_they_end_when_the_one_that_looks_after_them_is_killed(start: Start) -> None:
    collector = start("--processes=2")
    served = children(collector)
    collector.post("errors", {"error_name": "A"})
    collector.kill()
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in served), "their end")


def test_whoever_reads_on_from_the_last_moment_misses_nothing_of_four_processes(start: Start) -> None:
    collector = start("--processes=4", "--no-limits")
    seen: list[str] = []
    done = threading.Event()

    def poll() -> None:
        since = "2020-01-01T00:00:00.000000Z"
        last = False
        while True:
            last = done.is_set()
            new: list[tuple[str, str]] = []
            cursor: dict[str, str] = {}
            while True:
                answer = collector.get("errors", ADMIN, params={"since": since, "limit": "50", **cursor})
                new += [(event["received_at"], event["event_id"]) for event in answer.json()]
                if "next" not in answer.links:
                    break
                cursor = {"cursor": answer.links["next"]["url"].rpartition("cursor=")[2]}
            known = set(seen)
            seen.extend(event_id for _, event_id in new if event_id not in known)
            since = max([since, *(moment for moment, _ in new)])
            if last:
                return

    sent: list[str] = []

    def send(number: int) -> None:
        for turn in range(15):
            events = [
                {"event_id": new_event_id(), "error_name": f"E{(number + turn + i) % 7}", "session": f"s{i}"}
                for i in range(4)
            ]
            answer = collector.post("errors", events)
            assert {outcome["status"] for outcome in answer.json()} == {"stored"}, answer.text
            sent.extend(event["event_id"] for event in events)

    poller = threading.Thread(target=poll)
    poller.start()
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(send, range(16)))
    done.set()
    poller.join(60)
    assert len(sent) == 16 * 15 * 4
    assert set(seen) == set(sent)
    assert len(seen) == len(sent)
    assert sum(group["events"] for group in collector.read("groups")) == len(sent)


def test_while_the_server_is_away_answers_are_503_and_what_is_sent_again_counts_once(tmp_path: Path) -> None:
    server = PostgreSQLServer()
    try:
        server.make()
        server.start()
        collector = Collector(Path(sys.executable), tmp_path, "--processes=2", db=server.url())
        event = {"error_name": "A", "event_id": new_event_id()}
        assert collector.post("errors", event).json()["status"] == "stored"
        server.stop()
        for answer in (collector.post("errors", {"error_name": "B"}), collector.get("errors", "a-token")):
            assert answer.status_code == 503
            assert int(answer.headers["Retry-After"]) > 0
        server.start()
        assert wait_for(lambda: collector.post("errors", event).json().get("status")) == "duplicate"
        assert len(collector.errors()) == 1
        collector.stop()
    finally:
        server.remove()


def test_a_page_hears_of_what_another_collector_took(start: Start) -> None:
    one, other = start(), start()
    headers = {"Authorization": f"Bearer {ADMIN}"}
    with requests.get(f"{one.url}/live", headers=headers, stream=True, timeout=20) as page:
        heard = threading.Event()

        def listen() -> None:
            for line in page.iter_lines():
                if line == b"data: news":
                    heard.set()
                    return

        threading.Thread(target=listen, daemon=True).start()

        def told() -> bool:
            other.post("errors", {"error_name": "A"})
            return heard.wait(0.5)

        assert wait_for(told, "news of the other's errors")


@pytest.fixture
def to() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


def test_one_of_several_tells_alerts_and_another_takes_over_when_it_is_killed(start: Start, to: Receiver) -> None:
    options = [f"--ErrReportCollector.webhooks={to.url}", "--ErrReportCollector.webhook_secret=whsec_dGhlIHNlY3JldA=="]
    collectors = [start(*options) for _ in range(3)]

    def told_of(name: str) -> int:
        return sum(name.encode() in body for _, _, body in to.requests)

    def all_kept() -> bool:
        """Whether the database knows that they were told."""
        return all(place["waiting"] == 0 for place in collectors[2].read("status")["destinations"])

    for number, collector in enumerate(collectors):
        collector.post("errors", {"error_name": f"Error{number}", "first_line": f"x{number}"})
    wait_for(lambda: all(told_of(f"Error{number}") == 1 for number in range(3)), "alerts")
    wait_for(all_kept)
    collectors[0].kill()
    collectors[1].post("errors", {"error_name": "Later", "first_line": "y"})
    wait_for(lambda: told_of("Later"), "an alert after the kill")
    wait_for(all_kept)
    collectors[1].kill()
    collectors[2].post("errors", {"error_name": "Last", "first_line": "z"})
    wait_for(lambda: told_of("Last"), "an alert of the last one")
    assert [told_of(name) for name in ("Error0", "Error1", "Error2", "Later", "Last")] == [1, 1, 1, 1, 1]
