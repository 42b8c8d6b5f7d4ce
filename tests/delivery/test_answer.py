"""What is read of an answer: at most a megabyte, packed or not, whichever urllib3 there is."""

from __future__ import annotations

import gzip
import json
import subprocess
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_errreport.command.publish import send as publish
from jupyter_errreport.delivery import Destination
from jupyter_errreport.delivery.asking import ask
from jupyter_errreport.delivery.engine.parcel import Parcel
from jupyter_errreport.delivery.http.answer import LIMIT
from jupyter_errreport.delivery.http.client import Client
from jupyter_errreport.delivery.http.request import Request
from jupyter_errreport.delivery.receivers import receiver_for
from jupyter_errreport.kernel.retrieval import retrieve
from tests.support.receiver import receiver

ANSWER = json.dumps({"errors": [{"error_name": "ValueError"}]}).encode()
SIZE = 300_000_000


def bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([packer.compress(bytes(1_000_000)) for _ in range(SIZE // 1_000_000)]) + packer.flush()


def raw_deflate(text: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(text) + packer.flush()


@pytest.mark.parametrize(
    ("packing", "body"),
    [
        ("identity", ANSWER),
        ("gzip", gzip.compress(ANSWER)),
        ("X-GZip", gzip.compress(ANSWER)),
        ("deflate", zlib.compress(ANSWER)),
        ("deflate", raw_deflate(ANSWER)),
    ],
    ids=["plain", "gzip", "old name", "deflate", "deflate without a header"],
)
def test_an_answer_that_a_proxy_packed_is_read(packing: str, body: bytes) -> None:
    with receiver() as to:
        to.body, to.headers = body, {"Content-Encoding": packing}
        assert retrieve(Destination.collector(to.url, session_key="k"), 5)[0]["error_name"] == "ValueError"
        assert to.requests[0][1]["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    ("packing", "body"),
    [
        ("gzip", b"no gzip"),
        ("br", ANSWER),
        ("gzip, gzip", gzip.compress(gzip.compress(ANSWER))),
        ("identity", b"[" * LIMIT),
        ("identity", b"\xff"),
    ],
    ids=["no gzip", "unknown", "twice", "deep", "no text"],
)
def test_an_answer_that_nobody_can_read_is_no_collectors(packing: str, body: bytes) -> None:
    with receiver() as to:
        to.body, to.headers = body, {"Content-Encoding": packing}
        with pytest.raises(ConnectionError, match="no collector's answer"):
            retrieve(Destination.collector(to.url, session_key="k"), 5)


EVERYBODY: dict[str, Callable[[Destination], Any]] = {
    "send": lambda to: receiver_for(to).send(Parcel([b'{"event_id": "x"}']), 5),
    "tell a session": lambda to: receiver_for(to).send(Parcel(cells=(1, 0)), 5),
    "get": lambda to: ask(to, "GET", ["notebooks/n"], 5),
    "put": lambda to: publish(to, "n", b"{}"),
    "patch": lambda to: ask(to, "PATCH", ["groups/g"], 5, b"{}"),
    "alert": lambda to: Client().ask(Request("POST", to.address, {}, b"{}"), 5),
    "slack": lambda to: receiver_for(to._replace(kind="slack")).send(Parcel([b"{}"]), 5),
}


@pytest.mark.parametrize("name", EVERYBODY)
@pytest.mark.parametrize("packing", ["gzip", "identity"])
def test_a_bomb_costs_no_more_than_the_limit(name: str, packing: str) -> None:
    body = bomb() if packing == "gzip" else bytes(20 * LIMIT)
    with receiver() as to:
        to.body, to.headers = body, {"Content-Encoding": packing}
        destination = Destination.collector(to.url, "t", session_key="0" * 32)
        ask(destination, "GET", ["warm"], 5)
        tracemalloc.start()
        try:
            EVERYBODY[name](destination)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 6 * LIMIT


OLD = """
import sys
from jupyter_errreport.delivery import Destination
from jupyter_errreport.delivery.asking import ask

def most_memory():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))

before = most_memory()
(answer,) = ask(Destination.collector(sys.argv[1]), "GET", ["bomb"], 30)
import urllib3
print(urllib3.__version__, most_memory() - before, len(answer.body))
"""


@pytest.mark.parametrize("runtime", ["ipython5", "old-libraries"])
def test_old_releases_of_urllib3_unpack_nothing(runtime: str, runtime_python: Callable[[str], Path]) -> None:
    with receiver() as to:
        to.body, to.headers = bomb(), {"Content-Encoding": "gzip"}
        done = subprocess.run(
            [str(runtime_python(runtime)), "-c", OLD, to.url], capture_output=True, text=True, check=True
        )
    version, grown, length = done.stdout.split()
    assert int(version.split(".")[0]) < 2 or int(version.split(".")[1]) < 6
    assert int(grown) < 100_000  # kilobytes, with all that requests is
    assert int(length) <= LIMIT
