import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_errreport.event import EventMessageType, new_event_id
from jupyter_errreport.store import Database


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test of a database is one of SQLite and one of PostgreSQL, unless it is marked as one of SQLite alone."""
    if "database" in metafunc.fixturenames and not metafunc.definition.get_closest_marker("sqlite"):
        metafunc.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with contextlib.ExitStack() as stack:
        place: str | Path = tmp_path / "errors.sqlite"
        if getattr(request, "param", "sqlite") == "postgresql":
            place = stack.enter_context(request.getfixturevalue("postgresql").database())
        database = Database(place)
        database.start()
        stack.callback(database.close)
        yield database


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
