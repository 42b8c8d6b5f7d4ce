"""Ids, times and fingerprints of events."""

from __future__ import annotations

import json
import os
import random
import re
import time
import uuid
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_errreport.contract import FINGERPRINT_PREFIX
from jupyter_errreport.event import (
    FingerprintParts,
    TracebackDetailsType,
    encode,
    event_time,
    fingerprint,
    fingerprint_parts,
    group_id,
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


def test_a_forked_child_makes_ids_of_its_own() -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, new_event_id(1.0).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 100).decode() != new_event_id(1.0)
    os.close(reading)
    os.close(writing)


def test_a_reader_who_wants_the_same_random_numbers_again_gets_other_ids() -> None:
    random.seed(7)
    first = new_event_id(1.0)
    random.seed(7)
    assert new_event_id(1.0) != first


@pytest.mark.parametrize(
    "text",
    ["", "x", str(uuid.uuid4()), new_event_id().upper().replace("-", "")],
    ids=["nothing", "a letter", "a UUID 4", "without hyphens"],
)
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


CELL = frame("<cell 3>", "<module>")


def place(*frames: TracebackDetailsType) -> str:
    return fingerprint_parts("ValueError", "m", [CELL, *frames]).place


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
        ("KeyError", "m", [CELL, frame("numpy/a.py", "g")]),
        ("ValueError", "n", [CELL, frame("numpy/a.py", "g")]),
        ("ValueError", "m", [frame("<cell 1>", "h"), frame("numpy/a.py", "g")]),
        ("ValueError", "m", [CELL, frame("scipy/a.py", "g")]),
        ("ValueError", "m", [CELL, frame("numpy/a.py", "k")]),
        ("ValueError", "m", []),
    ],
)
def test_name_message_and_place_do(error_name: str, message: str, traceback: list[TracebackDetailsType]) -> None:
    base = fingerprint("ValueError", "m", [CELL, frame("numpy/a.py", "g")])
    assert fingerprint(error_name, message, traceback) != base


def test_languages_are_told_apart() -> None:
    assert fingerprint("E", "m", [], "R") != fingerprint("E", "m", [], "julia") != fingerprint("E", "m", [])


def test_the_parts_say_why_errors_are_one_group() -> None:
    traceback = [CELL, frame("<cell 2>", "load"), frame("pandas/io/parsers.py", "read_csv"), frame("codecs.py", "open")]
    assert fingerprint_parts("FileNotFoundError", "No such file: <path>", traceback)._asdict() == {
        "language": "python",
        "error_name": "FileNotFoundError",
        "message": "No such file",
        "place": "pandas: read_csv",
        "outermost": "<cell>: <module>",
        "cell": "",
    }


def test_the_place_in_a_package_is_what_was_called_and_not_where_it_raised() -> None:
    """Inside, releases differ: modules move, private functions come and go."""
    old = place(frame("numpy/linalg/linalg.py", "inv"), frame("numpy/linalg/linalg.py", "_raise_singular"))
    assert old == place(frame("numpy/linalg/_linalg.py", "inv")) == "numpy: inv"


@pytest.mark.parametrize(
    "between",
    [
        frame("<generated>", "<function>"),
        frame("pandas/util/_decorators.py", "wrapper"),
        frame("pandas/core/reshape/concat.py", "_prepare"),
        frame("pandas/_libs/parsers.pyx", "read"),
        frame("pandas/core/frame.py", "<listcomp>"),
        frame("IPython/core/interactiveshell.py", "_modified_open"),
    ],
)
def test_frames_that_some_releases_have_do_not_count(between: TracebackDetailsType) -> None:
    assert place(between, frame("pandas/core/reshape/concat.py", "concat")) == "pandas: concat"


def test_a_method_that_all_classes_have_is_told_with_its_file() -> None:
    assert place(frame("pandas/core/frame.py", "__getitem__")) == "pandas: frame.__getitem__"
    assert (
        place(frame("<frozen os>", "__getitem__")) == place(frame("os.py", "__getitem__")) == "python: os.__getitem__"
    )
    assert place(frame("pathlib/__init__.py", "__new__")) == place(frame("pathlib.py", "__new__"))


def test_the_standard_library_is_one_package() -> None:
    assert place(frame("sre_parse.py", "parse")) == place(frame("re/_parser.py", "parse")) == "python: parse"


def test_the_place_of_own_code_is_its_function() -> None:
    callback = [frame("pandas/core/frame.py", "apply"), frame("<cell 2>", "ratio")]
    assert place(*callback) == "<cell>: ratio"
    assert place(*callback, frame("<cell 2>", "<listcomp>"), frame("<cell 2>", "<lambda>")) == "<cell>: ratio"
    assert place(frame("own_tools.py", "ratio")) == "own_tools: ratio"
    assert place() == "<cell>: <module>"


def test_where_the_stack_ends_does_not_count_for_a_recursion() -> None:
    def recursion(*functions: str) -> FingerprintParts:
        return fingerprint_parts("RecursionError", "m", [CELL, *(frame("<cell 1>", name) for name in functions)])

    assert recursion("odd", "even", "odd", "even") == recursion("odd", "even", "odd", "even", "odd")
    assert recursion("odd", "even", "odd", "even").place == "<cell>: odd"


def test_the_frames_of_a_cause_do_not_count() -> None:
    """Saved tracebacks tell of it first."""
    traceback = [CELL, frame("pandas/core/frame.py", "__getitem__")]
    assert fingerprint("E", "m", [frame("pandas/a.py", "get_loc"), *traceback]) == fingerprint("E", "m", traceback)


def test_an_error_that_python_renamed_is_the_same() -> None:
    assert fingerprint("PatternError", "m", [CELL]) == fingerprint("error", "m", [CELL])


def test_an_encoded_event_is_json_whatever_text_it_holds() -> None:
    event = {"error_name": "é\ud800\n\x00"}
    assert json.loads(encode(event)) == event  # type: ignore[arg-type]


def test_ids_of_one_millisecond_are_in_the_order_of_time() -> None:
    ids = [new_event_id(1_700_000_000 + microseconds / 1e6) for microseconds in range(0, 1_000, 10)]
    assert ids == sorted(ids)
    assert event_time(new_event_id(1_700_000_000.123)) == 1_700_000_000.123


@pytest.mark.parametrize(
    ("error_name", "message"),
    [
        ("KeyError", "<str>"),
        ("KeyError", "<int>"),
        ("AssertionError", ""),
        ("AssertionError", "<str>"),
        ("IndexError", "list index out of range"),
        ("StopIteration", ""),
        ("NoSuchSample", "<str>"),
        ("NoSuchSample", ""),
        ("ValueError", "<str> and <str>"),
    ],
)
@pytest.mark.parametrize("traceback", [[CELL], [CELL, frame("<cell 2>", "load")], [CELL, frame("helpers.py", "load")]])
def test_the_cell_takes_part_where_own_code_raised_and_the_message_says_nothing(
    error_name: str, message: str, traceback: list[TracebackDetailsType]
) -> None:
    one, other = (fingerprint(error_name, message, traceback, cell_hash=cell) for cell in ("c1", "c2"))
    assert one != other
    assert one == fingerprint(error_name, message, traceback, cell_hash="c1")
    assert fingerprint_parts(error_name, message, traceback, cell_hash="c1").cell == "c1"


@pytest.mark.parametrize(
    ("error_name", "message", "traceback"),
    [
        ("ValueError", "could not convert string to float: <str>", [CELL]),
        ("ZeroDivisionError", "division by zero", [CELL]),
        ("NameError", "name 'rows' is not defined", [CELL]),
        ("KeyError", "<str>", [CELL, frame("pandas/core/frame.py", "__getitem__")]),
        ("StopIteration", "", [CELL, frame("Bio/SeqIO/__init__.py", "read")]),
    ],
)
def test_it_does_not_where_the_message_or_a_package_tells_which_error_it_is(
    error_name: str, message: str, traceback: list[TracebackDetailsType]
) -> None:
    one, other = (fingerprint(error_name, message, traceback, cell_hash=cell) for cell in ("c1", None))
    assert one == other


def test_a_fingerprint_tells_how_it_was_made() -> None:
    assert fingerprint("E", "m", []).startswith(FINGERPRINT_PREFIX)


def test_a_group_belongs_to_a_notebook() -> None:
    ids = {group_id(notebook, name) for notebook in ("physics", "history") for name in ("2-a", "2-b")}
    assert len(ids) == 4
    assert all(len(found) == 32 and int(found, 16) >= 0 for found in ids)
