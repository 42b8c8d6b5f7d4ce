import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from .server import ApiServer

OF_BOTH = ("test_groups", "test_notebooks", "test_reading", "test_sessions", "test_sources")
"""Tests of what queries find: they run on PostgreSQL too."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run those tests on both databases."""
    if "server" in metafunc.fixturenames and metafunc.module.__name__.rpartition(".")[2] in OF_BOTH:
        metafunc.parametrize("server", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ApiServer]:
    with contextlib.ExitStack() as stack:
        place: str | Path = tmp_path / "errors.sqlite"
        if getattr(request, "param", "sqlite") == "postgresql":
            place = stack.enter_context(request.getfixturevalue("postgresql").database())
        server = ApiServer(place)
        stack.callback(server.close)
        yield server
