"""Figures for Prometheus, for this machine and for those with a token."""

import asyncio
import hmac
import ipaddress
from typing import ClassVar

from jupyter_errreport.api import Access, Problem
from jupyter_errreport.store.tokens import token_hash

from ..handler import CollectorResource
from ..identity import bearer_token
from ..observing.database_figures import DatabaseFigures, exposed, read_figures

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip")
"""What proxies add: a request with one of these comes from somewhere else than this machine."""
VALID_SECONDS = 10.0
"""How long the database's figures hold: less than anybody scrapes, more than who scrapes in a loop."""


class Metrics(CollectorResource):
    """`metrics`."""

    access: ClassVar[dict[str, Access]] = {"get": "open"}
    """`get` asks for more; see there."""

    async def get(self) -> None:
        """For requests of this machine, the metrics token, and admins of all notebooks."""
        self._check()
        counters = self.running.counters
        if counters is None:
            raise Problem(
                503, "not_installed", "Metrics need prometheus_client: pip install 'jupyter-errreport[collector]'."
            )
        database = self.service.database
        counters.look(database.writes_waiting, len(self.running.active))
        body = exposed(await self._figures(), self.service.version, bool(database.problem))
        self.set_header("Content-Type", CONTENT_TYPE)
        self.finish(await asyncio.to_thread(counters.exposed) + body)

    def _check(self) -> None:
        """Raise `Problem` for all others."""
        token = bearer_token(self.request.headers.get("Authorization", ""))
        if token is None and self.identity is None and self._is_local():
            return
        wanted = self.running.metrics_sha256
        if token is not None and wanted and hmac.compare_digest(token_hash(token), wanted):
            return
        if self.identity is not None and self.identity.may("admin") and self.identity.scope_for("admin") is None:
            return
        if self.identity is not None:
            if self._is_local():
                return
            raise Problem(403, "forbidden", "Metrics are for the metrics token, and for admins of all notebooks.")
        challenge = {"WWW-Authenticate": 'Bearer realm="jupyter_errreport"'}
        if self.wrong_token:
            raise Problem(401, "wrong_token", "This token is not valid here (any more).", challenge)
        raise Problem(
            401, "not_logged_in", "From another machine metrics need the metrics token, or an admin's.", challenge
        )

    def _is_local(self) -> bool:
        """Whether the request was made on this machine, and not passed on by a proxy that runs here."""
        try:
            address = ipaddress.ip_address(self.client_address)
        except ValueError:  # of a Unix socket, behind which is a proxy
            return False
        return address.is_loopback and not any(name in self.request.headers for name in FORWARDED)

    async def _figures(self) -> DatabaseFigures:
        now = asyncio.get_running_loop().time()
        at, known = self.running.figures
        if known is None or now - at >= VALID_SECONDS:
            known = await self.read_db(read_figures)
            self.running.figures = (now, known)
        return known
