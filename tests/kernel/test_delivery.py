"""What was captured is not lost: real kernels that are killed, restarted, forked, turned off, and have no disk."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.support.kernels import Kernel, kernel
from tests.support.receiver import Receiver, receiver
from tests.support.waiting import wait_for

STORM = """
def storm(errors):
    for number in range(errors):
        try:
            int("not a number")
        except ValueError:
            get_ipython().showtraceback()
get_ipython().run_line_magic("xmode", "Minimal")
storm({errors})
"""


def environment(home: Path, to: Receiver, **more: str) -> dict[str, str]:
    return {"HOME": str(home), "JUPYTER_ERRREPORT_URL": to.url, "JUPYTER_ERRREPORT_NOTEBOOK": "n", **more}


def sent_one(running: Kernel) -> str:
    """The status once it says that what was left has been sent; empty before."""
    status = running.run("%errreport status").text
    return status if "sent 1, waiting 0" in status else ""


def spooled(home: Path) -> list[str]:
    """The ids of the events in the spool of this user."""
    root = home / ".local" / "share" / "jupyter" / "errreport" / "spool"
    return sorted(path.name.partition(".")[0] for folder in ("new", "cur") for path in root.glob(f"*/{folder}/*"))


def figures(running: Kernel) -> dict[str, int]:
    """What the status says, by name; of what is said of more than one the last."""
    text = running.run("%errreport status").text
    return {name.strip(): int(number) for name, number in re.findall(r"([a-z' ]+?) (\d+)", text)}


@pytest.mark.parametrize("death", ["os.kill(os.getpid(), 9)", "os._exit(1)"])
def test_what_a_killed_kernel_spooled_is_sent_once_by_the_next(python: Path, tmp_path: Path, death: str) -> None:
    with receiver() as to:
        to.answer = 503
        running = Kernel(python, environment(tmp_path, to))
        try:
            running.run("# before it died\n1 / 0")
            (event_id,) = wait_for(lambda: spooled(tmp_path), "the event in the spool")
            running.client.execute(f"import os; {death}")
            wait_for(lambda: not running._manager.is_alive(), "the kernel to die")
        finally:
            running.shutdown(now=True)
        to.answer = 200
        with kernel(python, environment(tmp_path, to)) as following:
            wait_for(lambda: to.events, "the event")
            wait_for(lambda: spooled(tmp_path) == [], "the spool to be empty")
            # The file goes a moment before the figure comes.
            status = wait_for(lambda: sent_one(following), "the status to count it")
            assert "left by earlier kernels for 127.0.0.1" in status
            assert "captured 0" in status
        assert to.ids() == [event_id]
        assert to.events[0]["first_line"] == "# before it died"


def test_more_than_one_look_takes_is_sent_too(python: Path, tmp_path: Path) -> None:
    with receiver() as to:
        to.answer = 503
        with kernel(python, environment(tmp_path, to)) as running:
            for number in range(7):
                running.run(f"# cell {number}\n1 / 0")
        assert len(spooled(tmp_path)) == 7
        to.answer = 200
        with kernel(python) as following:
            following.run(
                "import jupyter_errreport.delivery.spool as spool; spool.TAKEN_AT_ONCE = 2\n"
                "from jupyter_errreport import ErrorServer\nimport os\n"
                f"os.environ['JUPYTER_DATA_DIR'] = {str(tmp_path / '.local/share/jupyter')!r}\n"
                f"es = ErrorServer({to.url!r}, notebook='other').enable()"
            )
            wait_for(lambda: spooled(tmp_path) == [], "all of it")
    assert len(set(to.ids())) == len(to.ids()) == 7


def test_what_a_kernel_could_not_send_before_its_end_waits_for_the_next(python: Path, tmp_path: Path) -> None:
    """The last cell fails twice in the same way, and the shutdown comes right behind it (nbclient, papermill)."""
    with receiver() as to:
        to.answer = 503
        with kernel(python, environment(tmp_path, to)) as running:
            running.run(STORM.format(errors=3))
        assert len(spooled(tmp_path)) == 2
        to.answer = 200
        with kernel(python, environment(tmp_path, to)):
            wait_for(lambda: len(to.events) == 2, "the events")
    assert sorted(event["count"] for event in to.events) == [1, 2]


def test_a_kernel_that_is_not_to_report_sends_nothing_of_others(python: Path, tmp_path: Path) -> None:
    with receiver() as to:
        to.answer = 503
        with kernel(python, environment(tmp_path, to)) as running:
            running.run("1 / 0")
        assert len(spooled(tmp_path)) == 1
        to.answer = 200
        before = len(to.requests)
        with kernel(python, environment(tmp_path, to, DO_NOT_TRACK="1")) as forbidden:
            forbidden.run("import time; time.sleep(3)")
        with kernel(python, environment(tmp_path, to)) as off:
            off.run("%errreport off")
            off.run("import time; time.sleep(3)")
        assert len(to.requests) == before
        assert len(spooled(tmp_path)) == 1


def test_off_deletes_what_this_session_spooled(python: Path, tmp_path: Path) -> None:
    with receiver() as to:
        to.answer = 503
        with kernel(python, environment(tmp_path, to)) as running:
            running.run("1 / 0")
            wait_for(lambda: spooled(tmp_path), "the event in the spool")
            running.run("int('x')\n")
            running.run("%errreport off")
            assert spooled(tmp_path) == []
        assert spooled(tmp_path) == []


def test_a_storm_is_two_events_that_count_all_of_it(python: Path, tmp_path: Path) -> None:
    with receiver() as to, kernel(python, environment(tmp_path, to)) as running:
        running.run(STORM.format(errors=400))
        wait_for(lambda: to.events, "the first")
        assert to.events[0]["count"] == 1
        assert figures(running)["waiting for repeats"] == 399
        assert "All sent." in running.run("%errreport flush").text
        first, repeats = to.events
        assert (first["count"], repeats["count"]) == (1, 399)
        assert first["event_id"] < repeats["event_id"]
        assert first["timestamp"] < repeats["timestamp"] < repeats["last_timestamp"]
        own = ("event_id", "timestamp", "last_timestamp", "count")
        assert {name: value for name, value in first.items() if name not in own} == {
            name: value for name, value in repeats.items() if name not in own
        }
        assert "last_timestamp" not in first
        said = figures(running)
        assert (said["captured"], said["sent"], said["waiting for repeats"]) == (400, 400, 0)


def test_errors_that_differ_in_their_values_only_are_folded_after_the_scrubbing(python: Path, tmp_path: Path) -> None:
    with receiver() as to, kernel(python, environment(tmp_path, to)) as running:
        running.run(STORM.replace('"not a number"', "'Smith' + chr(97 + number)").format(errors=12))
        assert "All sent." in running.run("%errreport flush").text
        assert [event["count"] for event in to.events] == [1, 11]
        assert to.events[0]["timestamp"] < to.events[1]["timestamp"] < to.events[1]["last_timestamp"]


def test_equal_errors_of_different_cells_are_told_apart(python: Path, tmp_path: Path) -> None:
    with receiver() as to, kernel(python, environment(tmp_path, to)) as running:
        running.run("# step 1\n1 / 0")
        running.run("# step 2\n1 / 0")
        wait_for(lambda: len(to.events) == 2, "both at once")


def test_repeats_are_sent_when_their_time_is_over(python: Path, tmp_path: Path) -> None:
    with receiver() as to, kernel(python, environment(tmp_path, to)) as running:
        running.run("import jupyter_errreport.kernel.folding as folding; folding.WINDOW = 2.0")
        running.run(STORM.format(errors=5))
        wait_for(lambda: len(to.events) == 2, "the repeats")
        assert [event["count"] for event in to.events] == [1, 4]


def test_the_figures_add_up(python: Path, tmp_path: Path) -> None:
    with receiver() as to, kernel(python, environment(tmp_path, to)) as running:
        running.run(STORM.format(errors=30))
        running.run("int('x')")
        running.run("%errreport flush")
        to.answer = 400
        running.run("[][1]")
        running.run("%errreport flush")
        to.answer = 503
        running.run("{}['a']")
        running.run("%errreport flush")
        running.run("%errreport off")
        running.run("%errreport on")
        running.run("open('/no/such/file')")
        running.run("open('/no/such/file')")
        said = figures(running)
        assert said["captured"] == 30 + 1 + 1 + 1 + 2
        before = said["being prepared"] + said["waiting for repeats"] + said.get("dropped unprepared", 0)
        ends = ("sent", "duplicate", "waiting", "rejected", "dropped", "forgotten by 'off'")
        text = running.run("%errreport status").text
        line = next(line for line in text.splitlines() if "  to " in line)
        lane = {name.strip(): int(number) for name, number in re.findall(r"([a-z' ]+?) (\d+)", line.split(": ", 1)[1])}
        assert (lane["sent"], lane["rejected"], lane["forgotten by 'off'"]) == (31, 1, 1)
        spooled_here = int(re.findall(r"spooled (\d+):", line)[0])
        assert spooled_here == sum(lane.get(name, 0) for name in ends)
        assert said["captured"] == before + spooled_here
        assert sum(event["count"] for event in to.events) == lane["sent"]


def test_a_home_that_can_not_be_written_to_is_told_and_does_not_matter(python: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "tmp"
    elsewhere.mkdir()
    more = {"JUPYTER_DATA_DIR": "/proc/nowhere", "TMPDIR": str(elsewhere), "XDG_RUNTIME_DIR": ""}
    with receiver() as to, kernel(python, environment(tmp_path, to, **more)) as running:
        run = running.run("1 / 0")
        assert (len(run.errors), run.text) == (1, "")
        wait_for(lambda: to.events, "the event")
        status = running.run("%errreport status").text
        assert f"spool: {elsewhere}/jupyter-errreport-" in status
        assert "/proc/nowhere/errreport/spool: " in status
    with receiver() as to, kernel(python, environment(tmp_path, to, **{**more, "TMPDIR": "/proc"})) as running:
        running.run("import tempfile; tempfile.tempdir = '/proc'")
        running.run("1 / 0")
        wait_for(lambda: to.events, "the event")
        assert "spool: memory, and lost when the kernel ends" in running.run("%errreport status").text


def test_the_main_thread_touches_no_file_when_a_cell_fails(python: Path, tmp_path: Path) -> None:
    with receiver() as to, kernel(python, environment(tmp_path, to)) as running:
        running.run(
            "import threading\nfrom jupyter_errreport.delivery.files import Files\ntouched = set()\n"
            "def watch(name):\n    inner = getattr(Files, name)\n"
            "    def watched(self, *args):\n        touched.add(threading.current_thread().name)\n"
            "        return inner(self, *args)\n    setattr(Files, name, watched)\n"
            "for name in [name for name in vars(Files) if not name.startswith('_')]:\n    watch(name)"
        )
        running.run("int('x')")
        wait_for(lambda: to.events, "the event")
        running.run("%errreport status")
        names = json.loads(running.run("import json; print(json.dumps(sorted(touched)))").text)
        assert "errreport-worker" in names
        assert "MainThread" not in names


def test_a_forked_child_sends_nothing_of_its_parent_at_its_end(python: Path, tmp_path: Path) -> None:
    with receiver() as to, kernel(python, environment(tmp_path, to)) as running:
        running.run(STORM.format(errors=4))
        running.run(
            "import os\nreporting = vars(get_ipython())['_errreport_reporting']\nchild = os.fork()\n"
            "if child == 0:\n    try:\n        reporting._exit()\n    finally:\n        os._exit(0)\n"
            "assert os.waitpid(child, 0)[1] == 0"
        )
        assert "All sent." in running.run("%errreport flush").text
        assert [event["count"] for event in to.events] == [1, 3]


def test_an_idle_kernel_has_no_thread_awake(python: Path, tmp_path: Path) -> None:
    with receiver() as to, kernel(python, environment(tmp_path, to)) as running:
        running.run("1 / 0")
        wait_for(lambda: to.events, "the event")
        running.run("import time; time.sleep(3)")  # also the look for what others left is over
        switches = (
            "import glob, time\ndef switches():\n    total = 0\n"
            "    for thread in r.worker._thread, *[lane.thread for lane in r.delivery.lanes()]:\n"
            "        with open(f'/proc/self/task/{thread.native_id}/status') as status:\n"
            "            total += sum(int(line.split()[1]) for line in status if 'ctxt' in line)\n"
            "    return total\n"
            "r = vars(get_ipython())['_errreport_reporting']\n"
            "before = switches(); time.sleep(2); print(switches() - before)"
        )
        run = running.run("import sys; print(sys.version_info >= (3, 8))")
        if run.text.strip() == "True":  # native_id
            assert running.run(switches).text.strip() == "0"
