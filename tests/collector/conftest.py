import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.collectors import ADMIN, Collector

Start = Callable[..., Collector]


@pytest.fixture
def start(tmp_path: Path, new_place: Callable[[], str]) -> Iterator[Start]:
    """Starts collectors with arguments of one's own; they end with the test."""
    started: list[Collector] = []

    def starting(*arguments: str, token: str = ADMIN) -> Collector:
        folder = tmp_path / f"collector{len(started)}"
        folder.mkdir()
        started.append(Collector(Path(sys.executable), folder, *arguments, token=token, db=new_place()))
        return started[-1]

    yield starting
    for collector in started:
        if collector.process.poll() is None:
            collector.kill()


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory, module_place: str) -> Iterator[Collector]:
    """One collector for the tests of a module that don't mind each other's errors."""
    collector = Collector(Path(sys.executable), tmp_path_factory.mktemp("collector"), db=module_place)
    yield collector
    collector.kill()
