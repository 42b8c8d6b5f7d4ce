"""The two servers of the demo, started as an operator starts them, and asked over HTTP as anybody would."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from .problem import DemoProblem
from .processes import Process, Processes
from .waiting import wait_until

START_SECONDS = 60.0
REQUEST_SECONDS = 10.0
Alive = Callable[[float], None]


def command(name: str) -> str:
    """A command of the environment that this program runs in, such as `jupyter`."""
    return str(Path(sys.executable).parent / name)


class Service:
    """An HTTP server, its process, and the token that opens it."""

    def __init__(self, process: Process, url: str, token: str) -> None:
        self.process, self.url, self.token = process, url, token
        self._session = requests.Session()
        self._session.trust_env = False  # neither a proxy nor a netrc of this user's

    def request(self, method: str, path: str, **more: Any) -> requests.Response:
        """The answer to a request below the server's address. Raises `DemoProblem` when it is none of 2xx."""
        self.process.check()
        headers = {"Authorization": f"token {self.token}", "Accept": "application/json"}
        try:
            response = self._session.request(
                method, self.url + path, headers=headers, timeout=REQUEST_SECONDS, allow_redirects=False, **more
            )
        except requests.RequestException as error:
            raise DemoProblem(
                f"The {self.process.name} did not answer {method} {path} ({type(error).__name__}).", self.process.log
            ) from error
        if not response.ok:
            raise DemoProblem(
                f"The {self.process.name} answered {method} {path} with {response.status_code}: {response.text[:300]}",
                self.process.log,
            )
        return response

    def get(self, path: str) -> Any:
        """The JSON answer to a GET."""
        return self.request("GET", path).json()

    def answers(self, path: str) -> bool:
        """Whether it has an answer of 2xx to a GET (yet)."""
        try:
            return bool(self.request("GET", path))
        except DemoProblem:
            self.process.check()
            return False


def start_collector(processes: Processes, alive: Alive) -> Service:
    """`jupyter-errreport collector` on a free port, ready when it returns."""
    folder = processes.folder / "collector"
    folder.mkdir()
    process = processes.start(
        "collector",
        [command("jupyter-errreport"), "collector", "--port=0", f"--db={folder / 'errors.sqlite'}"],
        processes.environment(**_jupyter_folders(folder)),
        folder,
    )

    def printed() -> re.Match[str] | None:
        process.check()
        return re.search(r"(http://\S+:\d+/)\?token=(\w+)", process.logged)

    link = _waited(lambda: wait_until(printed, "it has not printed where it is", START_SECONDS, alive), process)
    return Service(process, link.group(1), link.group(2))


def start_jupyter(
    processes: Processes, notebook: Path, collector_url: str, slack_webhook: str, alive: Alive
) -> Service:
    """`jupyter server` with the extension, as `pip install` enables it; ready when it returns.

    Its root folder, `notebooks`, has a copy of the notebook.
    """
    folder = processes.folder / "jupyter"
    root = processes.folder / "notebooks"
    folders = _jupyter_folders(folder)
    for path in (folder, root, *map(Path, folders.values())):
        path.mkdir(exist_ok=True)
    shutil.copy(notebook, root)
    token = secrets.token_hex(24)
    # In a file and not in the environment, which kernels inherit and notebooks print.
    config = Path(folders["JUPYTER_CONFIG_DIR"]) / "jupyter_server_config.json"
    config.write_text(
        json.dumps(
            {
                "IdentityProvider": {"token": token},
                "ServerApp": {"ip": "127.0.0.1", "port": 0, "root_dir": str(root), "open_browser": False},
                "JupyterErrReport": {"collector_url": collector_url},
            }
        )
    )
    config.chmod(0o600)
    is_root = ["--allow-root"] if os.geteuid() == 0 else []
    process = processes.start(
        "Jupyter server",
        [command("jupyter"), "server", *is_root],
        processes.environment(JUPYTER_ERRREPORT_SLACK_WEBHOOK=slack_webhook, **folders),
        root,
    )
    runtime = Path(folders["JUPYTER_RUNTIME_DIR"])

    def listening() -> dict[str, Any] | None:
        process.check()
        for found in runtime.glob("jpserver-*.json"):
            try:
                return dict(json.loads(found.read_text()))
            except ValueError:  # half written
                return None
        return None

    info = _waited(
        lambda: wait_until(listening, "it has not written where it is", START_SECONDS, alive),
        process,
    )
    server = Service(process, info["url"], token)
    _waited(
        lambda: wait_until(lambda: server.answers("api/status"), "it does not answer", START_SECONDS, alive), process
    )
    _waited(
        lambda: wait_until(
            lambda: list(runtime.glob("errreport-*.json")),
            "its extension jupyter_errreport has not told kernels where to report (is it enabled?)",
            10,
            alive,
        ),
        process,
    )
    return server


def link(service: Service, path: str) -> str:
    """An address to open in a browser."""
    return f"{service.url}{quote(path)}?token={service.token}"


def _jupyter_folders(folder: Path) -> dict[str, str]:
    """Jupyter's and IPython's folders, all below one of the demo's own."""
    names = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
    }
    return {variable: str(folder / name) for variable, name in names.items()}


def _waited(waiting: Callable[[], Any], process: Process) -> Any:
    """What `waiting` returns; its problem names the process and its log."""
    try:
        return waiting()
    except DemoProblem as problem:
        if problem.log is not None:
            raise
        raise DemoProblem(f"The {process.name} is not ready. {problem}", process.log) from problem
