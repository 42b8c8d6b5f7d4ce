"""Which files `jupyter errreport deploy` writes, and what it fills in."""

import os
import re
import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from jupyter_errreport import __version__

REQUIREMENTS = (
    "requests",
    "alembic",
    "jinja2",
    "jupyter_core",
    "msgspec",
    "pyyaml",
    "sqlalchemy>=2.0",
    "tornado>=6.1",
    "traitlets>=5.1",
    "apprise",
    "limits",
    "prometheus_client",
    "psycopg[binary]>=3.2",
    "redis",
)
"""What the collector needs of all that the package can use."""

SETS: dict[str, dict[str, str]] = {
    "systemd": {
        "systemd/errreport-collector.service": "systemd/errreport-collector.service",
        "systemd/collector.env": "systemd/collector.env",
        "systemd/errreport.logrotate": "systemd/errreport.logrotate",
    },
    "nginx": {"nginx/errreport.conf": "nginx/errreport.conf"},
    "caddy": {"caddy/Caddyfile": "caddy/Caddyfile"},
    "compose": {
        "container/Containerfile": "compose/Containerfile",
        "container/containerignore": "compose/.containerignore",
        "container/compose.yaml": "compose/compose.yaml",
        "container/env": "compose/.env",
        "caddy/Caddyfile": "compose/Caddyfile",
    },
    "fail2ban": {
        "fail2ban/filter.conf": "fail2ban/filter.d/errreport.conf",
        "fail2ban/jail.conf": "fail2ban/jail.d/errreport.conf",
    },
    "jupyterhub": {"jupyterhub/config_block.txt": "jupyterhub/jupyterhub_config.py"},
    "kubernetes": {"jupyterhub/values.yaml": "kubernetes/errreport-values.yaml"},
    "space": {"space/README.md": "space/README.md", "space/Dockerfile": "space/Dockerfile"},
    "prometheus": {
        "prometheus/errreport.yml": "prometheus/errreport.yml",
        "grafana/errreport.json": "prometheus/grafana-errreport.json",
    },
}
"""For each choice: templates, and what they are called where they are written."""
SECRET = ("systemd/collector.env", "compose/.env")
"""Files for their owner alone."""
AS_THEY_ARE = ("grafana/errreport.json",)
"""Files in which nothing is filled in; Grafana has braces of its own."""


class DeployError(Exception):
    """Nothing was written; a sentence says why."""


_HOST = re.compile(
    r"(?=.{1,253}\Z)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
_WORD = re.compile(r"[\w@%+=:,./?&-]+", re.ASCII)


@dataclass
class Deployment:
    """What is filled in. Raises `DeployError` for what would say something else in a configuration file."""

    host: str
    port: int = 8000
    db: str = "/var/lib/errreport/collector.sqlite"
    processes: int = 1
    program: str = field(default_factory=lambda: str(Path(sys.executable).parent / "jupyter-errreport"))
    certificate: str = ""
    certificate_key: str = ""

    def __post_init__(self) -> None:
        """Check it, and name the certificate where certbot puts it."""
        if not _HOST.fullmatch(self.host):
            raise DeployError(f"--host {self.host!r} is not a name like errors.example.org.")
        if not 0 < self.port < 65536:
            raise DeployError(f"--port {self.port} is none.")
        if self.processes > 1 and "://" not in self.db:
            raise DeployError("More than one process needs PostgreSQL: --db postgresql://user@host/name.")
        folder = f"/etc/letsencrypt/live/{self.host}"
        self.certificate = self.certificate or f"{folder}/fullchain.pem"
        self.certificate_key = self.certificate_key or f"{folder}/privkey.pem"
        for name in ("db", "program", "certificate", "certificate_key"):
            if not _WORD.fullmatch(getattr(self, name)):
                raise DeployError(f"--{name.replace('_', '-')}: {getattr(self, name)!r} has spaces or signs in it.")

    def write(self, folder: Path, chosen: Sequence[str]) -> list[Path]:
        """Write the chosen sets below `folder`, where none of them may be yet; which files. Raises `DeployError`."""
        texts = {target: self._filled(template, name) for name in chosen for template, target in SETS[name].items()}
        there = [target for target in texts if (folder / target).exists()]
        if there:
            raise DeployError(f"{folder / there[0]} is there already; nothing was written. Choose another folder.")
        written = []
        for target, text in texts.items():
            path = folder / target
            path.parent.mkdir(parents=True, exist_ok=True)
            mode = 0o600 if target in SECRET else 0o644
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
                file.write(text)
            written.append(path)
        return written

    def _filled(self, template: str, name: str) -> str:
        text = (files(__package__) / template).read_text("utf-8")
        if template in AS_THEY_ARE:
            return text
        # Configuration files, not pages: there is no HTML to escape for.
        environment = Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)  # noqa: S701
        return environment.from_string(text).render(
            host=self.host,
            port=self.port,
            service_port=8010 if self.port == 8000 else self.port,  # a Hub itself listens at 8000
            db=_in_unit(self.db) if template.startswith("systemd/") else self.db,
            processes=self.processes,
            program=_in_unit(self.program),
            certificate=self.certificate,
            certificate_key=self.certificate_key,
            upstream="collector:8000" if name == "compose" else f"127.0.0.1:{self.port}",
            version=__version__,
            requirements=" ".join(f'"{requirement}"' for requirement in REQUIREMENTS),
            admin_token=f"admin_{secrets.token_urlsafe(32)}",
            metrics_token=f"metrics_{secrets.token_urlsafe(32)}",
            database_password=secrets.token_urlsafe(24),
        )


def _in_unit(text: str) -> str:
    """As a word of a systemd unit's command, where percent signs and dollars mean something."""
    return text.replace("%", "%%").replace("$", "$$")
