from collections.abc import Iterator
from pathlib import Path

import pytest

from .server import ApiServer


@pytest.fixture
def server(place: str) -> Iterator[ApiServer]:
    server = ApiServer(place)
    yield server
    server.close()


@pytest.fixture
def server_with_file(tmp_path: Path) -> Iterator[ApiServer]:
    """For what is particular about a database in a file."""
    server = ApiServer(tmp_path / "errors.sqlite")
    yield server
    server.close()
