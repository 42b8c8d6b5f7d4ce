"""The demo is what a newcomer sees first: it has to work, and to leave nothing behind."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin

import pytest
import requests

from tests.demo.running import RunningDemo

pytestmark = pytest.mark.needs("installed wheel")


class Finished(NamedTuple):
    status: int
    printed: str
    record: dict[str, list[dict[str, Any]]]
    left_processes: list[str]
    left_files: list[Path]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """One demo from its start to its end."""
    folder = tmp_path_factory.mktemp("demo")
    record = folder / "record.json"
    with RunningDemo(folder, "--record", str(record)) as demo:
        status = demo.wait()
        assert status == 0, demo.printed
        return Finished(status, demo.printed, json.loads(record.read_text()), demo.left_processes(), demo.left_files())


def test_it_tells_the_way_of_an_error_in_order(finished: Finished) -> None:
    headings = re.findall(r"^\d+\. (.*)$", finished.printed, re.MULTILINE)
    words = ("Starting", "A reader runs", "as its reader sees it", "left the kernel", "Jupyter server", "collector")
    for heading, expected in zip(headings, (*words, "Slack", "All of them"), strict=True):
        assert expected in heading


def test_every_kind_of_error_of_the_tour_arrives_once_at_every_stop(finished: Finished) -> None:
    left = finished.record["left_the_kernel"]
    assert [(event["kind"], event["error_name"]) for event in left] == [
        ("cell", "ValueError"),
        ("cell", "ValueError"),
        ("cell", "AttributeError"),
        ("thread", "RuntimeError"),
        ("syntax", "SyntaxError"),
    ]
    ids = sorted(event["event_id"] for event in left)
    assert sorted(event["event_id"] for event in finished.record["at_the_jupyter_server"]) == ids
    assert sorted(event["event_id"] for event in finished.record["at_the_collector"]) == ids
    assert len(finished.record["in_slack"]) == len(ids)


def test_what_the_reader_typed_is_nowhere_in_what_left(finished: Finished, root: Path) -> None:
    notebook = json.loads((root / "examples" / "tour.ipynb").read_text())
    code = "".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code")
    values = notebook["metadata"]["private_values"]
    assert values
    for value in values:
        assert value in code
        assert value not in json.dumps(finished.record, ensure_ascii=False)


def test_the_reader_did_see_the_value_that_did_not_leave(finished: Finished) -> None:
    assert "time data 'Ada Lovelace, born 10 December 1815' does not match" in finished.printed


def test_it_leaves_no_process_and_no_file(finished: Finished) -> None:
    assert finished.left_processes == []
    assert finished.left_files == []


def test_it_has_no_colours_where_nobody_sees_them(finished: Finished) -> None:
    assert "\x1b" not in finished.printed


@pytest.mark.parametrize("moment", ["1. Starting", "collector  ", "[2]", "7. What Slack"])
def test_ctrl_c_ends_it_at_any_time_and_leaves_nothing(tmp_path: Path, moment: str) -> None:
    with RunningDemo(tmp_path) as demo:
        demo.wait_for(moment)
        demo.interrupt()
        assert demo.wait() == 1
        assert "Stopped by you in step" in demo.printed
        assert demo.left_processes() == []
        assert demo.left_files() == []


def test_a_failure_names_the_step_and_keeps_the_log(tmp_path: Path) -> None:
    notebook = tmp_path / "fine.ipynb"
    cell: dict[str, Any] = {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": "1",
    }
    notebook.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    with RunningDemo(tmp_path, "--notebook", str(notebook)) as demo:
        assert demo.wait() == 1
        assert "failed in step 2 (A reader runs fine.ipynb" in demo.printed
        assert "No cell of fine.ipynb failed" in demo.printed
        logs = re.search(r"^The log: (.*)$", demo.printed, re.MULTILINE)
        assert logs is not None
        assert "serving" in (Path(logs[1]) / "jupyter-server.log").read_text().lower()
        assert demo.left_processes() == []
        assert demo.left_files() == []


def test_staying_it_gives_addresses_that_a_browser_can_open(tmp_path: Path) -> None:
    with RunningDemo(tmp_path, "--stay") as demo:
        demo.wait_for("the notebook")
        links = re.findall(r"http://\S+\?token=\w+", demo.printed)
        assert len(links) == 3
        for link in links:
            with requests.Session() as browser:
                browser.headers["Accept"] = "text/html"
                answer = browser.get(link, timeout=20)
                assert answer.status_code == 200, link
                sent = dict(re.findall(r'name="(_xsrf|next|link)" value="([^"]*)"', answer.text))
                if "link" in sent:  # the collector asks for a click
                    answer = browser.post(urljoin(link, "login"), sent, timeout=20)
                    assert answer.status_code == 200, link
                if "lab/" not in link:
                    assert "ValueError" in answer.text
        demo.interrupt()
        assert demo.wait() == 0
        assert demo.left_processes() == []
        assert demo.left_files() == []
