"""Everything is killed at random, and nothing that was promised is lost or counted twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.crash.__main__ import main
from tests.crash.driver import Driver
from tests.crash.failing_kernel import processes_of

pytestmark = pytest.mark.needs("installed wheel")


def test_twenty_rounds_lose_nothing_and_count_nothing_twice() -> None:
    assert main(["--rounds", "20"]) == 0  # the seed is in the output


def test_the_driver_notices_what_is_lost_and_what_counts_twice(tmp_path: Path) -> None:
    driver = Driver(tmp_path, 1, print)
    try:
        driver.run(1)
        assert not driver.figures.broken
        with closing(sqlite3.connect(tmp_path / "collector" / "collector.sqlite")) as connection:
            cells = "event_id IN (SELECT event_id FROM errors WHERE kind = 'cell' AND error_name != 'Posted' LIMIT 1"
            connection.execute(f"DELETE FROM errors WHERE {cells})")
            connection.execute(f"UPDATE errors SET count = count + 7 WHERE {cells} OFFSET 1)")
            connection.execute("DELETE FROM errors WHERE event_id = (SELECT max(event_id) FROM errors)")
            connection.commit()
        driver.check(drained=False)
        broken = "\n".join(driver.figures.broken)
        assert driver.figures.lost >= 2
        assert driver.figures.double == 1
        assert "is not stored" in broken
        assert "was stored with" in broken
        assert "not all was delivered" in broken
    finally:
        driver.close()
    assert processes_of(str(tmp_path)) == []
