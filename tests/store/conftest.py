from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_errreport.event import EventMessageType, new_event_id
from jupyter_errreport.store import Database
from jupyter_errreport.store.database.clock import clock


@pytest.fixture
def database(place: str) -> Iterator[Database]:
    yield from _started(place)


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Database]:
    """For what is particular about files."""
    yield from _started(str(tmp_path / "errors.sqlite"))


def _started(place: str) -> Iterator[Database]:
    database = Database(place)
    database.start()
    yield database
    database.close()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds by which the writer's clock is ahead, until the end of the test."""
    ahead, source = [0.0], clock.source
    monkeypatch.setattr(clock, "source", lambda: source() + ahead[0])
    monkeypatch.setattr(clock, "_last", clock.last)
    return ahead


@pytest.fixture
def event() -> Callable[..., EventMessageType]:
    """Makes a complete event; each has its own id."""

    def make(**changes: Any) -> EventMessageType:
        fields: Any = {
            "event_id": new_event_id(),
            "timestamp": "2026-11-24T08:00:00.000000Z",
            "notebook": "dock",
            "kind": "cell",
            "language": "python",
            "error_name": "ValueError",
            "error_message": "unknown residue <res>",
            "first_line": "dock(<str>)",
            "execution_count": 3,
            "count": 1,
            "traceback": [{"filename": "<cell 3>", "fun_name": "<module>", "lineno": 1}],
            "chain": [],
            "fingerprint": "f" * 32,
            **changes,
        }
        return fields  # type: ignore[no-any-return]

    return make
