"""What an operator tells the server, whoever reads that from where."""

import logging
from typing import Protocol

from jupyter_errreport.store import Limits


class Settings(Protocol):
    """All mean what the traits of `ErrReportCollector` of the same names mean."""

    ip: str
    admin_token: str
    metrics_token: str
    drain_seconds: float
    token_was_made: bool
    max_transparency: bool
    require_key: bool
    public_url: str
    base_url: str
    colab_only: bool
    colab_networks: list[str]
    retention_days: float
    dedup_days: float
    thin_after_days: float
    max_megabytes: float
    accept_verbatim: bool
    github_repository: str
    trusted_proxies: list[str]
    limits: bool
    redis: str
    max_connections: int
    max_connections_per_address: int
    log: logging.Logger

    @property
    def accounts_label(self) -> str:
        """By whose accounts people log in; empty for tokens alone."""

    @property
    def limits_in_force(self) -> Limits | None:
        """The limits, or None when they are off."""
