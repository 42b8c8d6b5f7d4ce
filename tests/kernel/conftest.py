"""Real kernels of each IPython that users have, reporting to a receiver of the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.kernels import kernel
from tests.support.receiver import receiver
from tests.support.reported import Reported
from tests.support.runtimes import ALL


@pytest.fixture(scope="module", params=[runtime.name for runtime in ALL])
def runtime(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def python(runtime: str, runtime_python: Callable[[str], Path]) -> Path:
    return runtime_python(runtime)


@pytest.fixture(scope="module")
def reported(python: Path, runtime: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reported]:
    """One kernel for all tests of a module: a row of the table must not disturb the next."""
    home = tmp_path_factory.mktemp("home")
    with receiver() as to:
        environment = {"JUPYTER_ERRREPORT_URL": to.url, "JUPYTER_ERRREPORT_NOTEBOOK": "table", "HOME": str(home)}
        with kernel(python, environment, cwd=home) as running:
            yield Reported(running, to, runtime)
