from collections.abc import Iterator
from pathlib import Path

import pytest

from .server import ApiServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ApiServer]:
    server = ApiServer(tmp_path)
    yield server
    server.close()
