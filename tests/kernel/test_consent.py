"""Where the reader is asked, nothing leaves before their yes; a no deletes; both are remembered. Off is off."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.kernels import Kernel, kernel
from tests.support.receiver import Receiver, receiver
from tests.support.waiting import wait_for

ASK = (
    "from jupyter_errreport import ErrorServer\n"
    "es = ErrorServer(url={url!r}, notebook='dock', consent='ask')\nes.enable()"
)


def environment(home: Path, **more: str) -> dict[str, str]:
    return {"HOME": str(home), **more}


def configured(home: Path, to: Receiver, text: str = "c.ErrReport.consent = 'ask'") -> dict[str, str]:
    """A machine whose configuration has every kernel report, and ask before."""
    profile = home / ".ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text(f"c = get_config()\n{text}\n")
    return environment(home, JUPYTER_ERRREPORT_URL=to.url, IPYTHONDIR=str(home / ".ipython"))


def files(home: Path, what: str) -> list[Path]:
    """The events of this user that wait for an answer (`spool-waiting`) or for a receiver (`spool`)."""
    root = home / ".local" / "share" / "jupyter" / "errreport" / what
    return [path for folder in ("new", "cur") for path in root.glob(f"*/{folder}/*")]


def waiting(home: Path) -> list[Path]:
    return files(home, "spool-waiting")


def test_nothing_leaves_before_the_yes_and_all_of_it_after(python: Path, tmp_path: Path) -> None:
    with receiver() as to:
        with kernel(python, environment(tmp_path)) as running:
            notice = running.run(ASK.format(url=to.url)).results[0]
            assert "Nothing leaves before you say yes" in notice
            running.run("# step 1\n1 / 0")
            running.run("# step 2\nint('x')")
            wait_for(lambda: len(waiting(tmp_path)) == 2, "both on disk")
            assert all(path.stat().st_mode & 0o077 == 0 for path in waiting(tmp_path))
            assert "waiting for your answer: 2" in running.run("%errreport status").text
            assert "2 wait for your" in running.run("%errreport flush").text
            asked = running.run("try:\n    es.retrieve_errors()\nexcept ConnectionError as e:\n    print(e)").text
            assert "the reader has not said" in asked
            assert to.requests == []
            assert files(tmp_path, "spool") == []
            assert "2 that waited" in running.run("%errreport on").text
            assert "All sent." in running.run("%errreport flush").text
            assert [event["first_line"] for event in to.events] == ["# step 1", "# step 2"]
            assert to.requests[0][0] == "/sessions"
            assert waiting(tmp_path) == []
        with kernel(python, environment(tmp_path)) as following:  # the answer is remembered
            assert "Nothing leaves before" not in following.run(ASK.format(url=to.url)).results[0]
            following.run("# step 3\n1 / 0")
            wait_for(lambda: len(to.events) == 3, "the third")


def test_a_no_deletes_and_is_remembered_until_it_is_taken_back(python: Path, tmp_path: Path) -> None:
    with receiver() as to:
        with kernel(python, environment(tmp_path)) as running:
            running.run(ASK.format(url=to.url))
            running.run("1 / 0")
            wait_for(lambda: "answer: 1" in running.run("%errreport status").text, "the event to wait")
            said = running.run("%errreport off").text
            assert "1 that waited were forgotten" in said
            assert "Your no to 127.0.0.1" in said
            assert waiting(tmp_path) == []
        choices = tmp_path / ".local" / "share" / "jupyter" / "errreport" / "choices.json"
        assert choices.stat().st_mode & 0o777 == 0o600
        assert "127.0.0.1" not in choices.read_text()
        with kernel(python, environment(tmp_path)) as following:
            # Also where this notebook would not have asked.
            notice = following.run(ASK.format(url=to.url).replace("'ask'", "'notice'")).results[0]
            assert "your no" in notice
            following.run("1 / 0")
            following.run("%errreport flush")
            assert waiting(tmp_path) == []
            assert to.requests == []
            following.run("%errreport on")
            following.run("# after\n1 / 0")
            wait_for(lambda: [event["first_line"] for event in to.events] == ["# after"], "the error after the yes")


def test_what_waited_in_an_earlier_kernel_is_sent_after_a_yes_and_by_nobody_before(
    python: Path, tmp_path: Path
) -> None:
    with receiver() as to, receiver() as other:
        with kernel(python, environment(tmp_path)) as running:
            running.run(ASK.format(url=to.url))
            running.run("# step 1\n1 / 0")
            wait_for(lambda: waiting(tmp_path), "the event on disk")
        # A kernel that reports elsewhere without asking, and looks for what others left.
        with kernel(python, environment(tmp_path, JUPYTER_ERRREPORT_URL=other.url)) as neighbour:
            neighbour.run("1 / 0")
            wait_for(lambda: other.events, "the neighbour's own")
            neighbour.run("import time; time.sleep(2.5)")
            neighbour.run("%errreport on")
            assert "All sent." in neighbour.run("%errreport flush").text
        assert to.requests == []
        assert len(waiting(tmp_path)) == 1
        with kernel(python, environment(tmp_path)) as following:
            following.run(ASK.format(url=to.url))
            following.run("%errreport on")
            wait_for(lambda: [event["first_line"] for event in to.events] == ["# step 1"], "what was left")
            wait_for(lambda: waiting(tmp_path) == [] and files(tmp_path, "spool") == [], "nothing to be left")
        assert len(other.events) == 1


def test_the_machine_can_have_every_kernel_ask(python: Path, tmp_path: Path) -> None:
    with receiver() as to, receiver() as author, kernel(python, configured(tmp_path, to)) as running:
        running.run("get_ipython().config.ErrReport.consent = 'notice'")
        running.run(ASK.format(url=author.url).replace("'ask'", "'notice'"))
        running.run("1 / 0")
        wait_for(lambda: len(waiting(tmp_path)) == 2, "both on disk")
        assert to.requests == author.requests == []
        running.run("%errreport on")
        wait_for(lambda: to.events and author.events, "both")


def test_a_notebook_that_loads_the_hook_itself_can_not_undo_what_the_machine_says(python: Path, tmp_path: Path) -> None:
    with receiver() as to:
        home = configured(tmp_path, to)
        del home["JUPYTER_ERRREPORT_URL"]  # the startup file does nothing
        with kernel(python, home) as running:
            running.run("get_ipython().config.ErrReport.consent = 'notice'")
            running.run(ASK.format(url=to.url).replace("'ask'", "'notice'"))
            running.run("1 / 0")
            wait_for(lambda: waiting(tmp_path), "the event on disk")
            running.run("%errreport flush")
            assert to.requests == []


def test_off_always_holds_for_later_kernels_until_on(python: Path, tmp_path: Path) -> None:
    with receiver() as to:
        home = environment(tmp_path, JUPYTER_ERRREPORT_URL=to.url)
        with kernel(python, home) as running:
            said = running.run("%errreport off --always").text
            assert "nor by any that you start from now on" in said
        with kernel(python, home) as following:
            following.run("1 / 0")
            following.run("%errreport flush")
            assert "off (%errreport off --always)" in following.run("%errreport status").text
            assert to.requests == []
            assert "Errors are reported again." in following.run("%errreport on").text
            following.run("1 / 0")
            wait_for(lambda: to.events, "the error")
        with kernel(python, home) as last:
            last.run("# last\n1 / 0")
            wait_for(lambda: to.events[-1]["first_line"] == "# last", "the last one")


def test_a_grading_run_reports_nothing_unless_it_is_wanted(python: Path, tmp_path: Path) -> None:
    with receiver() as to:
        home = environment(tmp_path, JUPYTER_ERRREPORT_URL=to.url, NBGRADER_EXECUTION="autograde")
        with kernel(python, home) as running:
            running.run("1 / 0")
            assert "off (NBGRADER_EXECUTION=autograde)" in running.run("%errreport status").text
        assert to.requests == []
        with kernel(python, {**home, "JUPYTER_ERRREPORT": "on"}) as wanted:
            wanted.run("1 / 0")
            wait_for(lambda: to.events, "the error")


class Panel:
    """As much of a front end as the question needs: the comm that the kernel opens."""

    def __init__(self, running: Kernel) -> None:
        self.kernel = running
        running.client.comm_info("jupyter_errreport")
        reply = running.client.get_shell_msg(timeout=20)
        (self.comm_id,) = reply["content"]["comms"]

    def send(self, **data: Any) -> None:
        client = self.kernel.client
        client.shell_channel.send(client.session.msg("comm_msg", {"comm_id": self.comm_id, "data": data}))

    def hears(self, **wanted: Any) -> dict[str, Any]:
        """The next thing that the kernel says of this kind."""
        while True:
            message = self.kernel.client.get_iopub_msg(timeout=20)
            if message["msg_type"] == "comm_msg" and message["content"]["comm_id"] == self.comm_id:
                said = dict(message["content"]["data"])
                if wanted.items() <= said.items():
                    return said


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_a_front_end_can_ask(python: Path, tmp_path: Path, answer: str) -> None:
    with receiver() as to, kernel(python, configured(tmp_path, to)) as running:
        running.run("1 / 0")
        wait_for(lambda: "answer: 1" in running.run("%errreport status").text, "the event to wait")
        panel = Panel(running)
        panel.send(type="state")
        asked = panel.hears(state="asked", waiting=1)
        assert asked == {"type": "consent", "state": "asked", "receivers": [to.url.split("//")[1]], "waiting": 1}
        panel.send(type="consent", answer=answer)
        panel.hears(state="yes" if answer == "yes" else "off")
        if answer == "yes":
            wait_for(lambda: to.events, "the error")
        else:
            wait_for(lambda: waiting(tmp_path) == [], "it to be deleted")
            assert to.requests == []


def test_nobody_is_bothered_with_a_question_that_is_not_asked(python: Path, tmp_path: Path) -> None:
    with receiver() as to, kernel(python, environment(tmp_path, JUPYTER_ERRREPORT_URL=to.url)) as running:
        running.run("1 / 0")
        wait_for(lambda: to.events, "the error")
        running.client.comm_info()
        assert running.client.get_shell_msg(timeout=20)["content"]["comms"] == {}


def test_figures_add_up_with_an_answer(python: Path, tmp_path: Path) -> None:
    with receiver() as to, kernel(python, environment(tmp_path)) as running:
        running.run(ASK.format(url=to.url))
        running.run("1 / 0")
        running.run("%errreport on")
        running.run("%errreport flush")
        status = running.run("%errreport status").text
        assert "spooled 1: sent 1" in status
        assert json.loads(running.run("%errreport last").text)["error_name"] == "ZeroDivisionError"
