"""Where an error has no frames of its own: a syntax error in a file, and what failed in another process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_errreport.kernel.remote import remote_of
from jupyter_errreport.kernel.told import TOLD_LIMIT, told_frames
from tests.support.kernels import kernel
from tests.support.receiver import receiver
from tests.support.reported import Reported
from tests.support.waiting import wait_for


class RemoteTraceback(Exception):
    """As multiprocessing has it."""

    def __init__(self, tb: Any) -> None:
        self.tb = tb


def places(message: str, tb: Any) -> list[tuple[str, str, int]]:
    error = ValueError(message)
    error.__cause__ = RemoteTraceback(tb)
    frames = told_frames(error, message, lambda filename: None, remote_of(error))
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


STYLES = {
    "9": "Cell In[7], line 2\n      1 x = 1\n----> 2 work('a')\n\nFile ~/dock.py:9, in work(text)\n"
    "      8 def work(text):\n----> 9     return inner(text)\n\n"
    "File ~/dock.py:12, in Dock.inner(text)\n---> 12     return 1 / 0\n",
    "8.0": "Input In [7], in <cell line: 2>()\n      1 x = 1\n----> 2 work('a')\n\nFile ~/dock.py:9, in work(text)\n"
    "----> 9     return inner(text)\n\nFile ~/dock.py:12, in Dock.inner(text)\n---> 12     return 1 / 0\n",
    "7": "<ipython-input-7-f3d1> in <module>\n      1 x = 1\n----> 2 work('a')\n\n~/dock.py in work(text)\n"
    "      8 def work(text):\n----> 9     return inner(text)\n\n~/dock.py in inner(text)\n---> 12     return 1 / 0\n",
    "plain": "  File \"<ipython-input-7-f3d1>\", line 2, in <module>\n    work('a')\n"
    f'  File "{Path("~/dock.py").expanduser()}", line 9, in work\n    return inner(text)\n'
    f'  File "{Path("~/dock.py").expanduser()}", line 12, in inner\n    return 1 / 0\n',
}


class KernelError(Exception):
    """As ipyparallel, nbclient and papermill have it."""

    def __init__(self, ename: Any, evalue: Any, traceback: Any) -> None:
        super().__init__("an engine failed")
        self.ename, self.evalue, self.traceback = ename, evalue, traceback


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("message", ["Smith", "", f"Smith\n{HEADER}\nFile ~/Smith.py:3, in Smith(x)\n"])
def test_what_another_kernel_showed(style: str, message: str) -> None:
    colour = "\x1b[0;31m"
    header = f"{'-' * 75}\nZeroDivisionError{HEADER.rstrip()}\n" if style != "plain" else HEADER
    text = f"{header}{STYLES[style]}\n{colour}ZeroDivisionError{colour}: {message}"
    for error in (
        KernelError("ZeroDivisionError", message, text),
        KernelError("ZeroDivisionError", message, text.split("\n")),
    ):
        remote = remote_of(error)
        assert remote is not None
        assert (remote.name, remote.message) == ("ZeroDivisionError", message)
        frames = told_frames(error, message, lambda filename: None, remote, 3)
        assert [(Path(frame.code.co_filename).name, frame.lineno, frame.cell) for frame in frames] == [
            ("", 3, 3),
            ("dock.py", 9, None),
            ("dock.py", 12, None),
        ]
        assert [frame.code.co_name for frame in frames][:2] == ["<module>", "work"]
        assert len(told_frames(error, message, lambda filename: None, remote, None)) == 2


def test_what_is_no_word_of_another_kernel() -> None:
    assert remote_of(KernelError(7, "Smith", "")) is None
    assert remote_of(KernelError("KeyError", None, "")) is None
    assert remote_of(ValueError("Smith")) is None


def test_an_error_of_another_kernel_has_its_type_and_place(reported: Reported) -> None:
    reported.kernel.run("%%writefile elsewhere.py\ndef work(text):\n    return int(text)")
    reported.kernel.run(
        "import elsewhere, json\nclass RemoteError(Exception):\n    pass\nclass Composite(RemoteError):\n    pass\n"
        "def told(call, *args):\n    try:\n        call(*args)\n    except Exception as error:\n"
        "        text = get_ipython().InteractiveTB.text(type(error), error, error.__traceback__)\n"
        "        return type(error).__name__, str(error), text\n"
        "def fail(call, *args):\n    error = Composite('Smith')\n"
        "    error.elist = [(*told(call, *args), {})]\n    raise error\n"
        "def fail_once(call, *args):\n    error = RemoteError('Smith')\n"
        "    error.ename, error.evalue, error.traceback = told(call, *args)\n    raise error"
    )
    for way in ("fail", "fail_once"):
        event = reported.event_of(f"{way}(elsewhere.work, 'Smith')")
        assert (event["error_name"], event["kind"]) == ("ValueError", "cell")
        assert event["traceback"][-1] == {"filename": "elsewhere.py", "fun_name": "work", "lineno": 2}
        assert "Smith" not in str(event)
    # Several classes are called so; the name of a class that is not here is known by the cells.
    assert reported.event_of("fail(json.loads, '{Smith')")["error_name"] == "JSONDecodeError"
    event = reported.event_of(
        "error = RemoteError()\nerror.ename, error.evalue, error.traceback = 'Smith', 'Smith', 'Smith'\nraise error"
    )
    assert event["error_name"] == "RemoteError"
    assert "Smith" not in str(event)


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


ELSEWHERE = {
    "joblib": (
        "from joblib import Parallel, delayed\ndef work(text):\n    return int(text)\n"
        "Parallel(2)(delayed(work)('Smith') for _ in range(2))",
        ("ValueError", "invalid literal for int() with base 10: <str>", "work", 3),
    ),
    "dask": (
        "import dask, json\n@dask.delayed\ndef read(text):\n    return {}[text]\n"
        "dask.compute(read('Smith'), scheduler='processes')",
        ("KeyError", "<str>", "read", 4),
    ),
}


def test_libraries_that_have_other_processes_work(runtime_python: Callable[[str], Path], tmp_path: Path) -> None:
    with receiver() as to:
        environment = {"JUPYTER_ERRREPORT_URL": to.url, "HOME": str(tmp_path)}
        with kernel(runtime_python("libraries"), environment, cwd=tmp_path) as running:
            for code, _ in ELSEWHERE.values():
                running.run(code)
            wait_for(lambda: len(to.events) == len(ELSEWHERE), "the errors", 60)
    for event, (_, (name, message, function, lineno)) in zip(to.events, ELSEWHERE.values(), strict=True):
        assert (event["error_name"], event["error_message"]) == (name, message)
        cell = f"<cell {event['execution_count']}>"
        assert event["traceback"][-1] == {"filename": cell, "fun_name": function, "lineno": lineno}
