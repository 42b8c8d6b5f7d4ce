"""The hook is a guest in somebody's kernel: it leaves no trace, breaks nothing, and goes when it is asked to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.kernels import kernel
from tests.support.receiver import receiver
from tests.support.reported import Reported
from tests.support.waiting import wait_for


def test_no_name_is_left_in_the_namespace(reported: Reported) -> None:
    names = reported.kernel.run(
        "print([name for name in dir() if 'err' in name.lower() or name in ('os', 'sys')])"
    ).text
    assert names.strip() == "[]"


def test_custom_exception_handlers_are_left_alone(reported: Reported) -> None:
    assert reported.kernel.run("print(get_ipython().custom_exceptions)").text.strip() == "()"


def test_loading_it_again_reports_an_error_once(reported: Reported) -> None:
    reported.kernel.run("%load_ext jupyter_errreport")
    reported.kernel.run("%reload_ext jupyter_errreport")
    reported.kernel.run(
        "import importlib, jupyter_errreport.kernel.reporting as r, jupyter_errreport.kernel.hook as h\n"
        "importlib.reload(h); importlib.reload(r)\n"
        "import jupyter_errreport\njupyter_errreport.load_ipython_extension(get_ipython())\ndel r, h, importlib"
    )
    assert len(reported.events_of("1 / 0")) == 1


def test_reset_does_not_stop_it(reported: Reported) -> None:
    reported.kernel.run("%reset -f")
    event = reported.event_of("# after a reset\n1 / 0")
    assert event["first_line"] == "# after a reset"


def test_autoreload_does_not_disturb_it(reported: Reported) -> None:
    reported.kernel.run("%load_ext autoreload\n%autoreload 2")
    assert len(reported.events_of("1 / 0")) == 1


def test_an_unloaded_hook_leaves_the_shell_as_it_was(reported: Reported) -> None:
    reported.kernel.run("%unload_ext jupyter_errreport")
    left = reported.kernel.run(
        "ip = get_ipython()\nprint([name for name in vars(ip) if name in ('showtraceback', 'showsyntaxerror')], "
        "sum('errreport' in getattr(getattr(f, '__wrapped__', f), '__module__', '') "
        "for event in ip.events.callbacks.values() for f in event))\ndel ip"
    )
    assert left.text.strip() == "[] 0"
    assert reported.events_of("1 / 0") == []
    reported.kernel.run("%load_ext jupyter_errreport")
    assert len(reported.events_of("1 / 0")) == 1


def test_a_failure_of_its_own_is_swallowed_counted_and_shown(reported: Reported) -> None:
    reported.kernel.run(
        "reporting = vars(get_ipython())['_errreport_reporting']\n"
        "reporting.hook._capture = lambda caught: caught.no_such_attribute"
    )
    run = reported.kernel.run("1 / 0")
    assert [error["ename"] for error in run.errors] == ["ZeroDivisionError"]
    assert run.text == ""
    status = reported.kernel.run("%errreport status").text
    assert "faults of our own: 1 (last: AttributeError in <lambda>" in status
    reported.kernel.run("reporting.hook._capture = reporting._capture\ndel reporting")
    assert len(reported.events_of("1 / 0")) == 1


def test_a_forked_child_reports_nothing_of_its_parent_twice(reported: Reported) -> None:
    events = reported.events_of(
        "import multiprocessing\ndef work():\n    int('Smith')\n"
        "process = multiprocessing.get_context('fork').Process(target=work)\nprocess.start(); process.join()\n1 / 0"
    )
    assert [event["error_name"] for event in events] == ["ZeroDivisionError"]


def test_an_error_right_before_the_shutdown_arrives(python: Path) -> None:
    with receiver() as to:
        with kernel(python, {"JUPYTER_ERRREPORT_URL": to.url}) as running:
            running.run("# the last cell\n1 / 0")
        wait_for(lambda: to.events, "the last cell's error")
        assert [event["first_line"] for event in to.events] == ["# the last cell"]


def test_nothing_is_imported_where_nothing_is_configured(python: Path) -> None:
    with kernel(python) as running:
        loaded = running.run("import sys\nprint([name for name in sys.modules if 'errreport' in name])").text
        assert loaded.strip() == "[]"


@pytest.mark.parametrize("variable", ["DO_NOT_TRACK=1", "JUPYTER_ERRREPORT=off"])
def test_the_environment_can_forbid_it(python: Path, variable: str) -> None:
    name, _, value = variable.partition("=")
    with receiver() as to, kernel(python, {"JUPYTER_ERRREPORT_URL": to.url, name: value}) as running:
        running.run("1 / 0")
        running.run(f"from jupyter_errreport import ErrorServer\nErrorServer('{to.url}', notebook='n').enable()")
        running.run("1 / 0")
        status = running.run("%errreport status").text
        assert variable in status
        running.run("%errreport flush")
        assert variable in running.run("%errreport on").text
    assert to.requests == []


def test_a_terminal_ipython_is_left_alone(python: Path, tmp_path: Path) -> None:
    import subprocess

    with receiver() as to:
        environment = {
            **os.environ,
            "JUPYTER_ERRREPORT_URL": to.url,
            "HOME": str(tmp_path),
            "IPYTHONDIR": str(tmp_path),
        }
        environment.pop("PYTHONPATH", None)
        process = subprocess.run(
            [
                str(python),
                "-m",
                "IPython",
                "-c",
                "import sys; print('errreport.kernel.hook' in str(list(sys.modules))); 1/0",
            ],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    assert b"False" in process.stdout
    assert to.requests == []
