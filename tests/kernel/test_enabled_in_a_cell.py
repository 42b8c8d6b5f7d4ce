"""The documented way: the author's first cell calls `enable()`, while it runs itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.kernel.test_capture import EVERYWHERE, ROWS, Row, assert_traceback
from tests.support.kernels import kernel
from tests.support.receiver import receiver
from tests.support.reported import Reported

NAMES = ("runtime error", "syntax error", "%run of a failing file", "%time", "nested run_cell", "raise from")
TABLE = [row for row in ROWS if row.name in NAMES and row.runtimes == EVERYWHERE]


@pytest.fixture(scope="module")
def enabled(
    every_runtime: str, runtime_python: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reported]:
    home = tmp_path_factory.mktemp("home")
    with receiver() as to, kernel(runtime_python(every_runtime), {"HOME": str(home)}, cwd=home) as running:
        running.run(
            f"# the first cell\nfrom jupyter_errreport import ErrorServer\nes = ErrorServer('{to.url}', notebook='n')\n"
            "es.enable()"
        )
        running.run("%%writefile failing.py\n\ndef fail():\n    raise RuntimeError('Smith')\n\nfail()\n")
        yield Reported(running, to, every_runtime)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_a_later_cell_is_known_by_its_own_number(enabled: Reported, row: Row) -> None:
    before = len(enabled.receiver.events)
    count = enabled.kernel.run(row.code).execution_count
    enabled.kernel.run("%errreport flush")
    (event,) = enabled.receiver.events[before:]
    assert (event["error_name"], event["kind"]) == (row.error_name, row.kind)
    assert (event["execution_count"], event["first_line"]) == (count, row.first_line)
    assert_traceback(event["traceback"], row.traceback, count)


def test_the_first_cell_itself_may_fail(python: Path, tmp_path: Path) -> None:
    with receiver() as to, kernel(python, {"HOME": str(tmp_path)}) as running:
        code = f"from jupyter_errreport import ErrorServer\nes = ErrorServer('{to.url}').enable()\n1 / 0"
        running.run(code)
        running.run("%errreport flush")
        running.run("2 / 0")
        running.run("%errreport flush")
        assert [(event["execution_count"], event["traceback"][0]["filename"]) for event in to.events] == [
            (1, "<cell 1>"),
            (3, "<cell 3>"),
        ]
