"""The work for a body is bounded by its size: counted in calls, for bodies that are made to cost much."""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from jupyter_errreport.api import body as body_module
from jupyter_errreport.api.http.body import BODY_LIMIT, MEMBERS_LIMIT, inflate, parse
from jupyter_errreport.api.http.problem import Problem
from jupyter_errreport.api.receiving.validation import SentEvent, checked


def calls(work: Callable[[], Any]) -> int:
    """How many functions were called, Python's and C's; a `Problem` ends the work."""
    count = 0

    def counting(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counting)
    try:
        work()
    except Problem:
        pass
    finally:
        sys.setprofile(None)
    return count


def filled(beginning: str, repeated: str, end: str) -> str:
    return beginning + repeated * ((BODY_LIMIT - len(beginning) - len(end)) // len(repeated)) + end


HOSTILE = {
    "deep": filled("", "[", ""),
    "deep and closed": "[" * (BODY_LIMIT // 2) + "]" * (BODY_LIMIT // 2),
    "just too deep, many times": filled("[0", "," + "[" * 33 + "null" + "]" * 33, "]"),
    "escapes": filled('["', "\\u0041", '"]'),
    "many short texts": filled('["\\u0000"', ',"\\u0000"', "]"),
    "many objects": filled("[null", ',{"a":null}', "]"),
    "many names": "{" + ",".join(f'"{number:x}":null' for number in range(20_000)) + "}",
    "half characters": filled('"', "\\ud800", '"'),
    "a long number": filled("[", "9", "]"),
    "many exponents": filled("[0", ",1e5", "]"),
    "frames": filled('{"error_name":"E","traceback":[{}', ",{}", "]}"),
    "causes": filled('{"error_name":"E","chain":[{"error_name":""}', ',{"error_name":""}', "]}"),
    "marks": filled('{"error_name":"E","masked":[""', ',""', "]}"),
    "comments": filled('{"error_name":"E","comments":[""', ',{"text":""}', "]}"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_body_is_read_with_less_than_one_call_a_byte(name: str) -> None:
    text = HOSTILE[name]
    assert len(text) <= BODY_LIMIT

    def read() -> None:
        value = parse(text)
        if isinstance(value, dict):
            checked(value, SentEvent)

    assert calls(read) < BODY_LIMIT


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(b" " * 100_000_000),
        gzip.compress(b"") * 5_000,
        gzip.compress(b" ") + b"\0" * 200_000,
        gzip.compress(gzip.compress(b" " * 10_000_000)),
        zlib.compress(b" " * 1_000_000),
        gzip.compress(b"x" * 200_000)[:-9],
        b"",
    ],
)
def test_what_is_packed_is_unpacked_to_the_limit_and_not_further(
    packed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked, parts = 0, 0

    class Counting:
        def __init__(self, wbits: int) -> None:
            nonlocal parts
            parts += 1
            self._inside = zlib.decompressobj(wbits=wbits)

        def decompress(self, data: bytes, most: int) -> bytes:
            return self._noted(self._inside.decompress(data, most))

        def flush(self, length: int) -> bytes:
            return self._noted(self._inside.flush(length))

        def _noted(self, data: bytes) -> bytes:
            nonlocal unpacked
            unpacked += len(data)
            return data

        def __getattr__(self, name: str) -> Any:
            return getattr(self._inside, name)

    class Zlib:
        error = zlib.error
        decompressobj = Counting

    monkeypatch.setattr(body_module, "zlib", Zlib)
    work = calls(lambda: inflate(packed))
    assert unpacked <= BODY_LIMIT + body_module._SLICE
    assert parts <= MEMBERS_LIMIT
    assert work < 20_000


def test_the_most_events_that_a_body_can_hold_are_refused_before_any_is_checked() -> None:
    lines = b"\n".join([b"{}"] * 80_000)
    assert len(lines) <= BODY_LIMIT
    with pytest.raises(Problem) as refused:
        body_module._check_number(len(json.loads(b"[" + lines.replace(b"\n", b",") + b"]")))
    assert refused.value.code == "too_many_events"
