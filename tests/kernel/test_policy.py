"""What may leave, as the machine's configuration says; a notebook's code can't loosen it."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_errreport.event import EventMessageType
from jupyter_errreport.privacy import WITHHELD
from tests.support.kernels import kernel
from tests.support.receiver import receiver

CELL = "# ask Smith\nraise ValueError('patient Smith')"
IN_CODE = "get_ipython().config.ErrReport.policy = 'verbatim'"
LATER = "from jupyter_errreport import ErrorServer\nErrorServer(url={url!r}, notebook='d').enable()"


def event_under(python: Path, home: Path, configuration: str, before: str = "pass") -> EventMessageType:
    """The event of a kernel whose profile has this configuration, and which ran `before`."""
    profile = home / ".ipython" / "profile_default"
    profile.mkdir(parents=True)
    (profile / "ipython_config.py").write_text(configuration)
    with receiver() as to, kernel(python, {"HOME": str(home)}, cwd=home) as running:
        assert running.run(before).status == "ok"
        assert running.run(LATER.format(url=to.url)).status == "ok"
        running.run(CELL)
        running.run("%errreport flush")
        (event,) = to.events
        return event


@pytest.fixture
def newest(runtime_python: object) -> Path:
    return runtime_python("ipython9")  # type: ignore[operator, no-any-return]


def test_by_default_code_leaves_and_no_value(newest: Path, tmp_path: Path) -> None:
    event = event_under(newest, tmp_path, "")
    assert (event["error_message"], event["first_line"]) == ("<str>", "# ask <str>")
    assert "policy" not in event


def test_type_only_leaves_out_messages_and_comments(newest: Path, tmp_path: Path) -> None:
    event = event_under(newest, tmp_path, "get_config().ErrReport.policy = 'type-only'")
    assert (event["error_message"], event["first_line"]) == (WITHHELD, "")
    assert event["policy"] == "type-only"


def test_verbatim_comes_from_a_file_of_the_machine(newest: Path, tmp_path: Path) -> None:
    event = event_under(newest, tmp_path, "get_config().ErrReport.policy = 'verbatim'")
    assert (event["error_message"], event["first_line"]) == ("patient Smith", "# ask Smith")
    assert event["policy"] == "verbatim"


def test_a_notebooks_code_cannot_ask_for_verbatim(newest: Path, tmp_path: Path) -> None:
    event = event_under(newest, tmp_path, "", IN_CODE)
    assert event["error_message"] == "<str>"
    assert "policy" not in event


def test_a_notebooks_code_cannot_loosen_what_a_file_says(newest: Path, tmp_path: Path) -> None:
    event = event_under(newest, tmp_path, "get_config().ErrReport.policy = 'type-only'", IN_CODE)
    assert event["error_message"] == WITHHELD
    assert event["policy"] == "type-only"
