"""The running collector: a Tornado server, from the first socket to the last answer."""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tornado.httputil import HTTPServerRequest
from tornado.netutil import bind_sockets
from tornado.web import Application

from jupyter_errreport import __version__
from jupyter_errreport.address import line_for
from jupyter_errreport.api import Service, routes
from jupyter_errreport.api.service.noted import Noted
from jupyter_errreport.api.service.tally import Tally
from jupyter_errreport.contract import BODY_LIMIT
from jupyter_errreport.event import EventMessageType
from jupyter_errreport.forwarding import Forwarding
from jupyter_errreport.store import Database
from jupyter_errreport.store.quotas import Quotas
from jupyter_errreport.store.settings import secret
from jupyter_errreport.store.tokens import token_hash
from jupyter_errreport.web.pages import Pages

from .accounts.accounts import Accounts
from .accounts.settings import CALLBACK
from .alerting import Alerting
from .alerting.watch import keep_watching
from .alerts import Alerts, TestAlerts
from .colab import networks_of
from .connections import BODY_SECONDS, IDLE_SECONDS, Door, GuardedServer, room_for
from .guard import guard
from .guards import make_rates
from .handler import CollectorHandler, Unknown
from .housekeeping import Keeping, keep_house
from .login.account import Callback, Logout, StartLogin
from .login.form import Login
from .observing.counters import CountedTally, make_counters
from .observing.logs import request_logger
from .operations.drain import answers_out, drain
from .operations.health import Healthz, Readyz
from .operations.metrics import Metrics
from .running import Running, UnderWay
from .settings import Settings
from .tokens.keys import Keys, NotAccepted, OneKey, RevokeKey
from .tokens.tokens import OneToken, RevokeToken, Tokens

PATIENCE = 5.0
"""Seconds that a stop waits for the alerts that are being told."""
FORWARDING_PATIENCE = 2.0
"""Seconds that it sends what waits for other receivers; what is left goes after the next start."""
LOOK_SECONDS = 1.0
"""How often the lengths of queues are looked at."""
HEADER_LIMIT = 64 * 1024
SNIPPET = """\
%pip install jupyter-errreport
from jupyter_errreport import ErrorServer
ErrorServer(url="{address}", notebook="my notebook").enable()

1 / 0"""
"""What the page without errors offers; each part in a cell of its own."""

OWN = (
    ("alerts", Alerts),
    ("alerts/test", TestAlerts),
    ("login", Login),
    ("login/start", StartLogin),
    (CALLBACK, Callback),
    ("logout", Logout),
    ("healthz", Healthz),
    ("readyz", Readyz),
    ("metrics", Metrics),
    (r"keys", Keys),
    (r"keys/([^/]+)", OneKey),
    (r"keys/([^/]+)/revoke", RevokeKey),
    (r"not-accepted", NotAccepted),
    (r"tokens", Tokens),
    (r"tokens/([^/]+)", OneToken),
    (r"tokens/([^/]+)/revoke", RevokeToken),
)
"""What only this server answers."""


class CannotListen(Exception):  # noqa: N818 - the name says what is the case
    """The address or the port can't be had."""


class BelowFolder(Application):
    """Serves its routes below the folder by which a proxy asks for them (`/services/errreport/`), and at the root.

    Handlers know nothing of it: their links are relative.
    """

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> Any:
        """Which handler answers."""
        running: Running = self.settings["running"]
        folder = running.base_url
        if folder != "/" and request.path.startswith(folder):
            request.path = request.path[len(folder) - 1 :]
            request.uri = request.path + (f"?{request.query}" if request.query else "")
        return super().find_handler(request, **kwargs)


def make_application(running: Running, cookie_secret: str) -> Application:
    """The collector's routes."""
    handlers: list[Any] = []
    for pattern, handler in routes(CollectorHandler, guard, OWN):
        handlers.append((f"/{pattern}", handler))
        handler.route = pattern.replace("([^/]+)", "ID").replace("\\", "")  # type: ignore[attr-defined]
    return BelowFolder(
        handlers,
        default_handler_class=Unknown,
        cookie_secret=cookie_secret,
        log_function=request_logger(running.counters),
        running=running,
        xsrf_cookie_name=f"errreport-xsrf-{running.port}",
        xsrf_cookie_kwargs={"httponly": True, "samesite": "Lax", "path": running.base_url},
    )


def run(
    collector: Settings,
    database: Database,
    alerting: Alerting,
    forwarding: Forwarding,
    accounts: Accounts | None,
    sockets: list[socket.socket],
    tally: Tally,
    parent: int | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, or until the end of the file `parent`. Raises `StoreError`.

    Without `parent` this process is the only one, and says where it listens.
    """
    asyncio.run(_serve(collector, database, alerting, forwarding, accounts, sockets, tally, parent))


async def _serve(
    collector: Settings,
    database: Database,
    alerting: Alerting,
    forwarding: Forwarding,
    accounts: Accounts | None,
    sockets: list[socket.socket],
    tally: Tally,
    parent: int | None,
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if parent is not None:
        loop.add_reader(parent, stop.set)
    await asyncio.to_thread(alerting.start)
    await asyncio.to_thread(forwarding.start)
    gc.freeze()  # modules, templates and the like stay for good: no collection need look at them again
    counters = make_counters()
    rates = await asyncio.wrap_future(database.write(partial(make_rates, collector.redis, collector.limits)))
    service = Service(
        database=database,
        limits=collector.limits_in_force,
        quotas=Quotas(rates),
        dedup_days=collector.dedup_days,
        accept_verbatim=collector.accept_verbatim,
        pass_on_to=forwarding.keys,
        on_stored=partial(_wake, alerting, forwarding),
        destinations=lambda connection: alerting.status(connection) + forwarding.status(connection),
        tally=tally,
        title="Notebook errors",
        version=__version__,
        more_places=[("alerts", "Alerts")],
        github_repository=collector.github_repository,
        snippet=SNIPPET,
        has_keys=True,
        pages=Pages(Path(__file__).parent / "templates"),
        log=collector.log,
    )
    if counters is not None:
        service.tally = CountedTally(service.tally, counters)
        service.on_refused = counters.count_refusals
    running = Running(
        service,
        alerting,
        port=port_of(sockets),
        admin_sha256=token_hash(collector.admin_token),
        noted=Noted(database),
        require_key=collector.require_key,
        public_url=collector.public_url,
        base_url=collector.base_url,
        accounts=accounts,
        max_transparency=collector.max_transparency,
        requests_limit=collector.max_connections_per_address if collector.limits else collector.max_connections,
        colab_networks=networks_of(collector.colab_networks) if collector.colab_only else None,
        metrics_sha256=token_hash(collector.metrics_token) if collector.metrics_token else "",
        counters=counters,
    )
    cookie_secret = await asyncio.wrap_future(database.write(lambda connection: secret(connection, "cookie_secret")))
    server = GuardedServer(
        make_application(running, cookie_secret),
        xheaders=bool(collector.trusted_proxies),
        trusted_downstream=list(collector.trusted_proxies),
        max_header_size=HEADER_LIMIT,
        # Of addresses that take none of our bodies, such as the login: `api.http.body` has its own.
        max_body_size=BODY_LIMIT,
        idle_connection_timeout=IDLE_SECONDS,
        body_timeout=BODY_SECONDS,
    )
    server.door = Door(
        room_for(collector.max_connections),
        running.requests_limit,
        collector.trusted_proxies,
        lambda: [_stream(handler) for handler in running.active if handler.has_arrived],
    )
    server.add_sockets(sockets)
    keeping = Keeping(
        collector.retention_days,
        collector.dedup_days,
        collector.thin_after_days,
        collector.max_megabytes if collector.limits else 0,
    )
    tasks = [
        asyncio.create_task(keep_watching(database, alerting.wake)),
        asyncio.create_task(running.noted.keep_writing()),
        asyncio.create_task(keep_house(database, lambda: alerting.is_on_duty, keeping)),
    ]
    tasks.append(asyncio.create_task(_keep_looking(running)))
    database.listen(partial(_tell_of_others, loop, service, alerting, forwarding))
    if parent is None:
        announce(collector, database.name, running.port)
    await stop.wait()
    for task in tasks:
        task.cancel()
    all_out = await drain(server, running, collector.drain_seconds)
    await running.noted.write()
    await asyncio.gather(
        asyncio.to_thread(alerting.close, PATIENCE), asyncio.to_thread(forwarding.close, FORWARDING_PATIENCE)
    )
    if all_out:  # and those of requests that came meanwhile on connections that were open
        all_out = await answers_out(running, collector.drain_seconds)
    if not all_out:
        collector.log.warning("Stopped after %g seconds, with requests under way.", collector.drain_seconds)
    await server.close_all_connections()


async def _keep_looking(running: Running) -> None:
    """Until cancelled: tell the counters how long the queues are."""
    while running.counters is not None:
        running.counters.look(running.service.database.writes_waiting, len(running.active))
        await asyncio.sleep(LOOK_SECONDS)


def _stream(handler: UnderWay) -> Any:
    return getattr(handler.request.connection, "stream", None)


def _wake(alerting: Alerting, forwarding: Forwarding, events: Sequence[EventMessageType] = ()) -> None:
    """Something is stored: people may have to be told, and other receivers."""
    alerting.wake()
    forwarding.wake(events)


def _tell_of_others(
    loop: asyncio.AbstractEventLoop, service: Service, alerting: Alerting, forwarding: Forwarding
) -> None:
    """Another process has written: open pages show that, and alerts or events may wait."""
    with contextlib.suppress(RuntimeError):  # the loop has ended
        loop.call_soon_threadsafe(service.listeners.tell)
    _wake(alerting, forwarding)


def bind(ip: str, port: int) -> list[socket.socket]:
    """Sockets that listen there. Raises `CannotListen`."""
    try:
        return bind_sockets(port, ip or None)
    except OSError as error:
        raise CannotListen(
            f"Can't listen at {ip or '*'} port {port}: {error.strerror or error}."
            " Is another program there? Choose another with --port, or --port 0 for any free one."
        ) from error


def port_of(sockets: list[socket.socket]) -> int:
    """At which port they listen."""
    return int(sockets[0].getsockname()[1])


def announce(collector: Settings, database: str, port: int) -> None:
    """Say where it listens, and what it keeps errors in."""
    host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(collector.ip, collector.ip)  # noqa: S104
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    address = f"http://{host}:{port}{collector.base_url}"
    lines = [f"The collector listens at {address} and keeps errors in {database}"]
    if collector.max_transparency:
        lines.append(f"Anybody may read them at {address}")
    elif collector.accounts_label:
        lines.append(f"Read them at {collector.public_url or address} after a login with {collector.accounts_label}")
    elif collector.token_was_made:
        lines.append(f"Read them at {address}?token={collector.admin_token}")
    else:
        lines.append(f"Read them at {address} with the admin token that was set")
    lines.append(f"In a notebook, to report to it: {line_for(collector.public_url or address.rstrip('/'))}")
    print("\n".join(lines), flush=True)  # noqa: T201 - what an operator waits for
