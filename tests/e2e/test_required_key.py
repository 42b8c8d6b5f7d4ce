"""What clients do with a collector that asks for keys: ours without and with one, and notebook-error-reporter's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.collectors import ADMIN, Collector
from tests.support.kernels import kernel
from tests.support.waiting import wait_for

pytestmark = pytest.mark.needs("installed wheel")


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory, here: Path) -> Iterator[Collector]:
    running = Collector(here, tmp_path_factory.mktemp("collector"), "--require-key")
    yield running
    running.stop()


def key_of(collector: Collector, notebook: str) -> dict[str, Any]:
    made: dict[str, Any] = collector.post("keys", {"notebook": notebook}, ADMIN).json()
    return made


def not_accepted(collector: Collector) -> list[str]:
    return [item["notebook"] for item in collector.read("not-accepted")]


def test_a_notebook_without_a_key_says_why_and_keeps_its_errors(
    runtime_python: Callable[[str], Path], strict: Collector
) -> None:
    with kernel(runtime_python("ipython9")) as running:
        running.run(
            "from jupyter_errreport import ErrorServer\n"
            f"es = ErrorServer(url={strict.url!r}, notebook='keyless')\nes.enable()"
        )
        failed = running.run("int('x')")
        assert [error["ename"] for error in failed.errors] == ["ValueError"]
        running.run("es.flush(timeout=1)")

        def refused() -> str:
            status = running.run("%errreport status").text
            return status if "401: it takes only reports with the notebook's key" in status else ""

        assert "waiting 1" in wait_for(refused, "the refusal")
    assert strict.errors(notebook="keyless") == []
    assert strict.read("sessions", notebook="keyless") == []
    assert "keyless" in not_accepted(strict)


def test_the_copied_lines_report_errors_and_the_session(
    runtime_python: Callable[[str], Path], strict: Collector
) -> None:
    lines = key_of(strict, "lecture")["lines"]
    code = lines.partition("\n")[2]  # it is installed already
    with kernel(runtime_python("ipython9")) as running:
        assert running.run(f"{code.replace('ErrorServer(url', 'es = ErrorServer(url')}").status == "ok"
        running.run("1 / 0")
        assert "True" in running.run("es.flush(timeout=60)").results
        told = json.loads(running.run("import json\nprint(json.dumps(es.retrieve_errors()))").text)
    assert [error["error_name"] for error in told] == ["ZeroDivisionError"]
    (error,) = strict.errors(notebook="lecture")
    (session,) = strict.read("sessions", notebook="lecture")
    assert error["session"] == session["session"]
    assert "lecture" not in not_accepted(strict)


def test_a_key_in_the_environment_works_as_in_the_notebook(
    runtime_python: Callable[[str], Path], strict: Collector, tmp_path: Path
) -> None:
    environment = {
        "JUPYTER_ERRREPORT_URL": strict.url,
        "JUPYTER_ERRREPORT_TOKEN": key_of(strict, "by environment")["token"],
        "JUPYTER_ERRREPORT_NOTEBOOK": "by environment",
    }
    with kernel(runtime_python("ipython9"), environment) as running:
        running.run("%load_ext jupyter_errreport")
        running.run("1 / 0")
        running.run("%errreport flush")
    assert [error["error_name"] for error in strict.errors(notebook="by environment")] == ["ZeroDivisionError"]


def test_the_predecessors_client_is_told_and_breaks_nothing(
    runtime_python: Callable[[str], Path], strict: Collector
) -> None:
    with kernel(runtime_python("ipython9")) as running:
        enabled = running.run(
            "from notebook_error_reporter import ErrorServer\n"
            f"es = ErrorServer(url={strict.url!r}, notebook='of the predecessor')\nes.enable()"
        )
        assert [error["evalue"].partition(":")[0] for error in enabled.errors] == ["401 Client Error"]
        failed = running.run("1 / 0")
        assert [error["ename"] for error in failed.errors] == ["ZeroDivisionError"]
    assert strict.errors(notebook="of the predecessor") == []
    assert strict.read("sessions", notebook="of the predecessor") == []
    assert "of the predecessor" in not_accepted(strict)
