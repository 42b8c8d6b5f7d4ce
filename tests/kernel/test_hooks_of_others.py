"""The hooks of threads, event loops and comms belong to many: each is called once, whoever came first."""

from __future__ import annotations

import pytest

from tests.support.reported import Reported
from tests.support.waiting import wait_for

THREAD = "import threading\ndef work():\n    1 / 0\nt = threading.Thread(target=work); t.start(); t.join()"
TASK = (
    "import asyncio, gc\nasync def work():\n    1 / 0\ntask = asyncio.ensure_future(work())\n"
    "await asyncio.wait([task])\ndel task\ngc.collect();"
)


@pytest.fixture(autouse=True)
def modern(reported: Reported) -> bool:
    """Whether this IPython has loops that run while cells do, and this Python a hook for threads."""
    return reported.runtime != "ipython5"


def events_of_loop(reported: Reported, code: str) -> list[str]:
    """The kinds of the events of a cell that fails after it has ended."""
    before = len(reported.receiver.events)
    reported.kernel.run(code)
    wait_for(lambda: len(reported.receiver.events) > before, "the error")
    assert "All sent." in reported.kernel.run("%errreport flush").text
    return [event["kind"] for event in reported.receiver.events[before:]]


def switched(reported: Reported, times: int) -> None:
    for _ in range(times):
        reported.kernel.run("%unload_ext jupyter_errreport")
        reported.kernel.run("%load_ext jupyter_errreport")


def test_a_wrapped_hook_of_threads_is_called_once(reported: Reported, modern: bool) -> None:
    if not modern:
        return
    reported.kernel.run(
        "import threading\nbefore, heard = threading.excepthook, []\n"
        "def theirs(args):\n    heard.append(args.exc_type)\n    before(args)\nthreading.excepthook = theirs"
    )
    switched(reported, 3)
    assert [event["kind"] for event in reported.events_of(THREAD)] == ["thread"]
    assert reported.kernel.run("len(heard)").results == ["1"]
    reported.kernel.run("%unload_ext jupyter_errreport")
    assert reported.kernel.run("threading.excepthook is theirs").results == ["True"]
    assert reported.events_of(THREAD) == []
    assert reported.kernel.run("len(heard)").results == ["2"]
    reported.kernel.run("threading.excepthook = before")
    reported.kernel.run("%load_ext jupyter_errreport")


@pytest.mark.parametrize("calls", ["loop.default_exception_handler(context)", "pass"])
def test_a_handler_that_the_reader_gives_the_loop_is_called(reported: Reported, modern: bool, calls: str) -> None:
    if not modern:
        return
    own = (
        "import asyncio\nheard, loop = [], asyncio.get_running_loop()\n"
        f"def theirs(loop, context):\n    heard.append(context['exception'])\n    {calls}\n"
        "loop.set_exception_handler(theirs)\n"
    )
    assert events_of_loop(reported, own + TASK) == ["task"], "in the same cell"
    assert events_of_loop(reported, TASK) == ["task"]
    switched(reported, 3)
    assert events_of_loop(reported, TASK) == ["task"]
    assert reported.kernel.run("len(heard)").results == ["3"]
    assert reported.kernel.run("loop.get_exception_handler() is theirs").results == ["True"]
    reported.kernel.run("loop.set_exception_handler(None)")


def test_a_handler_around_the_one_that_was_there(reported: Reported, modern: bool) -> None:
    if not modern:
        return
    reported.kernel.run(
        "import asyncio\nheard, loop = [], asyncio.get_running_loop()\nbefore = loop.call_exception_handler\n"
        "def theirs(context):\n    heard.append(context['exception'])\n    before(context)\n"
        "loop.call_exception_handler = theirs"
    )
    switched(reported, 3)
    assert events_of_loop(reported, TASK) == ["task"]
    assert reported.kernel.run("len(heard)").results == ["1"]
    reported.kernel.run("del loop.call_exception_handler")
    switched(reported, 1)
    assert events_of_loop(reported, TASK) == ["task"]


def test_a_callback_of_the_loop_that_fails(reported: Reported, modern: bool) -> None:
    if not modern:
        return
    code = "import asyncio\ndef later():\n    1 / 0\nasyncio.get_running_loop().call_soon(later);"
    assert events_of_loop(reported, code) == ["task"]
    assert reported.receiver.events[-1]["traceback"][-1]["fun_name"] == "later"


@pytest.mark.parametrize("where", ["target", "message", "close"])
def test_a_comm_that_fails(reported: Reported, where: str) -> None:
    reported.kernel.run(
        "def target(comm, message):\n    comm.on_msg(lambda message: 1 / 0)\n    comm.on_close(lambda message: 1 / 0)\n"
        "    if message['content']['data']:\n"
        "        {}['Smith']\nget_ipython().kernel.comm_manager.register_target('theirs', target)"
    )
    client, before = reported.kernel.client, len(reported.receiver.events)

    def send(kind: str, **content: object) -> None:
        client.shell_channel.send(client.session.msg(kind, {"comm_id": where, "target_name": "theirs", **content}))

    send("comm_open", data={"fail": 1} if where == "target" else {})
    if where == "message":
        send("comm_msg", data={})
    if where == "close":
        send("comm_close", data={})
    wait_for(lambda: len(reported.receiver.events) > before, "the error")
    assert "All sent." in reported.kernel.run("%errreport flush").text
    events = reported.receiver.events[before:]
    assert [(event["error_name"], event["kind"]) for event in events] == [
        ("KeyError" if where == "target" else "ZeroDivisionError", "callback")
    ]
    assert events[0]["traceback"][-1]["filename"].startswith("<cell ")


@pytest.mark.parametrize(
    "text", ["x = 1\n\ny = = 'Smith'", "x = 1\n\nraise ValueError('Smith')"], ids=["no Python", "fails"]
)
def test_a_module_that_can_not_be_read_anew(reported: Reported, text: str) -> None:
    def write(source: str, seconds: int) -> str:
        return f"import os\nopen('read_anew.py', 'w').write({source!r})\nos.utime('read_anew.py', (0, {seconds}));"

    reported.kernel.run("%load_ext autoreload\n%autoreload 2")
    reported.kernel.run(write("x = 1", len(text)))
    reported.kernel.run("import read_anew")
    reported.kernel.run("x = 1")
    before = len(reported.receiver.events)
    reported.kernel.run(write(text, len(text) + 1))
    run = reported.kernel.run("x = 2")
    assert (run.status, "autoreload of read_anew failed" in run.text) == ("ok", True)
    assert "errreport" not in run.text
    reported.kernel.run("%errreport flush")
    events = reported.receiver.events[before:]
    assert reported.events_of("x = 3") == []
    assert [(event["error_name"], event["kind"], event["execution_count"]) for event in events] == [
        ("SyntaxError" if "= =" in text else "ValueError", "callback", -1)
    ]
    assert events[0]["traceback"][-1] == {"filename": "read_anew.py", "fun_name": "<module>", "lineno": 3}
    assert "Smith" not in str(events)
    reported.kernel.run("%autoreload 0\nimport sys\ndel sys.modules['read_anew']")
    switched(reported, 1)
    reported.kernel.run("%unload_ext jupyter_errreport")
    found = (
        "import traceback\nextension = sys.modules.get('autoreload') or sys.modules['IPython.extensions.autoreload']\n"
        "extension.traceback is traceback"
    )
    assert reported.kernel.run(found).results == ["True"]
    reported.kernel.run("%load_ext jupyter_errreport")
