"""What handlers know of the server that they run in."""

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

from tornado.web import RequestHandler

from jupyter_errreport.api import Service
from jupyter_errreport.api.service.noted import Noted

from .alerting import Alerting


@dataclass
class Running:
    """One process of the collector, from its first request to its last."""

    service: Service
    alerting: Alerting
    port: int
    admin_sha256: str
    noted: Noted
    require_key: bool = False
    """Whether reports must bring a token."""
    public_url: str = ""
    """Where others reach this server; empty for where it was asked."""
    max_transparency: bool = False
    colab_networks: list[IPv4Network | IPv6Network] | None = None
    """From which networks reports are taken; None for all."""
    active: set[RequestHandler] = field(default_factory=set)
    """Requests that have no answer yet."""
