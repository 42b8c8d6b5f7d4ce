"""A real Jupyter server of some environment, and notebooks run in real kernels through its REST and WebSocket API."""

from __future__ import annotations

import json
import os
import re
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import websocket

from tests.support.waiting import wait_for

TOKEN = "the-server-token"
CONFIG = Path(__file__).parent / "server_config"


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a new user with an empty HOME."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "JPY_", "PYTHON", "IPYTHON", "XDG_", "COVERAGE"))
    }
    return {**kept, "HOME": str(home), "JUPYTER_PLATFORM_DIRS": "0", **more}


class JupyterServer:
    """Started from an environment's `jupyter server`, as a user does."""

    def __init__(self, python: Path, home: Path, *arguments: str, base_url: str = "/", **environment: str) -> None:
        self.home = home
        self._log = home / "server.log"
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    str(python.parent / "jupyter"),
                    "server",
                    "--no-browser",
                    "--allow-root",
                    "--ServerApp.port=0",
                    f"--ServerApp.base_url={base_url}",
                    f"--IdentityProvider.token={TOKEN}",
                    f"--ServerApp.root_dir={home}",
                    *arguments,
                ],
                env=clean_environment(home, **{"JUPYTER_CONFIG_PATH": str(CONFIG), **environment}),
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=home,
                start_new_session=True,
            )
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = False
        self.session.headers["Authorization"] = f"token {TOKEN}"
        self.url = ""

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def wait(self) -> JupyterServer:
        """Until it says where it listens."""

        def address() -> str:
            assert self.process.poll() is None, self.log
            found = re.findall(r"(https?://(?:127\.0\.0\.1|localhost):\d+\S*?)\?token=", self.log)
            return found[-1] if found else ""

        self.url = wait_for(address, "the server's address", 60).rstrip("/")
        wait_for(self._answers, "the server's first answer", 60)
        return self

    def _answers(self) -> bool:
        try:
            return self.get("/api").ok
        except requests.ConnectionError:  # it prints its address a moment before it listens
            return False

    def get(self, path: str, **kwargs: Any) -> requests.Response:
        return self.session.get(f"{self.url}{path}", timeout=60, **kwargs)

    def errors(self) -> list[dict[str, Any]]:
        """What `GET /errreport/errors` lists."""
        response = self.get("/errreport/errors")
        assert response.status_code == 200, response.text
        return list(response.json())

    @contextmanager
    def notebook(self, path: str = "course.ipynb", kernel: str = "python3") -> Iterator[ServedKernel]:
        """A kernel for this notebook, as JupyterLab starts one."""
        body = {"path": path, "name": path, "type": "notebook", "kernel": {"name": kernel}}
        session = self.session.post(f"{self.url}/api/sessions", json=body, timeout=60).json()
        served = ServedKernel(self, session["kernel"]["id"])
        try:
            yield served
        finally:
            served.close()
            self.session.delete(f"{self.url}/api/sessions/{session['id']}", timeout=60)

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(30)


class ServedKernel:
    """A kernel behind a Jupyter server's WebSocket."""

    def __init__(self, server: JupyterServer, kernel_id: str) -> None:
        self.id = kernel_id
        address = server.url.replace("http", "ws", 1) + f"/api/kernels/{kernel_id}/channels?token={TOKEN}"
        self._socket = websocket.create_connection(address, timeout=60, sslopt={"cert_reqs": 0})

    def send(self, code: str) -> str:
        """Have a cell executed, without waiting for it; the id of the request."""
        request = uuid.uuid4().hex
        header = {
            "msg_id": request,
            "msg_type": "execute_request",
            "username": "",
            "session": "tests",
            "version": "5.3",
        }
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        self._socket.send(
            json.dumps({"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content})
        )
        return request

    def next_display(self, request: str) -> dict[str, Any]:
        """The next thing that a cell displays, which may have ended."""
        while True:
            message = json.loads(self._socket.recv())
            if message["msg_type"] == "display_data" and message["parent_header"].get("msg_id") == request:
                return dict(message["content"])

    def run(self, code: str) -> str:
        """Execute a cell; what it wrote to stdout and stderr."""
        request = self.send(code)
        text = ""
        while True:
            message = json.loads(self._socket.recv())
            if message["parent_header"].get("msg_id") != request:
                continue
            if message["msg_type"] == "stream":
                text += message["content"]["text"]
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return text

    def close(self) -> None:
        self._socket.close()


@contextmanager
def jupyter_server(
    python: Path, home: Path, *arguments: str, base_url: str = "/", **environment: str
) -> Iterator[JupyterServer]:
    """A server for the length of a test."""
    home.mkdir(parents=True, exist_ok=True)
    running = JupyterServer(python, home, *arguments, base_url=base_url, **environment)
    try:
        yield running.wait()
    finally:
        running.stop()
