"""A real collector, started by the command of an installed environment."""

from __future__ import annotations

import re
import signal
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import requests

from tests.support.jupyter_servers import clean_environment
from tests.support.waiting import wait_for

ADMIN = "the-admin-token"


class Collector:
    """`jupyter errreport collector` on a free port unless one is named, with a database of its own.

    Runs from its making to `stop` or `kill`, and can be started again on the same database.
    """

    def __init__(
        self,
        python: Path,
        home: Path,
        *arguments: str,
        port: int = 0,
        token: str = ADMIN,
        db: str = "",
        **environment: str,
    ) -> None:
        self.home, self.arguments, self._port = home, arguments, port
        self.db = db or str(home / "collector.sqlite")
        self.command = [str(python.parent / "jupyter"), "errreport", "collector"]
        admin = {"JUPYTER_ERRREPORT_ADMIN_TOKEN": token} if token else {}
        self._environment = clean_environment(home, **admin, **environment)
        self._log = home / "collector.log"
        self.start()

    def start(self) -> None:
        """Back when it says where it listens."""
        with self._log.open("ab") as log:
            self._written_before = log.tell()
            self.process = subprocess.Popen(
                [*self.command, f"--port={self._port}", f"--db={self.db}", *self.arguments],
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.home,
            )
        self.url = wait_for(self._address, "the collector's address", 60)

    def _address(self) -> str:
        assert self.process.poll() is None, self.log
        found = re.search(rb"http://127\.0\.0\.1:\d+(?=/)", self._log.read_bytes()[self._written_before :])
        return found.group().decode() if found else ""

    @property
    def log(self) -> str:
        """Whatever it has written, of all its runs."""
        return self._log.read_text(errors="replace")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """The exit status."""
        self.process.send_signal(number)
        return self.process.wait(30)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(30)

    def sql(self, statement: str) -> list[Any]:
        """What its database answers, behind its back."""
        if "://" in self.db:
            import psycopg

            with psycopg.connect(self.db) as server:
                cursor = server.execute(statement)
                return cursor.fetchall() if cursor.description else []
        with sqlite3.connect(self.db) as file:
            rows = file.execute(statement).fetchall()
        file.close()
        return rows

    def request(self, method: str, path: str, token: str | None = None, **more: Any) -> requests.Response:
        """What it answers; redirects are not followed."""
        headers = {**more.pop("headers", {}), **({"Authorization": f"Bearer {token}"} if token else {})}
        with requests.Session() as session:
            session.trust_env = False
            return session.request(
                method, f"{self.url}/{path}", headers=headers, timeout=60, allow_redirects=False, **more
            )

    def get(self, path: str, token: str | None = None, **more: Any) -> requests.Response:
        return self.request("GET", path, token, **more)

    def post(self, path: str, json: Any = None, token: str | None = None, **more: Any) -> requests.Response:
        return self.request("POST", path, token, json=json, **more)

    def delete(self, path: str, token: str | None = None, **more: Any) -> requests.Response:
        return self.request("DELETE", path, token, **more)

    def browser(self, token: str) -> requests.Session:
        """What somebody with this token looks at pages with, after the login form; its cookies are not taken alone."""
        session = requests.Session()
        session.trust_env = False
        session.headers["Accept"] = "text/html"
        xsrf = re.findall(r'name="_xsrf" value="([^"]*)"', session.get(f"{self.url}/login", timeout=60).text)[0]
        session.post(f"{self.url}/login", {"_xsrf": xsrf, "token": token}, timeout=60).raise_for_status()
        return session

    def read(self, path: str, **params: str) -> Any:
        """The JSON that the admin reads."""
        response = self.get(path, ADMIN, params=params)
        assert response.status_code == 200, response.text
        return response.json()

    def errors(self, **filters: str) -> list[dict[str, Any]]:
        return list(self.read("errors", **filters))
