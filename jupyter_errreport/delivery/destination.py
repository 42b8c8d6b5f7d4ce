"""Where events go: what tells two destinations apart, and what may be shown of one (no token, key or webhook)."""

from typing import NamedTuple, Optional, Tuple
from urllib.parse import SplitResult, urlsplit

from ..address import read_address

COLLECTOR, SLACK, JUPYTER = "collector", "slack", "jupyter"
SENTRY, OTLP = "sentry", "otlp"
"""Receivers of servers alone; kernels report to none of them."""


class Destination(NamedTuple):
    """One receiver of events."""

    kind: str
    """`collector`, `slack`, or `jupyter` (the server that started this kernel); of a server also `sentry`, `otlp`."""
    address: str
    """URL of the collector, the webhook, or path of the Jupyter server's connection file; else where is posted."""
    token: str = ""
    session_key: str = ""
    """The write key of the session that is opened there; empty for none."""
    notebook: str = ""
    """The name that the notebook's author gave it for this receiver; empty for the file's name."""
    release: str = ""

    @classmethod
    def collector(cls, url: str, token: str = "", **more: str) -> "Destination":
        """A collector by its URL; without a scheme this machine is http, every other https."""
        return cls(COLLECTOR, read_address(url).url, token, **more)

    @classmethod
    def slack(cls, webhook: str, **more: str) -> "Destination":
        """A Slack channel by its incoming webhook."""
        return cls(SLACK, webhook.strip(), **more)

    @classmethod
    def jupyter(cls, connection_file: str, **more: str) -> "Destination":
        """The Jupyter server that wrote this connection file."""
        return cls(JUPYTER, connection_file, **more)

    @property
    def identity(self) -> Tuple[str, str]:
        """Equal for two destinations that are the same receiver, whatever credentials are used."""
        parts = _split(self.address) if self.kind == COLLECTOR else None
        if parts is None:
            return self.kind, self.address
        host = (parts.hostname or "").rstrip(".")
        port = _port(parts.netloc) or {"http": 80, "https": 443}.get(parts.scheme, 0)
        return self.kind, f"{parts.scheme}://{host}:{port}{parts.path.rstrip('/')}"

    @property
    def label(self) -> str:
        """What may be shown: the host of a collector or the like, `Slack`, `this Jupyter server`."""
        if self.kind in (COLLECTOR, SENTRY, OTLP):
            parts = _split(self.address)
            return (parts.netloc.rsplit("@", 1)[-1] if parts else "") or "a collector without a host"
        return "Slack" if self.kind == SLACK else "this Jupyter server"


def _split(url: str) -> Optional[SplitResult]:
    """The parts of a URL; None for a text that is none, such as `https://[`."""
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _port(netloc: str) -> int:
    """The port in a network location; 0 when there is none or it is no number."""
    tail = netloc.rsplit("@", 1)[-1].rsplit(":", 1)[-1]
    return int(tail) if tail.isdigit() else 0
