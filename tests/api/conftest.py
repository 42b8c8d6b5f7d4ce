from collections.abc import Iterator

import pytest

from .server import ApiServer


@pytest.fixture
def server(place: str) -> Iterator[ApiServer]:
    server = ApiServer(place)
    yield server
    server.close()
