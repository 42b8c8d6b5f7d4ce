"""Everything is killed at random, and nothing that was promised is lost or counted twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.__main__ import main
from tests.crash.driver import Driver
from tests.crash.failing_kernel import processes_of
from tests.crash.ledger import ask

pytestmark = pytest.mark.needs("installed wheel")


@pytest.mark.parametrize(
    ("database", "rounds"),
    [("sqlite", 20), pytest.param("postgresql", 8, marks=pytest.mark.needs("postgresql"))],
)
def test_rounds_lose_nothing_and_count_nothing_twice(database: str, rounds: int) -> None:
    assert main([f"--rounds={rounds}", f"--database={database}"]) == 0  # the seed is in the output


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))])
def test_the_driver_notices_what_is_lost_and_what_counts_twice(tmp_path: Path, database: str) -> None:
    driver = Driver(tmp_path, 1, print, database)
    try:
        db = driver.collector_db
        failed = "SELECT event_id FROM errors WHERE kind = 'cell' AND error_name != 'Posted' ORDER BY event_id"
        while len(ask(db, failed)) < 3 and driver.figures.rounds < 9:
            driver.run(1)
            assert not driver.figures.broken
        (lost,), (double,), *_, (last,) = ask(db, failed)
        ask(db, f"DELETE FROM errors WHERE event_id IN ('{lost}', '{last}')")
        ask(db, f"UPDATE errors SET count = count + 7 WHERE event_id = '{double}'")
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
