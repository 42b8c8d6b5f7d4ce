"""Others show errors in ways of their own: the kind stays what it is, and what they show stays theirs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.reported import Reported

LIBRARY = '''%%writefile shows.py
"""As libraries do it that show errors in colours, in a widget, or translated."""
from IPython import get_ipython
from IPython.core.interactiveshell import InteractiveShell

calls = []


def handler(shell, etype, value, tb, tb_offset=None):
    calls.append(etype.__name__)
    shell.showtraceback((etype, value, tb), tb_offset=tb_offset)


def quiet(shell, etype, value, tb, tb_offset=None):
    calls.append(etype.__name__)


def patch_instance(shell):
    before = shell.showtraceback

    def show(*args, **kwargs):
        calls.append("")
        return before(*args, **kwargs)

    shell.showtraceback = show


def patch_class():
    before = InteractiveShell.showtraceback

    def show(self, *args, **kwargs):
        calls.append("")
        return before(self, *args, **kwargs)

    InteractiveShell.showtraceback = show
    return before


def runfile(line):
    shell = get_ipython()
    try:
        with open(line.strip()) as file:
            exec(compile(file.read(), line.strip(), "exec"), shell.user_ns)
    except Exception:
        shell.showtraceback()


def click(callback):
    try:
        callback()
    except Exception:
        get_ipython().showtraceback()
'''


@pytest.fixture(scope="module", autouse=True)
def library(reported: Reported) -> None:
    """What stands for a library, beside the notebook."""
    reported.kernel.run(LIBRARY)
    reported.kernel.run("%%writefile failing.py\n1 / 0")
    reported.kernel.run("import shows\nip = get_ipython()")


def calls_after(reported: Reported, code: str) -> int:
    """How often the library's way to show an error was called by a cell."""
    reported.kernel.run("shows.calls.clear()")
    reported.kernel.run(code)
    return int(reported.kernel.run("len(shows.calls)").results[0])


@pytest.fixture
def handler(reported: Reported) -> Iterator[None]:
    yield
    reported.kernel.run("ip.set_custom_exc((), None)")


@pytest.mark.parametrize("name", ["handler", "quiet"])
@pytest.mark.usefixtures("handler")
def test_a_custom_handler_shows_an_error_of_the_cell(reported: Reported, name: str) -> None:
    reported.kernel.run(f"ip.set_custom_exc((Exception,), shows.{name})")
    before = len(reported.receiver.events)
    assert calls_after(reported, "x = 0\n1 / x") == 1
    reported.kernel.run("%errreport flush")
    events = reported.receiver.events[before:]
    assert [(event["kind"], event["traceback"][0]["filename"]) for event in events] == [
        ("cell", f"<cell {events[0]['execution_count']}>")
    ]
    assert reported.event_of("%run failing.py")["kind"] == "run"


@pytest.mark.usefixtures("handler")
def test_a_handler_that_the_reader_wrote_calls_a_library(reported: Reported) -> None:
    reported.kernel.run(
        "def mine(shell, etype, value, tb, tb_offset=None):\n    shows.handler(shell, etype, value, tb, tb_offset)\n"
        "ip.set_custom_exc((Exception,), mine)"
    )
    assert reported.event_of("1 / 0")["kind"] == "cell"


def test_a_patch_of_the_shell_shows_an_error_of_the_cell(reported: Reported) -> None:
    reported.kernel.run("shows.patch_instance(ip)")
    before = len(reported.receiver.events)
    assert calls_after(reported, "1 / 0") == 1
    assert calls_after(reported, "%run failing.py") == 1
    reported.kernel.run("%errreport flush")
    assert [event["kind"] for event in reported.receiver.events[before:]] == ["cell", "run"]
    reported.kernel.run("%unload_ext jupyter_errreport")
    assert calls_after(reported, "1 / 0") == 1
    reported.kernel.run("%load_ext jupyter_errreport")
    assert calls_after(reported, "# once more\n1 / 0") == 1
    reported.kernel.run("del ip.showtraceback\n%errreport flush")
    reported.kernel.run("%unload_ext jupyter_errreport")
    reported.kernel.run("%load_ext jupyter_errreport")
    assert len(reported.events_of("1 / 0")) == 1


@pytest.mark.parametrize("is_first", [True, False])
def test_a_patch_of_the_class_is_called(reported: Reported, is_first: bool) -> None:
    if is_first:
        reported.kernel.run("%unload_ext jupyter_errreport")
    reported.kernel.run("shown_before = shows.patch_class()")
    if is_first:
        reported.kernel.run("%load_ext jupyter_errreport")
    before = len(reported.receiver.events)
    assert calls_after(reported, "1 / 0") == 1
    reported.kernel.run("shows.InteractiveShell.showtraceback = shown_before")
    assert calls_after(reported, "1 / 0") == 0
    reported.kernel.run("%errreport flush")
    assert [event["kind"] for event in reported.receiver.events[before:]] == ["cell", "cell"]


def test_a_librarys_magic_that_runs_a_file(reported: Reported) -> None:
    reported.kernel.run("ip.register_magic_function(shows.runfile, 'line')")
    event = reported.event_of("%runfile failing.py")
    assert (event["kind"], event["traceback"][-1]["filename"]) == ("run", "failing.py")


def test_what_a_library_calls_for_the_cell_stays_a_callback(reported: Reported) -> None:
    event = reported.event_of("def clicked():\n    1 / 0\nshows.click(clicked)")
    assert event["kind"] == "callback"


def test_code_of_a_front_end_is_not_the_notebooks(reported: Reported) -> None:
    assert reported.events_of("1 / 0", store_history=False) == []
    assert reported.events_of("x = = 1", store_history=False) == []
    assert reported.events_of("1 / 0", silent=True) == []
    assert len(reported.events_of("1 / 0")) == 1


FAIL_TO_BE_SHOWN = {
    "no text": "class Odd(Exception):\n    def __str__(self):\n        raise TypeError('Smith')\nraise Odd",
    "bytes": "class Odd(Exception):\n    def __str__(self):\n        return b'Smith'\nraise Odd",
    "half a character": "class Odd(Exception):\n    pass\nraise Odd('\\ud800 Smith')",
    "no name": (
        "class Meta(type):\n    @property\n    def __name__(cls):\n        raise TypeError('Smith')\n"
        "class Odd(Exception, metaclass=Meta):\n    pass\nraise Odd"
    ),
    "no text of what it came from": (
        "class Mute(Exception):\n    def __str__(self):\n        raise TypeError('Smith')\n"
        "class Odd(Exception):\n    pass\ntry:\n    raise Mute\nexcept Mute:\n    raise Odd('\\ud800')"
    ),
    "a debugger without anybody to ask": "class Odd(Exception):\n    pass\nget_ipython().call_pdb = True\nraise Odd",
}


def shown_until_idle(reported: Reported, code: str) -> str:
    """What a front end shows of a cell to which some IPythons never reply, with us or without."""
    client, shown = reported.kernel.client, ""
    request = client.execute(code, allow_stdin=False, stop_on_error=False)
    while True:
        message = client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") != request:
            continue
        content = message["content"]
        if content.get("execution_state") == "idle":
            return shown
        if message["msg_type"] == "error":
            shown += "".join(content["traceback"])


@pytest.mark.parametrize("code", FAIL_TO_BE_SHOWN.values(), ids=FAIL_TO_BE_SHOWN)
def test_a_failure_that_can_not_be_shown_is_one_failure(reported: Reported, code: str) -> None:
    before = len(reported.receiver.events)
    shown = shown_until_idle(reported, code)
    reported.kernel.run("get_ipython().call_pdb = False")
    reported.kernel.run("%errreport flush")
    events = reported.receiver.events[before:]
    assert [(event["error_name"], event["kind"]) for event in events] == [("Odd", "cell")]
    assert "errreport" not in str(events[0]["traceback"])
    assert "errreport" not in shown
    assert len(reported.events_of("1 / 0")) == 1
