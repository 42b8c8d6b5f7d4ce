"""For all tests: what they need of the machine, the wheel, and the environments with other IPythons.

A test that needs something which is not there is not run, and the end of the output says so by name. Where the variable
CI is `true` it fails instead.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from tests.support.machine import find_need, find_wheel, package_folder
from tests.support.ports import give_to_kernels
from tests.support.postgresql import PostgreSQLServer
from tests.support.runtimes import BY_NAME, ROOT

pytest_plugins = ["pytest_jupyter.jupyter_server"]

NOT_HERE = "not here"
"""A property of a test's report: the name of what it needs in vain."""


class NotHere(pytest.skip.Exception):  # type: ignore[name-defined, misc]
    """Something that a test needs is not on this machine."""

    def __init__(self, name: str, brought_by: str) -> None:
        super().__init__(f"needs {name}: {brought_by}", _use_item_location=True)
        self.name = name


class NotHereInCI(pytest.fail.Exception):  # type: ignore[name-defined, misc]
    """The same where nothing may be left out."""

    def __init__(self, name: str, brought_by: str) -> None:
        super().__init__(f"needs {name}, and under CI nothing may be left out: {brought_by}", pytrace=False)
        self.name = name


def require(name: str) -> None:
    """Go on only when this is there; for `needs(...)` and for fixtures."""
    need = find_need(name)
    if need is None:
        raise pytest.UsageError(f"nobody knows the need {name!r}: add it to tests/support/machine.py")
    if not need.is_there():
        in_ci = os.environ.get("CI", "").lower() in ("1", "true")
        raise (NotHereInCI if in_ci else NotHere)(name, need.brought_by)


def pytest_report_header() -> list[str]:
    """What is tested: an installed wheel or a checkout."""
    return [f"jupyter_errreport: {package_folder()}", f"wheel for the kernels: {find_wheel() or 'none'}"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A need that nobody knows is a mistake, and found before anything runs."""
    for item in items:
        for name in _needs(item):
            if find_need(name) is None:
                raise pytest.UsageError(f"{item.nodeid} needs {name!r}, which tests/support/machine.py does not know")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Run the test only where everything is that it needs."""
    for name in _needs(item):
        require(name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note in the report what was not there: it goes from a worker to the process that prints the summary."""
    report = yield
    if call.excinfo is not None and isinstance(call.excinfo.value, (NotHere, NotHereInCI)):
        report.user_properties.append((NOT_HERE, call.excinfo.value.name))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not run, and the command that brings what is missing."""
    not_run: dict[str, list[str]] = {}
    for report in itertools.chain.from_iterable(terminalreporter.stats.values()):
        for key, name in getattr(report, "user_properties", ()):
            if key == NOT_HERE:
                not_run.setdefault(name, []).append(report.nodeid)
    if not not_run:
        return
    terminalreporter.section("not run on this machine", yellow=True)
    for name, tests in sorted(not_run.items()):
        need = find_need(name)
        terminalreporter.write_line(f"{name} is not here. To bring it: {need.brought_by if need else '?'}")
        for file, count in Counter(test.partition("::")[0] for test in tests).items():
            terminalreporter.write_line(f"    {file}: {count} test{'s' if count > 1 else ''}")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Twice as many as cores: most tests wait for kernels and servers."""
    return 2 * (os.cpu_count() or 1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Which worker runs what."""
    from tests.support.schedule import LongestFirst

    return LongestFirst(config, log)


def _needs(item: pytest.Item) -> list[str]:
    return [str(name) for mark in item.iter_markers("needs") for name in mark.args]


@pytest.fixture(scope="session", autouse=True)
def _elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Run from an empty folder: kernels put the current one first on their path, and would import the checkout."""
    give_to_kernels()
    before = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("elsewhere"))
    yield
    os.chdir(before)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def wheel() -> Path:
    """The wheel that users install."""
    require("wheel")
    found = find_wheel()
    assert found is not None
    return found


@pytest.fixture(scope="session")
def runtime_python(wheel: Path) -> Callable[[str], Path]:
    """Gives the Python of a runtime by its name, with the wheel installed there without its dependencies."""

    def prepared(name: str) -> Path:
        runtime = BY_NAME[name]
        if not runtime.is_ready and runtime.base is None:
            require(f"python{runtime.needed_python}")
        if not runtime.build():
            raise RuntimeError(f"the runtime {name} could not be built")
        runtime.install(wheel)
        return runtime.executable

    return prepared


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQLServer]:
    """A server whose databases a test may take, with a template of this release's tables."""
    require("postgresql")
    server = PostgreSQLServer()
    try:
        server.make()
        server.start()
        server.make_template()
        yield server
    finally:
        server.remove()


KINDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql")))


NewPlace = Callable[[], str]


@pytest.fixture(params=KINDS)
def new_place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewPlace]:
    """Says where an empty database is, another one each time: in a file, and on a server.

    A test that has a database is run with both.
    """
    with contextlib.ExitStack() as stack:
        yield _new_place(request, tmp_path_factory, stack)


@pytest.fixture
def place(new_place: NewPlace) -> str:
    """Where an empty database is: in a file, and on a server."""
    return new_place()


@pytest.fixture(params=KINDS, scope="module")
def module_place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same, for the tests of a module together."""
    with contextlib.ExitStack() as stack:
        yield _new_place(request, tmp_path_factory, stack)()


def _new_place(
    request: pytest.FixtureRequest, folders: pytest.TempPathFactory, stack: contextlib.ExitStack
) -> NewPlace:
    if request.param == "sqlite":
        return lambda: str(folders.mktemp("database") / "errors.sqlite")
    server: PostgreSQLServer = request.getfixturevalue("postgresql")

    def fresh() -> str:
        url = server.fresh()
        stack.callback(server.drop, url)
        return url

    return fresh
