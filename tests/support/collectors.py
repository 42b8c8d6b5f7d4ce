"""A real collector, started by the command of an installed environment."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import requests

from tests.support.jupyter_servers import clean_environment
from tests.support.waiting import wait_for

TOKEN = "the-admin-token"


class Collector:
    """`jupyter errreport collector` on a free port unless one is named, with a database of its own."""

    def __init__(self, python: Path, home: Path, *arguments: str, port: int = 0, **environment: str) -> None:
        self._log = home / "collector.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    str(python.parent / "jupyter"),
                    "errreport",
                    "collector",
                    f"--port={port}",
                    f"--db={home / 'collector.sqlite'}",
                    *arguments,
                ],
                env=clean_environment(home, JUPYTER_ERRREPORT_ADMIN_TOKEN=TOKEN, **environment),
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=home,
            )
        self.url = wait_for(self._address, "the collector's address", 60)

    def _address(self) -> str:
        assert self.process.poll() is None, self.log
        found = re.search(r"http://127\.0\.0\.1:\d+", self.log)
        return found.group() if found else ""

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def get(self, path: str, **params: str) -> Any:
        """The JSON that the admin reads."""
        session = requests.Session()
        session.trust_env = False
        headers = {"Authorization": f"Bearer {TOKEN}"}
        response = session.get(f"{self.url}/{path}", headers=headers, params=params, timeout=20)
        assert response.status_code == 200, response.text
        return response.json()

    def errors(self, **filters: str) -> list[dict[str, Any]]:
        return list(self.get("errors", **filters))

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(30)
