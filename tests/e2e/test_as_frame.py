"""`es.as_frame()` in a notebook: the errors of its session as a pandas table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.collectors import Collector
from tests.support.kernels import kernel

pytestmark = pytest.mark.needs("installed wheel")


def test_a_row_is_an_error_and_a_column_a_field(
    runtime_python: Callable[[str], Path], here: Path, tmp_path: Path
) -> None:
    collector = Collector(here, tmp_path)
    with kernel(runtime_python("libraries")) as running:
        running.run(
            f"from jupyter_errreport import ErrorServer\nes = ErrorServer(url={collector.url!r}, notebook='dock')\n"
            "es.enable()"
        )
        empty = running.run("frame = es.as_frame()\nprint(len(frame), 'error_name' in frame.columns)")
        assert empty.text == "0 True\n"
        running.run("1 / 0")
        running.run("[].pop()")
        told = running.run("frame = es.as_frame(30)\nprint(*sorted(frame['error_name']), frame['count'].sum())")
        assert told.text == "IndexError ZeroDivisionError 2\n"
        collector.stop()
        away = running.run("try:\n    es.as_frame(1)\nexcept ConnectionError as error:\n    print('told:', error)")
        assert away.text.startswith("told: ")
