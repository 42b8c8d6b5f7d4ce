"""What handlers know of the server that they run in."""

import hashlib
import secrets
import time
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import Protocol

from tornado.httputil import HTTPServerRequest

from jupyter_errreport.api import Service
from jupyter_errreport.api.service.noted import Noted

from .accounts.accounts import Accounts
from .alerting import Alerting
from .observing.counters import Counters
from .observing.database_figures import DatabaseFigures
from .observing.readiness import Readiness


class UnderWay(Protocol):
    """A request that has no answer yet: its handler."""

    request: HTTPServerRequest
    network: str
    """What counts as its address."""
    has_arrived: bool
    """Whether the whole of it is here: from now on its sender waits for us."""


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
    base_url: str = "/"
    """The folder of all routes, as others ask for it; ends in a slash."""
    accounts: Accounts | None = None
    """Those of people; None where there are tokens alone."""
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
    requests_limit: int = 1_000_000
    """Requests of one address that may be under way; behind a trusted proxy that is what its client is held to."""
    active: set[UnderWay] = field(default_factory=set)
    """Requests that have no answer yet."""

    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32), init=False)

    def stand_in(self, reporter: str) -> str:
        """What stands in place of an address for who reports with a token of the Hub: limits and turns go by it.

        Another one each day and in each process: nobody can tell afterwards who it was, also from the database.
        """
        said = f"{int(time.time() // 86_400)} {reporter}"
        return f"person {hashlib.blake2b(said.encode(), digest_size=8, key=self._key).hexdigest()}"

    def __post_init__(self) -> None:
        """Make what goes with the database."""
        self.readiness = Readiness(self.service.database)
