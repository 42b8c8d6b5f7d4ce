"""What handlers know of the server that they run in."""

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

from tornado.web import RequestHandler

from jupyter_errreport.api import Service

from .alerting import Alerting
from .observing.counters import Counters
from .observing.database_figures import DatabaseFigures
from .observing.readiness import Readiness


@dataclass
class Running:
    """One process of the collector, from its first request to its last."""

    service: Service
    alerting: Alerting
    port: int
    admin_sha256: str
    max_transparency: bool = False
    colab_networks: list[IPv4Network | IPv6Network] | None = None
    """From which networks reports are taken; None for all."""
    metrics_sha256: str = ""
    """The hash of the token that opens the metrics; empty for none."""
    counters: Counters | None = None
    """None where prometheus_client is not installed."""
    readiness: Readiness = field(init=False)
    figures: tuple[float, DatabaseFigures | None] = (0.0, None)
    """What the metrics told last of the database, and when."""
    is_stopping: bool = False
    active: set[RequestHandler] = field(default_factory=set)
    """Requests that have no answer yet."""

    def __post_init__(self) -> None:
        """Make what goes with the database."""
        self.readiness = Readiness(self.service.database)
