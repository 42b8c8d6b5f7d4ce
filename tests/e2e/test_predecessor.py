"""The released client of notebook-error-reporter works against the collector, unchanged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.collectors import Collector
from tests.support.kernels import kernel


@pytest.mark.needs("installed wheel")
@pytest.mark.parametrize("name", ["ipython9", "ipython5"])
def test_its_errors_are_stored_and_it_retrieves_them(
    name: str, runtime_python: Callable[[str], Path], collector: Collector
) -> None:
    notebook = f"predecessor {name}"
    with kernel(runtime_python(name)) as running:
        enabled = running.run(
            "from notebook_error_reporter import ErrorServer\n"
            f"es = ErrorServer(url={collector.url!r}, notebook={notebook!r})\nes.enable()"
        )
        assert enabled.status == "ok"
        failed = running.run("# dock the ligand\nraise ValueError('bad ligand')")
        assert [error["ename"] for error in failed.errors] == ["ValueError"]
        assert "reporting failure" not in failed.text
        assert "reporting failure" not in running.run("1 / 0").text
        usage = json.loads(running.run("import json\nprint(json.dumps(es.retrieve_errors()))").text)
    assert {"id", "ip", "uuid", "notebook", "timestamp", "errors"} <= set(usage)
    assert usage["notebook"] == notebook
    first, second = usage["errors"]
    assert {"id", "usage_uuid", "timestamp", "error_name", "error_message", "traceback"} <= set(first)
    assert (first["error_name"], first["error_message"]) == ("ValueError", "bad ligand")
    assert first["usage_uuid"] == usage["uuid"]
    assert second["error_name"] == "ZeroDivisionError"
    listed = collector.errors(notebook=notebook)
    assert [error["error_name"] for error in listed] == ["ZeroDivisionError", "ValueError"]
    assert usage["uuid"] not in json.dumps(listed)
    assert "127.0.0.1" not in json.dumps(collector.read("usages/"))


@pytest.mark.needs("installed wheel")
@pytest.mark.parametrize("name", ["ipython9", "ipython5"])
def test_our_own_client_works_on_the_same_runtimes(
    name: str, runtime_python: Callable[[str], Path], collector: Collector
) -> None:
    notebook = f"ours {name}"
    with kernel(runtime_python(name)) as running:
        running.run(
            "from jupyter_errreport import ErrorServer\n"
            f"es = ErrorServer(url={collector.url!r}, notebook={notebook!r}, release='1.2')\nes.enable()"
        )
        running.run("# dock\nint('Smith')")
        errors = json.loads(running.run("import json\nprint(json.dumps(es.retrieve_errors()))").text)
        key = running.run("print(es.uuid)").text.strip()
    (listed,) = collector.errors(notebook=notebook)
    assert [error["event_id"] for error in errors] == [listed["event_id"]]
    assert listed["release"] == "1.2"
    assert listed["first_line"] == "# dock"
    sessions = [session for session in collector.read("sessions") if session["notebook"] == notebook]
    assert [session["session"] for session in sessions] == [listed["session"]]
    assert key not in json.dumps(collector.read("sessions"))
    assert "Smith" not in json.dumps(listed)
