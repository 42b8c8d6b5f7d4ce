"""A real Bugsink (https://www.bugsink.com), which is told of errors by Sentry's protocol and refuses what is none.

It checks each event against Sentry's schema (`VALIDATE_ON_DIGEST`), and digests it before it answers.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

from tests.support.ports import take_port
from tests.support.runtimes import BUGSINK
from tests.support.waiting import wait_for

KEY = "0123456789abcdef0123456789abcdef"
SETTINGS = """
from bugsink.settings.default import *
SECRET_KEY = "for tests alone, and long enough that nobody complains of it"
DATABASES["default"]["NAME"] = "{folder}/bugsink.sqlite3"
DATABASES["snappea"]["NAME"] = "{folder}/snappea.sqlite3"
SNAPPEA = {{"TASK_ALWAYS_EAGER": True}}
ALLOWED_HOSTS = ["*"]
SENTRY_DSN = None
BUGSINK = {{
    "BASE_URL": "http://127.0.0.1", "SINGLE_USER": True, "SINGLE_TEAM": True, "USER_REGISTRATION": "CB_NOBODY",
    "PHONEHOME": False, "VALIDATE_ON_DIGEST": "strict", "INGEST_STORE_BASE_DIR": "{folder}/ingested",
}}
"""
PROJECT = f"from projects.models import Project; Project.objects.create(name='notebooks', sentry_key='{KEY}')"


class Bugsink:
    """One running instance with one project."""

    def __init__(self, folder: Path, port: int) -> None:
        self._file = folder / "bugsink.sqlite3"
        self.dsn = f"http://{KEY}@127.0.0.1:{port}/1"

    def events(self) -> list[dict[str, Any]]:
        """What was taken, each as it was sent and with the number of its issue."""
        with contextlib.closing(sqlite3.connect(self._file, timeout=20)) as file:
            rows = file.execute("SELECT data, issue_id FROM events_event ORDER BY timestamp").fetchall()
        return [{**json.loads(data), "issue": issue} for data, issue in rows]

    def issues(self) -> list[tuple[str, str, str]]:
        """Of each issue the type, the value and the transaction that a page shows."""
        query = 'SELECT calculated_type, calculated_value, "transaction" FROM issues_issue ORDER BY digest_order'
        with contextlib.closing(sqlite3.connect(self._file, timeout=20)) as file:
            return list(file.execute(query))


@contextlib.contextmanager
def bugsink(folder: Path) -> Iterator[Bugsink]:
    """Runs for the length of a test, with a database of its own in `folder`."""
    shutil.copy(_fresh_database(), folder / "bugsink.sqlite3")
    port = take_port()
    command = [
        str(BUGSINK.directory / "bin" / "gunicorn"),
        "bugsink.wsgi",
        f"--bind=127.0.0.1:{port}",
        "--threads=2",
        "--graceful-timeout=1",
    ]
    with (folder / "bugsink.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=_settings(folder), stdout=log, stderr=log)
    try:
        wait_for(lambda: _answers(port, process, folder / "bugsink.log"), "Bugsink", 240)
        yield Bugsink(folder, port)
    finally:
        process.terminate()
        process.wait(30)


def _answers(port: int, process: subprocess.Popen[bytes], log: Path) -> bool:
    assert process.poll() is None, log.read_text()
    with contextlib.suppress(requests.ConnectionError, requests.Timeout):
        return requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=20).status_code < 500
    return False


def _fresh_database() -> Path:
    """A database with all its tables and a project, made once for each environment: that takes some seconds."""
    if not BUGSINK.build():
        raise RuntimeError("no Python for Bugsink")
    made = BUGSINK.directory / "errreport-database.sqlite3"
    with (BUGSINK.directory / "errreport-database.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            folder = BUGSINK.directory / "errreport-making"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for arguments in (["migrate"], ["shell", "-c", PROJECT]):
                manage = [str(BUGSINK.executable), "-m", "django", *arguments]
                done = subprocess.run(manage, cwd=folder, env=_settings(folder), capture_output=True, text=True)
                assert done.returncode == 0, done.stderr
            (folder / "bugsink.sqlite3").replace(made)
    return made


def _settings(folder: Path) -> dict[str, str]:
    """Writes the settings into `folder`; the environment in which they hold."""
    (folder / "errreport_bugsink.py").write_text(SETTINGS.format(folder=folder))
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(folder),
        "DJANGO_SETTINGS_MODULE": "errreport_bugsink",
    }
