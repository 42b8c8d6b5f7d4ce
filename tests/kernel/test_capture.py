"""Each failure of a notebook arrives exactly once, on every IPython (docs/capture.md has the table)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from jupyter_errreport.event import fingerprint
from jupyter_errreport.source import cell_hash
from tests.support.reported import Reported
from tests.support.waiting import wait_for

MODERN = ("ipython9", "ipython8", "ipython7")
EVERYWHERE = (*MODERN, "ipython5")


@dataclass(frozen=True)
class Row:
    """One row of the table: a cell, and what its event says."""

    name: str
    code: str
    error_name: str
    traceback: list[tuple[str, str, int]]
    """File, function and line of each frame; `N` stands for the cell's number."""
    kind: str = "cell"
    first_line: str = ""
    chain: list[tuple[str, str]] = field(default_factory=list)
    runtimes: tuple[str, ...] = EVERYWHERE
    counted: bool = True


ROWS = (
    Row(
        "runtime error",
        "#@title Divide by nothing\nx = 0\n1 / x",
        "ZeroDivisionError",
        [("<cell N>", "<module>", 3)],
        first_line="#@title Divide by nothing",
    ),
    Row(
        "error in a library",
        "import json\njson.loads('{private')",
        "JSONDecodeError",
        [
            ("<cell N>", "<module>", 2),
            ("json/__init__.py", "loads", -1),
            ("json/decoder.py", "decode", -1),
            ("json/decoder.py", "raw_decode", -1),
        ],
        first_line="import json",
    ),
    Row(
        "function of an earlier line",
        "def f(value):\n    return int(value)\n\nf('Smith')",
        "ValueError",
        [("<cell N>", "<module>", 4), ("<cell N>", "f", 2)],
        first_line="def f(value):",
    ),
    Row(
        "syntax error",
        "x = = 'Smith'",
        "SyntaxError",
        [("<cell N>", "<module>", 1)],
        kind="syntax",
        first_line="x = = <str>",
    ),
    Row(
        "indentation error",
        "if True:\nx = 2",
        "IndentationError",
        [("<cell N>", "<module>", 2)],
        kind="syntax",
        first_line="if True:",
    ),
    Row(
        "%run of a failing file",
        "%run failing.py",
        "RuntimeError",
        [("failing.py", "<module>", 5), ("failing.py", "fail", 3)],
        kind="run",
        first_line="%run <path>",
    ),
    Row(
        "a __repr__ that fails at display",
        "class A:\n    def __repr__(self):\n        raise ValueError('Smith')\nA()",
        "ValueError",
        [("<cell N>", "__repr__", 3)],
        first_line="class A:",
    ),
    Row("%time", "%time int('Smith')", "ValueError", [], first_line="%time int(<str>)"),
    Row("%%time", "%%time\nx = 1\nint('Smith')", "ValueError", [("<cell N>", "<module>", 3)], first_line="%%time"),
    Row(
        "%%capture",
        "%%capture\nx = 1\nint('Smith')",
        "ValueError",
        [("<cell N>", "<module>", 3)],
        first_line="%%capture",
    ),
    Row(
        "%%bash",
        "%%bash\nexit 3",
        "CalledProcessError",
        [("<cell N>", "<module>", 1)],
        first_line="%%bash",
        runtimes=MODERN,
    ),
    Row(
        "nested run_cell",
        "get_ipython().run_cell('1 / 0');",
        "ZeroDivisionError",
        [("<cell N>", "<module>", 1)],
        first_line="get_ipython().run_cell(<str>);",
    ),
    Row(
        "top-level await",
        "import asyncio\nawait asyncio.sleep(0)\n1 / 0",
        "ZeroDivisionError",
        [("<cell N>", "<module>", 3)],
        first_line="import asyncio",
        runtimes=MODERN,
    ),
    Row(
        "exception group",
        "raise ExceptionGroup('Smith', [ValueError(1), TypeError(2)])",
        "ExceptionGroup",
        [("<cell N>", "<module>", 1)],
        first_line="raise ExceptionGroup(<str>, [ValueError(<int>), TypeError(<int>)])",
        chain=[("ValueError", "member"), ("TypeError", "member")],
        runtimes=MODERN,
    ),
    Row(
        "raise from",
        "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise KeyError('Smith') from error",
        "KeyError",
        [("<cell N>", "<module>", 4)],
        first_line="try:",
        chain=[("ZeroDivisionError", "cause")],
    ),
    Row(
        "raise while handling",
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n    {}['Smith']",
        "KeyError",
        [("<cell N>", "<module>", 4)],
        first_line="try:",
        chain=[("ZeroDivisionError", "context")],
    ),
    Row(
        "widget callback",
        "import ipywidgets\nbutton = ipywidgets.Button()\nbutton.on_click(lambda _: 1 / 0)\nbutton.click()",
        "ZeroDivisionError",
        [("<cell N>", "<lambda>", 3)],
        kind="callback",
        first_line="import ipywidgets",
        runtimes=MODERN,
    ),
    Row(
        "with Output()",
        "import ipywidgets\nwith ipywidgets.Output():\n    1 / 0",
        "ZeroDivisionError",
        [("<cell N>", "<module>", 3)],
        kind="callback",
        first_line="import ipywidgets",
        runtimes=MODERN,
    ),
    Row(
        "thread",
        "import threading\ndef work():\n    1 / 0\nt = threading.Thread(target=work); t.start(); t.join()",
        "ZeroDivisionError",
        [("<cell N>", "work", 3)],
        kind="thread",
        first_line="import threading",
        runtimes=MODERN,
        counted=False,
    ),
    Row(
        "task that nobody awaited",
        "import asyncio, gc\nasync def work():\n    1 / 0\ntask = asyncio.ensure_future(work())\n"
        "await asyncio.wait([task])\ndel task\ngc.collect();",
        "ZeroDivisionError",
        [("<cell N>", "work", 3)],
        kind="task",
        first_line="import asyncio, gc",
        runtimes=MODERN,
        counted=False,
    ),
    Row(
        "unknown magic",
        "%no_such_magic 3",
        "UsageError",
        [("<cell N>", "<module>", 1)],
        first_line="%<name> <int>",
    ),
    Row(
        "class of the reader's own",
        "class Broken(Exception):\n    pass\nraise Broken('Smith')",
        "Broken",
        [("<cell N>", "<module>", 3)],
        first_line="class Broken(Exception):",
    ),
)


@pytest.fixture(scope="module", autouse=True)
def failing_file(reported: Reported) -> None:
    """The file that `%run` runs."""
    reported.kernel.run("%%writefile failing.py\n\ndef fail():\n    raise RuntimeError('Smith')\n\nfail()\n")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_failure_arrives_once_and_says_where(reported: Reported, row: Row) -> None:
    if reported.runtime not in row.runtimes:
        assert reported.runtime == "ipython5"
        return
    before = len(reported.receiver.events)
    count = reported.kernel.run(row.code).execution_count
    if row.kind == "task":  # told of when the loop next turns
        wait_for(lambda: len(reported.receiver.events) > before, "the task's error")
    assert "All sent." in reported.kernel.run("%errreport flush").text
    events = reported.receiver.events[before:]
    assert len(events) == 1, events
    event = events[0]
    assert event["error_name"] == row.error_name
    assert event["kind"] == row.kind
    assert event["execution_count"] == (count if row.counted else -1)
    assert event["first_line"] == row.first_line
    # A hash of a text that is no Python could be guessed.
    assert event.get("cell_hash") == (None if event["kind"] == "syntax" else cell_hash(row.code))
    assert [(other["error_name"], other["relation"]) for other in event["chain"]] == row.chain
    assert_traceback(event["traceback"], row.traceback, count)
    assert event["fingerprint"] == fingerprint(
        event["error_name"], event["error_message"], event["traceback"], cell_hash=event.get("cell_hash")
    )
    assert event["notebook"] == "table"
    assert event["count"] == 1
    assert event["language"] == "python"
    assert "Smith" not in str(event)
    assert "private" not in str(event)


def assert_traceback(found: list[dict[str, Any]], expected: list[tuple[str, str, int]], count: int) -> None:
    """Compare without what a magic's own first line adds, and without lines of the standard library."""
    frames = [(frame["filename"], frame["fun_name"], frame["lineno"]) for frame in found]
    wanted = [
        (name.replace("N", str(count)) if name == "<cell N>" else name, fun, line) for name, fun, line in expected
    ]
    for filename, _, line in frames:
        assert not filename.startswith("/")
        assert "IPython" not in filename
        assert "ipykernel" not in filename
        assert line > 0
    if not wanted:
        assert {frame[:2] for frame in frames} == {(f"<cell {count}>", "<module>")}
        return
    tail = frames[-len(wanted) :]
    assert [frame[:2] for frame in tail] == [frame[:2] for frame in wanted]
    assert all(line in (got, -1) for (_, _, line), (_, _, got) in zip(wanted, tail, strict=True))
    # `%%time` of IPython 5 and 9 passes the error on through the cell's own first line.
    assert set(frames[: -len(wanted)]) <= {(f"<cell {count}>", "<module>", 1)}


@pytest.mark.parametrize("code", ["x = 1", "try:\n    1 / 0\nexcept ZeroDivisionError:\n    pass", "!false", "", "x?"])
def test_a_cell_that_does_not_fail_reports_nothing(reported: Reported, code: str) -> None:
    assert reported.events_of(code) == []


def test_a_stop_by_the_reader_is_not_reported(reported: Reported) -> None:
    assert reported.events_of("raise KeyboardInterrupt") == []
    assert reported.events_of("import sys\nsys.exit()") == []
    assert "you stopped the cell yourself" in reported.kernel.run("%errreport status").text


def test_the_same_error_twice_is_two_events(reported: Reported) -> None:
    first, second = reported.event_of("{}['a']"), reported.event_of("{}['a']")
    assert first["event_id"] != second["event_id"]
    assert first["fingerprint"] == second["fingerprint"]
    assert second["execution_count"] > first["execution_count"]


def test_a_recursion_is_folded_to_three_rounds(reported: Reported) -> None:
    event = reported.event_of("def f(n):\n    return f(n + 1)\nf(0)")
    assert event["error_name"] == "RecursionError"
    assert [frame["fun_name"] for frame in event["traceback"]] == ["<module>", "f", "f", "f"]


def test_a_part_of_an_earlier_cell_that_fails_is_named_by_that_cell(reported: Reported) -> None:
    defined = reported.kernel.run("def later():\n    return undefined_name").execution_count
    event = reported.event_of("later()")
    assert [frame["filename"] for frame in event["traceback"]] == [
        f"<cell {event['execution_count']}>",
        f"<cell {defined}>",
    ]


def test_a_chain_is_bounded_and_each_exception_is_in_it_once(reported: Reported) -> None:
    event = reported.event_of(
        "error = None\nfor i in range(30):\n    new = ValueError(i)\n    new.__cause__ = error\n    error = new\n"
        "first = error\nwhile first.__cause__ is not None:\n    first = first.__cause__\n"
        "first.__cause__ = error\nraise error"
    )
    assert len(event["chain"]) == 10
