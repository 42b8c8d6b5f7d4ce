"""What a machine lacks is said by name, and under CI it is a failure: no test is left out unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

TESTS = """
import pytest

@pytest.mark.needs("chromium")
def test_in_a_browser():
    pass

@pytest.mark.needs("chromium")
@pytest.mark.parametrize("page", ["errors", "status"])
def test_a_page(page):
    pass

def test_without_needs():
    pass
"""


@pytest.fixture
def bare_machine(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, root: Path) -> pytest.Pytester:
    """A machine with no program at all, and three tests that want a browser."""
    monkeypatch.setenv("PATH", str(pytester.path))
    monkeypatch.setenv("PYTHONPATH", str(root))  # for the plugin: our conftest
    monkeypatch.delenv("CI", raising=False)
    pytester.makeini("[pytest]\nmarkers = needs(name): as in pyproject.toml")
    pytester.makepyfile(test_pages=TESTS)
    return pytester


@pytest.mark.parametrize("workers", ["0", "2"])
def test_what_was_not_run_is_listed_with_the_command_that_brings_it(
    bare_machine: pytest.Pytester, workers: str
) -> None:
    result = bare_machine.runpytest_subprocess("-p", "tests.conftest", "-n", workers)
    result.assert_outcomes(passed=1, skipped=3)
    result.stdout.fnmatch_lines(
        [
            "*not run on this machine*",
            "chromium is not here. To bring it: apt-get install chromium",
            "    test_pages.py: 3 tests",
        ]
    )


def test_under_ci_it_is_a_failure(bare_machine: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    result = bare_machine.runpytest_subprocess("-p", "tests.conftest", "-n", "2")
    result.assert_outcomes(passed=1, errors=3)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*needs chromium, and under CI nothing may be left out: apt-get install chromium*"])


def test_where_all_is_there_nothing_is_said(bare_machine: pytest.Pytester) -> None:
    browser = Path(bare_machine.path) / "chromium"
    browser.touch(0o755)
    result = bare_machine.runpytest_subprocess("-p", "tests.conftest")
    result.assert_outcomes(passed=4)
    result.stdout.no_fnmatch_line("*not run on this machine*")


def test_a_need_that_nobody_knows_is_a_mistake(bare_machine: pytest.Pytester) -> None:
    bare_machine.makepyfile(test_more='import pytest\n@pytest.mark.needs("teapot")\ndef test_tea(): pass')
    result = bare_machine.runpytest_subprocess("-p", "tests.conftest")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*needs 'teapot', which tests/support/machine.py does not know*"])
