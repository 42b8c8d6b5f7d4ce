"""Real processes that are killed with SIGKILL in the middle of the spool's work, at every step and at random ones."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from jupyter_errreport.delivery import DeliveryQueue, Destination
from jupyter_errreport.delivery.files import Files
from jupyter_errreport.delivery.places import Place
from jupyter_errreport.delivery.spool import Spool
from tests.support.receiver import Receiver, receiver
from tests.support.waiting import wait_for

# Spools events, says the id of each once it is spooled, sends, and dies at the given step of the spool's work on files.
DYING = """
import os, signal, sys, time
from jupyter_errreport.delivery import DeliveryQueue, Destination
from jupyter_errreport.delivery.files import Files
from jupyter_errreport.delivery.places import Place
from jupyter_errreport.delivery.spool import Spool
from jupyter_errreport.event import new_event_id

root, url, count, last_step = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])

class Dying(Files):
    steps = 0
    def __getattribute__(self, name):
        found = super().__getattribute__(name)
        if name in ("make_folder", "write", "move", "remove", "sync"):
            Dying.steps += 1
            if Dying.steps == last_step:
                os.kill(os.getpid(), signal.SIGKILL)
        return found

queue = DeliveryQueue(lambda: Spool(lambda: [Place(root, Dying())]))
destination = Destination.collector(url, "token")
queue.adopt([destination])
for number in range(count):
    event_id = new_event_id()
    event = dict(error_name=f"E{number}", error_message="", traceback=[], first_line="", execution_count=1)
    event.update(notebook="n", event_id=event_id, count=number % 3 + 1)
    queue.submit(event, destination)
    os.write(1, f"{event_id} {number % 3 + 1}\\n".encode())
queue.flush(20)
print("flushed", flush=True)
sys.stdin.read()
"""


def dying(root: Path, url: str, count: int, last_step: int = 0) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", DYING, str(root), url, str(count), str(last_step)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def said(output: str) -> dict[str, int]:
    """The events that were spooled, as the process said, and their counts."""
    lines = [line.split() for line in output.splitlines() if line.endswith(("1", "2", "3"))]
    return {line[0]: int(line[1]) for line in lines if len(line) == 2}


def drain(root: Path, url: str) -> None:
    """A later kernel sends what is left."""
    queue = DeliveryQueue(lambda: Spool(lambda: [Place(str(root), Files())]))
    destination = Destination.collector(url, "token")
    queue.adopt([destination])
    lanes = queue.lanes()
    wait_for(lambda: not any(lane.adopted_waiting for lane in lanes), "the leftovers to be sent")
    queue.close(1)


def check(to: Receiver, spooled: dict[str, int]) -> None:
    """Every spooled event arrived, and counts once under its one id."""
    arrived = {event["event_id"]: event["count"] for event in to.events}
    assert spooled.items() <= arrived.items()
    assert len(arrived) <= len(spooled) + 1  # one may have been spooled and not yet said


@pytest.mark.parametrize("last_step", range(1, 40))
def test_killed_at_each_step_of_the_first_events(tmp_path: Path, last_step: int) -> None:
    with receiver() as to:
        process = dying(tmp_path / "spool", to.url, 3, last_step)
        output = ""
        assert process.stdout is not None
        for line in process.stdout:
            output += line
            if line == "flushed\n":
                break
        process.kill()
        process.communicate()
        drain(tmp_path / "spool", to.url)
        check(to, said(output))
        assert not [path for path in (tmp_path / "spool").rglob("*.*") if "poison" not in str(path)]


@pytest.mark.parametrize("last_step", range(1, 13))
def test_killed_at_each_step_of_sending_what_another_left(tmp_path: Path, last_step: int) -> None:
    root = tmp_path / "spool"
    with receiver() as to:
        to.answer = 503
        left = dying(root, to.url, 3)
        assert left.stdout is not None
        output = "".join(left.stdout.readline() for _ in range(3))
        left.kill()
        left.communicate()
        to.answer = 200
        heir = dying(root, to.url, 0, last_step)
        wait_for(lambda: heir.poll() is not None or not list(root.rglob("*.*")), "the heir to die or to be done")
        heir.kill()
        heir.communicate()
        drain(root, to.url)
        assert {event["event_id"]: event["count"] for event in to.events} == said(output)
        assert not list(root.rglob("*.*"))


def test_killed_at_random_while_the_receiver_comes_and_goes(tmp_path: Path) -> None:
    luck = random.Random(5)
    spooled: dict[str, int] = {}
    with receiver() as to:
        for _ in range(12):
            to.answer = luck.choice([200, 200, 503])
            process = dying(tmp_path / "spool", to.url, 40)
            time.sleep(luck.uniform(0.1, 0.6))
            process.send_signal(signal.SIGKILL)
            output, _ = process.communicate()
            spooled.update(said(output))
        to.answer = 200
        drain(tmp_path / "spool", to.url)
        arrived = {event["event_id"]: event["count"] for event in to.events}
        assert spooled
        assert spooled.items() <= arrived.items()
        assert len(arrived) <= len(spooled) + 12


def test_two_processes_that_drain_one_spool_at_once_send_each_event_once(tmp_path: Path) -> None:
    with receiver() as to:
        to.answer = 503
        left = dying(tmp_path / "spool", to.url, 300)
        assert left.stdout is not None
        output = "".join(left.stdout.readline() for _ in range(300))
        left.kill()
        left.communicate()
        to.answer = 200
        both = [dying(tmp_path / "spool", to.url, 0) for _ in range(2)]
        wait_for(lambda: len(set(to.ids())) >= 300, "all events")
        wait_for(lambda: not list((tmp_path / "spool").rglob("cur/*")), "the files to be removed")
        for process in both:
            process.kill()
            process.communicate()
        assert set(Counter(to.ids()).values()) == {1}
        assert set(to.ids()) == set(said(output))


def test_a_stopped_process_keeps_what_it_has_in_hand(tmp_path: Path) -> None:
    """As on a laptop that sleeps: it goes on where it was, and nobody has sent its events meanwhile."""
    with receiver() as to:
        to.answer, to.headers = 503, {"Retry-After": "1"}
        process = dying(tmp_path / "spool", to.url, 5)
        wait_for(lambda: to.requests, "a first attempt")
        os.kill(process.pid, signal.SIGSTOP)
        to.answer, to.headers = 200, {}
        assert Spool(lambda: [Place(str(tmp_path / "spool"), Files())]).leftovers() == []
        os.kill(process.pid, signal.SIGCONT)
        wait_for(lambda: len(to.events) == 5, "the events")
        process.kill()
        process.communicate()
        assert json.loads(to.requests[0][2])[0]["event_id"] in to.ids()
