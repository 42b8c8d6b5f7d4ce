"""What strangers wrote is text in the terminal of who runs our commands, and in the collector's log."""

from __future__ import annotations

import json
import os
import pty
import re
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from jupyter_errreport.event import new_event_id
from tests.support import hostile
from tests.support.collectors import ADMIN, Collector

JUPYTER = str(Path(sys.executable).with_name("jupyter"))
FORBIDDEN = hostile.CONTROLS | hostile.TURNING | {"\u2028", "\u2029"}
LOG_LINE = re.compile(
    r"\[(errreport_collector\.access|tornado\.general)\] |The collector listens |Read them at |In a notebook, to "
)


def shown_in_a_terminal(*command: str) -> str:
    """All that a command writes to the terminal that it runs in."""
    controller, terminal = pty.openpty()
    process = subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    written = b""
    while True:
        try:
            part = os.read(controller, 65_536)
        except OSError:  # Linux's way to say that the other end was closed
            break
        if not part:
            break
        written += part
    os.close(controller)
    assert process.wait(30) == 0, written
    return written.decode().replace("\r\n", "\n")


def notebook(path: Path) -> str:
    """A notebook in which every hostile text is an error's name, message and source."""
    cells = [
        {
            "cell_type": "code",
            "source": text,
            "outputs": [{"output_type": "error", "ename": text, "evalue": text, "traceback": [text]}],
        }
        for text in (*hostile.ALL.values(), hostile.LONG_LINE)
    ]
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}))
    return str(path)


@pytest.mark.needs("installed wheel")
def test_preview_shows_hostile_text_as_text(tmp_path: Path) -> None:
    shown = shown_in_a_terminal(JUPYTER, "errreport", "preview", notebook(tmp_path / "hostile.ipynb"))
    assert shown.count("Code cell ") == len(hostile.ALL) + 1
    assert hostile.MARK in shown
    assert not FORBIDDEN & set(shown)
    assert max(map(len, shown.split("\n"))) < 500


@pytest.mark.needs("installed wheel")
def test_scrub_answers_a_line_of_plain_json_each(tmp_path: Path) -> None:
    texts = [*hostile.ALL.values(), hostile.LONG_LINE]
    lines = [json.dumps(dict.fromkeys(("ename", "evalue", "source"), text)) for text in texts]
    done = subprocess.run([JUPYTER, "errreport", "scrub"], input="\n".join(lines), capture_output=True, text=True)
    answers = done.stdout.split("\n")[:-1]
    assert len(answers) == len(texts)
    assert all("error_message" in json.loads(answer) for answer in answers)
    assert not FORBIDDEN & set(done.stdout)


@pytest.mark.needs("installed wheel")
def test_no_line_of_the_collectors_log_is_a_strangers(tmp_path: Path) -> None:
    collector = Collector(Path(sys.executable), tmp_path)
    try:
        for text in hostile.ALL.values():
            event = dict.fromkeys(("error_name", "error_message", "first_line", "notebook", "release"), text)
            collector.post("errors", {**event, "event_id": new_event_id()})
            collector.post("errors", {**event, "kind": text})
            collector.get(f"errors/{quote(text, safe='')}?{quote(text)}", ADMIN)
            collector.get("groups.atom?token=" + quote(text))
            collector.get("errors", headers={"Accept": quote(text), "Authorization": f"Bearer {quote(text)}"})
            cells = {"cells": [{"source": text}]}
            collector.request("PUT", f"notebooks/{quote(text, safe='')}/source", ADMIN, json=cells)
            port = int(collector.url.rpartition(":")[2])
            for line in (f"GET /{text} HTTP/1.1", f"{text} / HTTP/1.1", f"GET / HTTP/1.1\r\nHost: {text}"):
                with socket.create_connection(("127.0.0.1", port), 10) as client:
                    client.sendall(line.encode() + b"\r\n\r\n")
                    client.shutdown(socket.SHUT_WR)
                    while client.recv(65_536):
                        pass
        assert collector.stop() == 0
    finally:
        collector.kill()
    log = collector.log
    assert log.count("PUT /notebooks/") == len(hostile.ALL)
    assert not FORBIDDEN & set(log)
    assert not [line for line in log.split("\n") if line and not LOG_LINE.match(line)]
