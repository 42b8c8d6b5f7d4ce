"""Where an error has no frames of its own: a syntax error in a file, and what failed in another process."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_errreport.kernel.told import TOLD_LIMIT, told_frames
from tests.support.reported import Reported


class RemoteTraceback(Exception):
    """As multiprocessing has it."""

    def __init__(self, tb: Any) -> None:
        self.tb = tb


def places(message: str, tb: Any) -> list[tuple[str, str, int]]:
    error = ValueError(message)
    error.__cause__ = RemoteTraceback(tb)
    frames = told_frames(error, message, lambda filename: None)
    return [(frame.code.co_filename, frame.code.co_name, frame.lineno) for frame in frames]


FRAME = '  File "/home/a/dock.py", line {}, in work\n    return 1 / 0\n'
HEADER = "Traceback (most recent call last):\n"


@given(st.text(), st.text(), st.integers(0, 20), st.booleans())
def test_only_the_workers_own_frames_are_taken(message: str, other: str, count: int, is_chained: bool) -> None:
    """Whatever the messages hold, were it a traceback."""
    forged = f'{other}\n{HEADER}  File "Smith.py", line 3, in Smith\n'
    text = f"{HEADER}{FRAME.format(1)}KeyError: {forged}\n\nThe above exception was ...\n\n" if is_chained else ""
    text += HEADER + "".join(FRAME.format(number) for number in range(count)) + f"ValueError: {forged}{message}\n"
    found = places(forged + message, f'\n"""\n{text}"""')
    if found:
        assert found == [("/home/a/dock.py", "work", number) for number in range(count)][-TOLD_LIMIT:]


def test_the_frames_of_an_ordinary_worker() -> None:
    assert places("Smith", f'\n"""\n{HEADER}{FRAME.format(7)}ValueError: Smith\n"""') == [
        ("/home/a/dock.py", "work", 7)
    ]


@pytest.mark.parametrize("text", [None, b"", "", HEADER, "Smith", HEADER + FRAME.format(7) + "ValueError: another\n"])
def test_a_text_of_another_kind_tells_nothing(text: Any) -> None:
    assert places("Smith", text) == []


@pytest.mark.parametrize("code", ["%run badsyn.py", "import badsyn"])
def test_a_syntax_error_in_a_file_names_the_file(reported: Reported, code: str) -> None:
    reported.kernel.run("%%writefile badsyn.py\nx = 1\n\ny = = 'Smith'")
    event = reported.event_of(code)
    assert event["kind"] == ("run" if "%run" in code else "cell")
    assert event["traceback"][-1] == {"filename": "badsyn.py", "fun_name": "<module>", "lineno": 3}
    assert "Smith" not in str(event)


@pytest.mark.parametrize("code", ["exec('x = = 1')", "compile('x = = 1', '<mine>', 'exec')"])
def test_a_syntax_error_in_no_file_stays_where_it_was_raised(reported: Reported, code: str) -> None:
    event = reported.event_of(code)
    assert event["traceback"][-1]["filename"] == f"<cell {event['execution_count']}>"


POOLS = {
    "concurrent.futures": (
        "from concurrent.futures import ProcessPoolExecutor\nwith ProcessPoolExecutor(1{context}) as pool:\n"
        "    list(pool.map(work, ['Smith']))"
    ),
    "multiprocessing": "with multiprocessing.get_context('fork').Pool(1) as pool:\n    pool.map(work, ['Smith'])",
}


@pytest.mark.parametrize("code", POOLS.values(), ids=POOLS)
def test_a_failure_in_another_process_names_its_place(reported: Reported, code: str) -> None:
    context = "" if reported.runtime == "ipython5" else ", multiprocessing.get_context('fork')"
    defined = reported.kernel.run(
        "import multiprocessing\ndef work(text):\n    return inner(text)\n\ndef inner(text):\n    return int(text)"
    ).execution_count
    event = reported.event_of(code.replace("{context}", context))
    assert event["error_name"] == "ValueError"
    assert [tuple(frame.values()) for frame in event["traceback"][-2:]] == [
        (f"<cell {defined}>", "work", 3),
        (f"<cell {defined}>", "inner", 6),
    ]
    assert "Smith" not in str(event)


def test_failures_at_two_places_of_a_worker_are_two(reported: Reported) -> None:
    reported.kernel.run(
        "import multiprocessing\ndef first(text):\n    return int(text)\ndef second(text):\n    return int(text)\n"
        "def work(text):\n    return first(text) if text == 'a' else second(text)"
    )
    run = "with multiprocessing.get_context('fork').Pool(1) as pool:\n    pool.map(work, '{}')"
    first, second = (reported.event_of(run.format(letter)) for letter in "ab")
    assert first["fingerprint"] != second["fingerprint"]
