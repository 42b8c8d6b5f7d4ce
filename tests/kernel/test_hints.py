"""The author's answer, below the cell that failed: in time, as text, and never in the reader's way."""

from __future__ import annotations

from pathlib import Path
from queue import Empty

import pytest

from jupyter_errreport.kernel.hint_text import as_html, as_text
from tests.support.kernels import Kernel, kernel
from tests.support.receiver import Receiver, receiver
from tests.support.waiting import wait_for

HOSTILE = (
    "<img src=x onerror=alert(1)> <script>x</script> javascript:alert(1) \x1b[31m\u202e\x00 https://ok.example/a?b=<i>"
)


def environment(home: Path, to: Receiver) -> dict[str, str]:
    return {"HOME": str(home), "JUPYTER_ERRREPORT_URL": to.url, "JUPYTER_ERRREPORT_NOTEBOOK": "dock"}


def nothing_is_shown_later(running: Kernel) -> bool:
    """Whether no output waits once another cell has run."""
    running.run("print('another cell')")
    try:
        while True:
            message = running.client.get_iopub_msg(timeout=0.2)
            assert "display_data" not in message["msg_type"], message["content"]
    except Empty:
        return True


def test_it_is_shown_below_the_failed_cell_after_later_ones(python: Path, tmp_path: Path) -> None:
    with receiver() as to, kernel(python, environment(tmp_path, to)) as running:
        to.hints["ZeroDivisionError"] = "Run step 1 first: https://example.org/step-1."
        failed = running.run("1 / 0")
        running.client.execute("print('later')")
        shown = running.next_display(failed)
        text, html = shown["data"]["text/plain"], shown["data"]["text/html"]
        assert text.startswith("The author of this notebook knows this error: Run step 1 first")
        assert to.url.split("//")[1] in text
        assert '<a href="https://example.org/step-1" target="_blank"' in html
        assert to.url.split("//")[1] in html


def test_an_error_without_a_hint_shows_nothing(python: Path, tmp_path: Path) -> None:
    with receiver() as to, kernel(python, environment(tmp_path, to)) as running:
        to.hints["ZeroDivisionError"] = "Yes."
        running.run("int('x')")
        wait_for(lambda: to.events, "the error")
        assert nothing_is_shown_later(running)


def test_it_is_not_shown_when_it_comes_too_late(python: Path, tmp_path: Path) -> None:
    with receiver() as to, kernel(python, environment(tmp_path, to)) as running:
        running.run("import jupyter_errreport.kernel.hints as hints; hints.SHOWN_WITHIN = 0.0")
        to.hints["ZeroDivisionError"] = "Too late."
        running.run("1 / 0")
        assert "All sent." in running.run("%errreport flush").text
        assert nothing_is_shown_later(running)


def test_a_cell_does_not_wait_for_it(python: Path, tmp_path: Path) -> None:
    with receiver() as to, kernel(python, environment(tmp_path, to)) as running:
        to.hints["ZeroDivisionError"] = "Here I am."
        to.open.clear()
        failed = running.run("1 / 0")  # the reply is here while the receiver has not answered
        wait_for(lambda: to.events, "the error")
        assert running.run("print('good')").text == "good\n"
        to.open.set()
        assert "Here I am." in running.next_display(failed)["data"]["text/plain"]


def test_a_repeat_shows_it_too_though_it_is_not_sent_at_once(python: Path, tmp_path: Path) -> None:
    with receiver() as to, kernel(python, environment(tmp_path, to)) as running:
        to.hints["ZeroDivisionError"] = "Again."
        running.next_display(running.run("1 / 0"))
        again = running.run("1 / 0")
        assert "Again." in running.next_display(again)["data"]["text/plain"]
        assert len(to.events) == 1
        storm = running.run(
            "import time\nfor number in range(50):\n    get_ipython().run_cell('1 / 0'); time.sleep(0.02)"
        )
        assert [shown.count("Again.") for shown in storm.results] == [1]
        assert nothing_is_shown_later(running)


def test_what_was_heard_before_is_shown_offline_and_put_right_later(python: Path, tmp_path: Path) -> None:
    with receiver() as to:
        with kernel(python, environment(tmp_path, to)) as running:
            to.hints["ZeroDivisionError"] = "Known."
            running.next_display(running.run("1 / 0"))
        (file,) = (tmp_path / ".local" / "share" / "jupyter" / "errreport" / "hints").iterdir()
        assert file.stat().st_mode & 0o777 == 0o600
        to.open.clear()
        with kernel(python, environment(tmp_path, to)) as following:
            to.hints["ZeroDivisionError"] = "Better known."
            failed = following.run("1 / 0")
            shown = following.next_display(failed)
            assert "Known." in shown["data"]["text/plain"]
            to.open.set()
            better = following.next_display(failed)
            assert better["kind"] == "update_display_data"
            assert better["transient"] == shown["transient"]
            assert "Better known." in better["data"]["text/plain"]
        to.answer = 503
        with kernel(python, environment(tmp_path, to)) as offline:
            assert "Better known." in offline.next_display(offline.run("1 / 0"))["data"]["text/plain"]


def test_hostile_text_is_text(python: Path, tmp_path: Path) -> None:
    with receiver() as to, kernel(python, environment(tmp_path, to)) as running:
        to.hints["ZeroDivisionError"] = HOSTILE
        data = running.next_display(running.run("1 / 0"))["data"]
        assert set(data) == {"text/plain", "text/html"}
        assert data["text/html"] == as_html(HOSTILE, to.url.split("//")[1])
        assert data["text/plain"] == as_text(HOSTILE, to.url.split("//")[1])


def test_no_markup_is_left_but_our_own() -> None:
    html = as_html(HOSTILE, "evil<b>.example")
    for harm in ("<img", "<script", "<i>", "evil<b>", 'href="javascript', "\x1b", "\u202e", "\x00"):
        assert harm not in html
    assert '<a href="https://ok.example/a?b=" ' in html
    text = as_text(HOSTILE, "evil")
    assert all(c.isprintable() or c == "\n" for c in text)


@pytest.mark.parametrize(
    "hint", ["https://a.example/(x).", "see http://a.example, then", 'http://a.example/"onmouseover=x']
)
def test_a_link_shows_where_it_leads(hint: str) -> None:
    html = as_html(hint, "host")
    address = html.split('<a href="')[1].split('"')[0]
    assert f">{address}</a>" in html
    assert "onmouseover" not in html.split("<a ")[1].split(">")[0]
