"""A real collector: `python -m errreport_collector` on a free port, with a database of its own."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import requests

ADMIN = "the-admin-token"
ROOT = Path(__file__).parents[2]


def environment(home: Path, **more: str) -> dict[str, str]:
    """An environment in which nothing of this user's Jupyter is seen."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "JPY_"))}
    paths = [str(ROOT), str(ROOT / "collector"), os.environ.get("PYTHONPATH", "")]
    return {**kept, "HOME": str(home), "PYTHONPATH": os.pathsep.join(paths), "JUPYTER_PLATFORM_DIRS": "0", **more}


class CollectorProcess:
    """Runs from `start` to `stop` or `kill`, and can be started again on the same database."""

    def __init__(self, folder: Path, *arguments: str, token: str = ADMIN) -> None:
        self.folder, self.arguments, self.token = folder, arguments, token
        self.db = folder / "errors.sqlite"
        self.command = ["-m", "errreport_collector"]
        self.start()

    def start(self) -> None:
        more = {"JUPYTER_ERRREPORT_ADMIN_TOKEN": self.token} if self.token else {}
        self.log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, *self.command, "--port=0", f"--db={self.db}", *self.arguments],
            env=environment(self.folder, **more),
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        assert self.process.stdout is not None
        self.printed = self.process.stdout.readline() + self.process.stdout.readline()
        found = re.search(r"http://\S+:\d+/", self.printed)
        assert found, self.logged()
        self.url = found.group()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """The exit status."""
        self.process.send_signal(number)
        try:
            return self.process.wait(15)
        finally:
            self._let_go()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(15)
        self._let_go()

    def logged(self) -> str:
        return (self.folder / "log").read_text()

    def request(self, method: str, path: str, token: str | None = None, **more: Any) -> requests.Response:
        headers = {**more.pop("headers", {}), **({"Authorization": f"Bearer {token}"} if token else {})}
        return requests.request(
            method, self.url + path, headers=headers, timeout=10, allow_redirects=more.pop("follow", False), **more
        )

    def get(self, path: str, token: str | None = None, **more: Any) -> requests.Response:
        return self.request("GET", path, token, **more)

    def post(self, path: str, json: Any = None, token: str | None = None, **more: Any) -> requests.Response:
        return self.request("POST", path, token, json=json, **more)

    def delete(self, path: str, token: str | None = None, **more: Any) -> requests.Response:
        return self.request("DELETE", path, token, **more)

    def _let_go(self) -> None:
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.log.close()
