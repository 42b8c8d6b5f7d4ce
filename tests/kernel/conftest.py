"""Real kernels of each IPython that users have, reporting to a receiver of the tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.kernels import kernel
from tests.support.receiver import receiver
from tests.support.reported import Reported
from tests.support.runtimes import ALL

EVERY = [runtime.name for runtime in ALL]
OFTEN = EVERY if os.environ.get("ERRREPORT_EVERY_RUNTIME") else [EVERY[0], EVERY[-1]]
"""Where a test starts a kernel of its own: on the newest IPython and on the oldest; with the variable on all."""


@pytest.fixture(scope="module", params=OFTEN)
def runtime(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def python(runtime: str, runtime_python: Callable[[str], Path]) -> Path:
    return runtime_python(runtime)


@pytest.fixture(scope="module", params=EVERY)
def every_runtime(request: pytest.FixtureRequest) -> str:
    """For tests that share a kernel, on all."""
    return str(request.param)


@pytest.fixture(scope="module")
def reported(
    every_runtime: str, runtime_python: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reported]:
    """One kernel for all tests of a module, of every IPython: a row of the table must not disturb the next."""
    home = tmp_path_factory.mktemp("home")
    with receiver() as to:
        environment = {"JUPYTER_ERRREPORT_URL": to.url, "JUPYTER_ERRREPORT_NOTEBOOK": "table", "HOME": str(home)}
        with kernel(runtime_python(every_runtime), environment, cwd=home) as running:
            yield Reported(running, to, every_runtime)
