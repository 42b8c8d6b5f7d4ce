"""What a user's type checker says of a notebook's first lines: the package is typed, and not only says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

USER_CODE = """
from jupyter_errreport import ErrorServer, ErrorSlack, ErrorStore, EventMessageType, TracebackDetailsType

es = ErrorServer(url="https://errors.example.org", notebook="dock").enable()
reveal_type(ErrorServer)
reveal_type(es)
reveal_type(es.retrieve_errors())
reveal_type(es.flush(timeout=2))
told: str = es.test()
reveal_type(ErrorSlack(slack_webhook="https://hooks.example.org").enable())
reveal_type(ErrorStore().enable().error_details)
event: EventMessageType = es.retrieve_errors()[0]
line: TracebackDetailsType = event["traceback"][0]
reveal_type(line["lineno"])
"""
WRONG = """
from jupyter_errreport import ErrorServer

ErrorServer(url=1).enable().retrieve_error()
"""


def mypy(tmp_path: Path, code: str) -> tuple[int, str]:
    (tmp_path / "notebook.py").write_text(code)
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir=cache", "notebook.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_a_users_code_is_checked(tmp_path: Path) -> None:
    status, said = mypy(tmp_path, USER_CODE)
    assert status == 0, said
    revealed = [line.split('"')[1] for line in said.splitlines() if "Revealed type" in line]
    assert revealed[0].startswith("def (url: ")
    assert revealed[1].endswith(".ErrorServer")
    assert revealed[3].endswith("bool")
    assert revealed[4].endswith(".ErrorSlack")
    assert revealed[6].endswith("int")
    assert "Any" not in revealed[2] + revealed[6]


def test_a_users_mistakes_are_found(tmp_path: Path) -> None:
    status, said = mypy(tmp_path, WRONG)
    assert status == 1
    assert 'Argument "url"' in said
    assert '"retrieve_error"' in said
