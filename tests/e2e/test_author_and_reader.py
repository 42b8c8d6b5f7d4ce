"""The author's answer and the reader's words, both ways through a Jupyter server that passes errors on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.jupyter_servers import jupyter_server
from tests.support.receiver import receiver
from tests.support.waiting import wait_for

pytestmark = pytest.mark.needs("installed wheel")


def test_a_collectors_hint_is_shown_and_the_readers_words_arrive(here: Path, tmp_path: Path) -> None:
    with receiver() as to, jupyter_server(here, tmp_path, f"--JupyterErrReport.collector_url={to.url}") as server:
        to.hints["ZeroDivisionError"] = "Run step 1 first."
        with server.notebook("dock.ipynb") as notebook:
            request = notebook.send("1 / 0")
            shown = notebook.next_display(request)
            assert "knows this error: Run step 1 first." in shown["data"]["text/plain"]
            assert (
                to.url.split("//")[1] in shown["data"]["text/plain"]
            )  # its author's collector, not the server between
            assert len(to.events) == 1
            assert "Sent to the author" in notebook.run("%errreport say Step 1 was empty.")
            wait_for(lambda: to.events[-1].get("comments") == ["Step 1 was empty."], "the words at the collector")
            assert [event["event_id"] for event in to.events] == [to.events[0]["event_id"]] * 2
        (error,) = server.errors()
        assert [comment["text"] for comment in error["comments"]] == ["Step 1 was empty."]
        (group,) = server.get("/errreport/groups").json()
        assert (group["count"], group["hint_from"]) == (1, to.url.split("//")[1])


def test_nothing_reaches_even_the_own_server_before_a_yes_that_is_asked_for(here: Path, tmp_path: Path) -> None:
    profile = tmp_path / ".ipython" / "profile_default"
    profile.mkdir(parents=True)
    (profile / "ipython_kernel_config.py").write_text("c = get_config()\nc.ErrReport.consent = 'ask'\n")
    with jupyter_server(here, tmp_path) as server, server.notebook("dock.ipynb") as notebook:
        notebook.run("1 / 0")
        wait_for(lambda: "waiting for your answer: 1" in notebook.run("%errreport status"), "the error to wait")
        assert server.errors() == []
        assert server.get("/errreport/sessions").json() == []
        notebook.run("%errreport on")
        wait_for(server.errors, "the error")
        notebook.run("1 + 1")
        wait_for(lambda: server.get("/errreport/sessions").json(), "the session")
