"""Ids, times and fingerprints of events."""

from __future__ import annotations

import json
import re
import time
import uuid
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_errreport.event import (
    TracebackDetailsType,
    encode,
    event_time,
    fingerprint,
    new_event_id,
    public_session,
    rfc3339,
)


def frame(filename: str, fun_name: str = "f", lineno: int = 1) -> TracebackDetailsType:
    return {"filename": filename, "fun_name": fun_name, "lineno": lineno}


def test_an_id_is_a_uuid_of_version_7_that_tells_its_time() -> None:
    before = time.time()
    event_id = new_event_id()
    assert uuid.UUID(event_id).version == 7
    assert uuid.UUID(event_id).variant == uuid.RFC_4122
    assert before - 0.002 <= (event_time(event_id) or 0) <= time.time()


def test_ids_sort_by_time_and_do_not_collide() -> None:
    ids = [new_event_id(1_000_000 + i) for i in range(100)]
    assert ids == sorted(ids)
    assert len({new_event_id(5.0) for _ in range(1_000)}) == 1_000


@pytest.mark.parametrize("text", ["", "x", str(uuid.uuid4()), new_event_id().upper().replace("-", "")])
def test_what_is_no_uuid_7_has_no_time(text: str) -> None:
    assert event_time(text) is None


@given(st.floats(0, 4_000_000_000), st.floats(0, 4_000_000_000))
def test_the_order_of_times_is_the_order_of_their_texts(first: float, second: float) -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", rfc3339(first))
    if abs(first - second) > 1e-5:
        assert (rfc3339(first) < rfc3339(second)) == (first < second)


@given(st.integers(0, 4_000_000_000_000_000))
def test_a_time_that_is_read_and_written_again_stays_the_same(microseconds: int) -> None:
    text = rfc3339(microseconds / 1_000_000)
    assert rfc3339(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()) == text


def test_a_session_is_told_one_way() -> None:
    assert public_session("key") == public_session("key")
    assert public_session("key") != public_session("kez")
    assert "key" not in public_session("key")
    assert len(public_session("key")) == 32


def test_lines_counts_and_numbers_do_not_change_a_fingerprint() -> None:
    one = fingerprint(
        "IndexError", "index 3 is out of bounds for 0x7f", [frame("<cell 3>", "<module>", 2), frame("numpy/a.py")]
    )
    two = fingerprint(
        "IndexError",
        "index 9 is out of bounds for 0x8e",
        [frame("<cell 9>", "<module>", 7), frame("numpy/a.py", "f", 9)],
    )
    assert one == two


@pytest.mark.parametrize(
    ("error_name", "message", "traceback"),
    [
        ("KeyError", "m", [frame("<cell 1>", "<module>"), frame("numpy/a.py", "g")]),
        ("ValueError", "n", [frame("<cell 1>", "<module>"), frame("numpy/a.py", "g")]),
        ("ValueError", "m", [frame("<cell 1>", "h"), frame("numpy/a.py", "g")]),
        ("ValueError", "m", [frame("<cell 1>", "<module>"), frame("numpy/b.py", "g")]),
        ("ValueError", "m", [frame("<cell 1>", "<module>"), frame("numpy/a.py", "k")]),
        ("ValueError", "m", []),
    ],
)
def test_name_message_and_place_do(error_name: str, message: str, traceback: list[TracebackDetailsType]) -> None:
    base = fingerprint("ValueError", "m", [frame("<cell 1>", "<module>"), frame("numpy/a.py", "g")])
    assert fingerprint(error_name, message, traceback) != base


def test_a_comprehensions_own_frame_does_not_count() -> None:
    """Python 3.12 has none."""
    frames = [frame("<cell 1>", "<module>"), frame("<cell 1>", "<listcomp>")]
    assert fingerprint("E", "m", frames) == fingerprint("E", "m", frames[:1])


def test_a_package_and_its_init_file_are_one_module() -> None:
    old, new = [frame("pathlib.py", "open")], [frame("pathlib/__init__.py", "open")]
    assert fingerprint("E", "m", old) == fingerprint("E", "m", new)


def test_an_encoded_event_is_json_whatever_text_it_holds() -> None:
    event = {"error_name": "é\ud800\n\x00"}
    assert json.loads(encode(event)) == event  # type: ignore[arg-type]
