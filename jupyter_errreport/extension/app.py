"""The server extension: what an operator can set, and what is started and stopped with the Jupyter server."""

import os
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_data_dir
from jupyter_server.extension.application import ExtensionApp
from jupyter_server.serverapp import ServerApp
from traitlets import Bool, TraitError, Unicode, default, validate

from .. import __version__
from ..address import read_address
from ..api import Service, routes
from ..api.github import is_repository
from ..contract import (
    AUTHOR_TOKEN_VARIABLE,
    COLLECTOR_TOKEN_VARIABLE,
    CONNECTION_VARIABLE,
    HUB_TOKEN_VARIABLE,
    OTLP_HEADERS_VARIABLE,
    OTLP_VARIABLE,
    SENTRY_VARIABLE,
    SLACK_VARIABLE,
    why_not_to_report_with,
)
from ..delivery import Destination
from ..delivery.destination import COLLECTOR
from ..event import EventMessageType
from ..forwarding import Forwarding
from ..forwarding.others.settings import OtherReceivers
from ..store import StoreError
from .collector_cells import CollectorCells
from .connection import Connection
from .deciding import DecideEverywhere
from .decisions import Decisions
from .events import ErrorEvents
from .front_end import FrontEnd
from .guard import guard
from .handler import JupyterResource
from .kernels.kernel_watch import KernelWatch
from .kernels.notebook_names import NotebookNames
from .notebook_cells import NotebookCells
from .notebook_path import NotebookPath
from .panel import Panel
from .publishing import Publish
from .stand_in import Opened, open_database

CLOSE_SECONDS = 2.0
"""How long the server's stop may wait for events that are on their way."""
SECRETS = (
    COLLECTOR_TOKEN_VARIABLE,
    AUTHOR_TOKEN_VARIABLE,
    SLACK_VARIABLE,
    SENTRY_VARIABLE,
    OTLP_VARIABLE,
    OTLP_HEADERS_VARIABLE,
)
"""Variables of the server's environment that kernels must not inherit."""
FRONT_END = (
    ("panel", Panel),
    ("cells", NotebookCells),
    ("path", NotebookPath),
    ("publish", Publish),
    ("groups/([^/]+)/everywhere", DecideEverywhere),
)
"""What only front ends ask, and so only this server answers."""


class JupyterErrReport(OtherReceivers, ExtensionApp):
    """Stores the errors of this server's kernels, lists them under /errreport, and forwards them."""

    name = "jupyter_errreport"
    description = "The errors of this server's notebooks: stored, listed under /errreport, forwarded."
    extension_url = "/errreport/errors"
    load_other_extensions = True

    enabled = Bool(
        True, help="Whether errors are taken at all. Off: no route, no database, and kernels are told nothing."
    ).tag(config=True)
    collector_url = Unicode(
        help="The collector to which every error is forwarded, such as https://errors.example.org; empty for none."
    ).tag(config=True)
    collector_token = Unicode(
        help=f"Token for that collector, of the role report. A secret: rather set {COLLECTOR_TOKEN_VARIABLE} in the"
        " environment of the server, which kernels do not inherit."
    ).tag(config=True)
    hub_service = Bool(
        False,
        help="Whether `collector_url` is the service of the JupyterHub that started this server: errors are then"
        f" forwarded with the Hub's own token for this server ({HUB_TOKEN_VARIABLE}), unless `collector_token` is set."
        " For the Hub's operator to say: that receiver is shown the token.",
    ).tag(config=True)
    author_token = Unicode(
        help="Your own token for that collector, of the role author, if its notebooks are yours and nobody else uses"
        f" this server: what you decide and publish here then holds there. A secret: rather set {AUTHOR_TOKEN_VARIABLE}"
        " in the environment of the server, which kernels do not inherit."
    ).tag(config=True)
    slack_webhook = Unicode(
        help="A Slack webhook that is told of each group of equal errors. A secret: rather set"
        f" {SLACK_VARIABLE} in the environment of the server, which kernels do not inherit."
    ).tag(config=True)
    db = Unicode(
        help="The database: path of a SQLite file on a local disk. Default: errreport/server.sqlite in Jupyter's data"
        " folder."
    ).tag(config=True)
    accept_verbatim = Bool(
        False,
        help="Keep whole messages from kernels whose machine is configured with ErrReport.policy = 'verbatim'. Without"
        " it such errors are kept without message and first line.",
    ).tag(config=True)
    github_repository = Unicode(
        help="`owner/name` of the GitHub repository of your notebooks: pages then offer to open an issue there, with"
        " what is known of a group. Nothing is sent before you do."
    ).tag(config=True)
    notice = Unicode(
        help="What readers are told where errors go beyond this server; empty for a sentence that names the collector."
    ).tag(config=True)

    @validate("github_repository")
    def _check_repository(self, proposal: Any) -> Any:
        if proposal["value"] and not is_repository(proposal["value"]):
            raise TraitError(f"github_repository: {proposal['value']!r} is not owner/name, as in jupyter/notebook.")
        return proposal["value"]

    @default("collector_token")
    def _default_collector_token(self) -> str:
        return os.environ.get(COLLECTOR_TOKEN_VARIABLE, "")

    @default("author_token")
    def _default_author_token(self) -> str:
        return os.environ.get(AUTHOR_TOKEN_VARIABLE, "")

    @default("slack_webhook")
    def _default_slack_webhook(self) -> str:
        return os.environ.get(SLACK_VARIABLE, "")

    @default("db")
    def _default_db(self) -> str:
        return str(Path(jupyter_data_dir()) / "errreport" / "server.sqlite")

    _opened: Opened | None = None
    _watch: KernelWatch | None = None
    _connection: Connection | None = None
    _forwarding: Forwarding | None = None
    _events: ErrorEvents | None = None

    def initialize_settings(self) -> None:
        """Open the database and make what the handlers need; the port is not bound yet."""
        self._take_secrets()
        if not self.enabled:
            return
        self._opened = open_database(self.db)
        if self._opened.warning:  # also in `status`; the rest of the Jupyter server starts all the same
            self.log.error("jupyter_errreport: %s", self._opened.warning)
        destinations = self._destinations()
        self._forwarding = Forwarding(self._opened.database, destinations)
        try:
            self._forwarding.start()
        except StoreError as error:
            self.log.error("jupyter_errreport: nothing is passed on: %s", error)
        collector = next((place for place in destinations if place.kind == COLLECTOR), None)
        decisions = Decisions(collector, self.author_token)
        self._connection = Connection(self.log)
        self._events = ErrorEvents(self.serverapp)
        self.settings["errreport_connection"] = self._connection
        self.settings["errreport_service"] = Service(
            database=self._opened.database,
            pass_on_to=self._forwarding.keys,
            on_received=NotebookNames(self.serverapp, self._connection).correct,
            on_stored=self._stored,
            on_said=self._forwarding.wake,
            on_counted=self._forwarding.wake,
            on_deleted=self._forwarding.wake,
            hints_follow=any(place.kind == COLLECTOR for place in destinations),
            destinations=self._forwarding.status,
            accept_verbatim=self.accept_verbatim,
            warning=self._opened.warning,
            tell_decision=decisions.tell,
            title="Errors of this server's notebooks",
            version=__version__,
            github_repository=self.github_repository,
            log=self.log,
        )
        notice = self.notice or _notice(self._forwarding.labels)
        if collector is not None and self.author_token:
            collector = collector._replace(token=self.author_token)
        collector_cells = CollectorCells(collector) if collector else None
        self.settings["errreport_front_end"] = FrontEnd(notice, collector, collector_cells, decisions)
        if notice:
            self.log.info("jupyter_errreport: %s", notice)

    def _take_secrets(self) -> None:
        """Read the secrets in the server's environment and take them away: kernels would inherit and print them."""
        _ = self.collector_token, self.author_token, self.slack_webhook
        _ = self.sentry_dsn, self.otlp_endpoint, self.otlp_headers
        for variable in SECRETS:
            os.environ.pop(variable, None)

    def _stored(self, events: list[EventMessageType]) -> None:
        """These errors are on disk: pass them on, and tell the front ends."""
        if self._forwarding is not None:
            self._forwarding.wake(events)
        if self._events is not None:
            self._events.tell(events)

    def _destinations(self) -> list[Destination]:
        """Where the operator wants errors to go on to."""
        destinations = []
        address = read_address(self.collector_url)
        if self.collector_url and address.problem:
            self.log.error("jupyter_errreport: nothing is forwarded by collector_url. %s", address.problem)
        elif self.collector_url:
            token = self.collector_token or (os.environ.get(HUB_TOKEN_VARIABLE, "") if self.hub_service else "")
            if self.hub_service and not token:
                self.log.error("jupyter_errreport: hub_service is set, but this server was started by no JupyterHub.")
            if objection := why_not_to_report_with(token):
                self.log.error("jupyter_errreport: errors are forwarded without collector_token. %s", objection)
                token = ""
            destinations.append(Destination.collector(self.collector_url, token))
        if self.slack_webhook:
            destinations.append(Destination.slack(self.slack_webhook))
        try:
            destinations += self.others
        except ValueError as error:
            self.log.error("jupyter_errreport: nothing is sent to Sentry or OpenTelemetry: %s", error)
        return destinations

    def initialize_handlers(self) -> None:
        """The routes, all below `/errreport/`."""
        if self.enabled:
            self.handlers.extend(
                (f"/errreport/{pattern}", handler) for pattern, handler in routes(JupyterResource, guard, FRONT_END)
            )

    async def _start_jupyter_server_extension(self, serverapp: ServerApp) -> None:
        """The port is bound: tell the kernels where to report."""
        start: Any = getattr(super(), "_start_jupyter_server_extension", None)  # jupyter_server 2.15 and newer
        if start is not None:
            await start(serverapp)
        if self._connection is not None:
            self._connection.write(serverapp)
            os.environ[CONNECTION_VARIABLE] = str(self._connection.path)
            self._watch = KernelWatch(serverapp, self.settings["errreport_service"], self._connection, self.log)
            self._watch.start()

    async def stop_extension(self) -> None:
        """Kernels are told no more; what was taken is forwarded and the database closed."""
        if "errreport_service" in self.settings:
            self.settings["errreport_service"].listeners.close()
        if self._watch is not None:
            await self._watch.close(CLOSE_SECONDS)
        if self._connection is not None:
            self._connection.remove()
            if os.environ.get(CONNECTION_VARIABLE) == str(self._connection.path):
                del os.environ[CONNECTION_VARIABLE]
        if self._forwarding is not None:
            self._forwarding.close(CLOSE_SECONDS)
        if self._opened is not None:
            try:
                self._opened.database.close()
            except StoreError as error:
                self.log.error("jupyter_errreport: %s", error)
            if self._opened.lock is not None:
                self._opened.lock.release()


def _notice(receivers: list[str]) -> str:
    """What readers are told where the operator says nothing else."""
    return f"Errors of notebooks on this server are forwarded to {' and '.join(receivers)}." if receivers else ""
