"""The collector as a Jupyter application: what an operator can set, and what a start goes through."""

import os
import secrets
from collections.abc import Callable
from dataclasses import fields
from socket import socket
from typing import Any
from urllib.parse import urlsplit

from jupyter_core.application import JupyterApp, NoStart, base_aliases, base_flags
from traitlets import Bool, Enum, Float, Integer, List, TraitError, Unicode, default, validate

from jupyter_errreport import __version__
from jupyter_errreport.api.github import is_repository
from jupyter_errreport.api.service.tally import Tallies, Tally
from jupyter_errreport.contract import (
    ADMIN_TOKEN_VARIABLE,
    APPRISE_VARIABLE,
    METRICS_TOKEN_VARIABLE,
    REDIS_VARIABLE,
    SLACK_VARIABLE,
    WEBHOOK_SECRET_VARIABLE,
)
from jupyter_errreport.forwarding import Forwarding
from jupyter_errreport.forwarding.others.settings import OtherReceivers
from jupyter_errreport.store import Database, Limits, StoreError

from .accounts.settings import ErrReportAccounts, hub_address
from .alerting import Alerting, QuietHours, channels_of
from .colab import networks_of
from .location import default_database
from .observing.counters import counting_together, forget_queues_of
from .observing.logs import join_logs
from .processes import Processes, say
from .server import CannotListen, announce, bind, port_of, run


class ErrReportCollector(OtherReceivers, JupyterApp):
    """Collects the errors that notebooks report, and shows them to their author."""

    name = "jupyter-errreport-collector"
    version = __version__
    description = """Collect the errors that other people hit in your notebooks.

    Starts a server with an embedded database, or with a PostgreSQL of yours. Notebooks report to it without a login
    (`ErrorServer(url=...)`); reading needs the link that is printed at the start.
    """
    examples = """
    jupyter errreport collector                                      # on this machine only, port 8000
    jupyter errreport collector --ip 0.0.0.0 --db /srv/errors.sqlite # for everybody who can reach it
    jupyter errreport collector --db postgresql://me@host/errreport --processes 4
    """
    classes = [ErrReportAccounts]  # noqa: RUF012 - as traitlets has it
    aliases = {  # noqa: RUF012 - as traitlets has it
        **base_aliases,
        "ip": "ErrReportCollector.ip",
        "port": "ErrReportCollector.port",
        "db": "ErrReportCollector.db",
        "read-db": "ErrReportCollector.read_db",
        "processes": "ErrReportCollector.processes",
        "slack-webhook": "ErrReportCollector.slack_webhook",
        "log-format": "ErrReportCollector.log_lines",
    }
    flags = {  # noqa: RUF012
        **base_flags,
        "max-transparency": (
            {"ErrReportCollector": {"max_transparency": True}},
            "Let anybody read all errors. Deleting still needs an admin token.",
        ),
        "require-key": (
            {"ErrReportCollector": {"require_key": True}},
            "Take only reports that bring a token, such as the key that an author has made of the notebook.",
        ),
        "colab-only": (
            {"ErrReportCollector": {"colab_only": True}},
            "Take reports only from the networks of Google Colab.",
        ),
        "no-limits": (
            {"ErrReportCollector": {"limits": False}},
            "Switch all limits off but those on a request's size: for a server that strangers can't reach.",
        ),
        "hub": (
            {"ErrReportAccounts": {"hub": True}},
            "Be a service of a JupyterHub: listen where it says, log people in by it, take its servers' tokens.",
        ),
    }

    ip = Unicode(
        help="The address to listen at. The default, 127.0.0.1, can be reached from this machine only; 0.0.0.0 from"
        " everywhere (then put a proxy with HTTPS before it).",
    ).tag(config=True)
    port = Integer(
        min=0, max=65535, help="The port to listen at; by default 8000. 0 takes a free one and prints it."
    ).tag(config=True)
    db = Unicode(
        help="The database: the path of a SQLite file on a local disk (made when missing, readable for this user"
        " only), or a URL such as sqlite:////srv/errors.sqlite or postgresql://user@host/name, which needs"
        " jupyter-errreport[postgres]; passwords are better kept in ~/.pgpass. Default: errreport/collector.sqlite in"
        " Jupyter's data folder.",
    ).tag(config=True)
    read_db = Unicode(
        help="The URL of a replica of the PostgreSQL database, from which pages and lists are read. They are as late as"
        " it is; while it does not answer, the database itself is read.",
    ).tag(config=True)
    processes = Integer(
        1,
        min=1,
        help="How many processes share the port; one that dies is started again. More than one needs PostgreSQL.",
    ).tag(config=True)
    admin_token = Unicode(
        help="The token that may read and delete everything. Rather set it in the environment as"
        f" {ADMIN_TOKEN_VARIABLE}, so that it stands in no file. Without it a new one is made at each start and printed"
        " in the link; with it the link is printed without the token. More tokens, with less rights: `jupyter errreport"
        " token create`.",
    ).tag(config=True)
    slack_webhook = Unicode(
        help="A Slack webhook that is told of alerts: a new group of errors, one that is back, a spike, a notebook that"
        f" fails more people than before. It is a secret: rather set it in the environment as {SLACK_VARIABLE}.",
    ).tag(config=True)
    apprise_urls = List(
        Unicode(),
        help="Where else alerts go: URLs of Apprise for e-mail, Teams, Discord, Matrix and a hundred more"
        " (https://github.com/caronc/apprise/wiki). They hold secrets: rather set them in the environment, with spaces"
        f" between, as {APPRISE_VARIABLE}. Needs jupyter-errreport[collector].",
    ).tag(config=True)
    webhooks = List(
        Unicode(),
        help="URLs of your own programs that are told of alerts in JSON, signed as standardwebhooks.com has it.",
    ).tag(config=True)
    webhook_secret = Unicode(
        help="The secret that webhooks are signed with (`whsec_` and base64, or any text). Rather set it in the"
        f" environment as {WEBHOOK_SECRET_VARIABLE}.",
    ).tag(config=True)
    quiet_hours = Unicode(
        help="When nobody is told anything, as `22:00-07:00 Europe/Berlin` (without a time zone: UTC). What happens"
        " meanwhile is told afterwards.",
    ).tag(config=True)
    public_url = Unicode(
        help="The address at which authors reach this collector, such as https://errors.example.org: for the links in"
        " alerts. Without it alerts have none.",
    ).tag(config=True)
    base_url = Unicode(
        help="The folder of all pages, such as /errors/, if a proxy asks for them below one. Default: the root; for a"
        " service of a JupyterHub what that says.",
    ).tag(config=True)
    max_transparency = Bool(
        False, help="Anybody may read all errors, without a token. Deleting still needs an admin token."
    ).tag(config=True)
    require_key = Bool(
        False,
        help="Take only reports that bring a token that may report: an author makes a key of a notebook on the page"
        " `keys` and puts it into the notebook. Others get 401 (`key_required`); of them only the name of the notebook,"
        " the time and their number are kept, of 100 notebooks at most.",
    ).tag(config=True)
    colab_only = Bool(
        False, help="Take reports only from the networks of Google Colab (see `colab_networks`); others get 403."
    ).tag(config=True)
    colab_networks = List(
        Unicode(), ["142.250.0.0/15"], help="The networks, as address/bits, that count as Google Colab."
    ).tag(config=True)
    limits = Bool(
        True,
        help="Whether the limits below hold: who goes over one is answered 429, or only counted. A request's size is"
        " always limited.",
    ).tag(config=True)
    max_errors_per_session = Integer(
        1_000, min=1, help="How many errors one session (one run of a notebook by one reader) may send."
    ).tag(config=True)
    max_sessions_per_address = Integer(
        1_000, min=1, help="How many sessions one network address may open in a day. A classroom shares one address."
    ).tag(config=True)
    min_seconds_between_errors = Float(
        0.0,
        min=0,
        help="The least time between two errors of a session, in seconds, by the times in their ids: of errors that are"
        " closer together the first to arrive is kept. Errors that waited in a kernel may arrive together.",
    ).tag(config=True)
    max_errors_without_session = Integer(
        10_000,
        min=0,
        help="How many errors without a session one network address may send in a day. Of what is more, as of all that"
        " is over one of the next five limits, only the id and the count are kept.",
    ).tag(config=True)
    max_new_groups_per_address = Integer(
        1_000, min=0, help="How many new groups of errors one network address may bring in an hour."
    ).tag(config=True)
    max_new_notebooks_per_address = Integer(
        500, min=0, help="How many notebooks of which nothing was known one network address may bring in an hour."
    ).tag(config=True)
    max_errors_a_minute_per_session = Integer(
        1_000, min=1, help="How many errors of a session may come in a minute; what is more is only counted."
    ).tag(config=True)
    max_errors_a_minute_per_key = Integer(
        30_000, min=1, help="How many errors may come with a notebook's key in a minute; what is more is only counted."
    ).tag(config=True)
    max_errors_a_minute_per_notebook = Integer(
        30_000,
        min=1,
        help="How many errors of a notebook may come in a minute. What is more is only counted, but for the first error"
        " of each group.",
    ).tag(config=True)
    max_errors_a_minute_per_address = Integer(
        30_000,
        min=1,
        help="How many errors may come from a network address in a minute; what is more is only counted. A classroom"
        " shares one address; who has a token that is no notebook's key may bring ten times as much.",
    ).tag(config=True)
    max_megabytes_an_hour_per_address = Float(
        2_000.0,
        min=0,
        help="How many megabytes of requests one network address may send in an hour; what is more is answered 429. 0"
        " for no such limit.",
    ).tag(config=True)
    redis = Unicode(
        help="Where several processes, or hosts, count these rates together: the URL of a Redis, as"
        " redis://host:6379/0. Without it each process counts for itself. It may hold a password: rather set it in the"
        f" environment as {REDIS_VARIABLE}. Needs jupyter-errreport[redis].",
    ).tag(config=True)
    max_groups_per_notebook = Integer(2_000, min=0, help="How many groups of errors a notebook may have.").tag(
        config=True
    )
    max_groups = Integer(50_000, min=0, help="How many groups of errors there may be in all.").tag(config=True)
    max_notebooks = Integer(5_000, min=0, help="Of how many notebooks something is kept.").tag(config=True)
    max_megabytes = Float(
        10_000.0,
        min=0,
        help="How large the database may be, in megabytes; 0 for no such limit. When four fifths are used, errors are"
        " thinned out, the oldest first (see `thin_after_days`); when all is used, new errors are only counted; when it"
        " is a quarter larger, they are answered 429.",
    ).tag(config=True)
    max_connections = Integer(
        800,
        min=1,
        help="How many connections there may be at once, in each process (less where the system allows fewer open"
        " files). When there are more, those go on which nobody waits for an answer, of the address with the most.",
    ).tag(config=True)
    max_connections_per_address = Integer(
        256,
        min=1,
        help="How many of them one network address may have, or requests under way behind a trusted proxy. A classroom"
        " shares one address.",
    ).tag(config=True)
    retention_days = Float(
        0.0, min=0, help="After how many days errors and sessions are deleted; 0 keeps them until you delete them."
    ).tag(config=True)
    thin_after_days = Float(
        0.0,
        min=0,
        help="After how many days errors are thinned out: of each group its first, its last and the first of each day"
        " stay, of all others the numbers. Counts, shares and trends stay as they are. 0 does so only for want of room"
        " (`max_megabytes`).",
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
    dedup_days = Float(
        90.0,
        min=1,
        help="For how many days an error that is sent again counts once. Errors older than that are not taken.",
    ).tag(config=True)
    trusted_proxies = List(
        Unicode(),
        help="Addresses of the reverse proxies before this server, such as 127.0.0.1. Only from them X-Forwarded-For"
        " and X-Forwarded-Proto are believed; without them all clients behind a proxy share its address.",
    ).tag(config=True)

    metrics_token = Unicode(
        help="A token that may read `/metrics` from other machines and nothing else; this machine needs none. Rather"
        f" set it in the environment as {METRICS_TOKEN_VARIABLE}."
    ).tag(config=True)
    log_lines = Enum(
        ("text", "json"),
        "text",
        help="What the log's lines are: text for people, or a JSON object each for programs, in which addresses are"
        " hashes that change daily.",
    ).tag(config=True)
    access_log = Unicode(
        help="A file for the lines of requests, for fail2ban: with each one's address and time. With text they stand"
        " there instead of in the log. It may be moved while the collector runs (logrotate)."
    ).tag(config=True)
    drain_seconds = Float(
        8.0,
        min=0,
        help="How long a stop waits for requests that are under way, in seconds. Docker, for instance, kills what has"
        " not ended after 10.",
    ).tag(config=True)

    token_was_made = False
    """Whether `admin_token` is one that nobody but the printed link knows."""

    _people: ErrReportAccounts | None = None

    @property
    def people(self) -> ErrReportAccounts:
        """What is said of people's accounts."""
        if self._people is None:
            self._people = ErrReportAccounts(parent=self)
        return self._people

    @property
    def accounts_label(self) -> str:
        """By whose accounts people log in; empty for tokens alone."""
        return "JupyterHub" if self.people.hub else self.people.openid_label if self.people.openid_issuer else ""

    @default("ip")
    def _default_ip(self) -> str:
        return hub_address().ip if self.people.hub else "127.0.0.1"

    @default("port")
    def _default_port(self) -> int:
        return hub_address().port if self.people.hub else 8000

    @default("base_url")
    def _default_base_url(self) -> str:
        return hub_address().folder if self.people.hub else "/"

    @default("public_url")
    def _default_public_url(self) -> str:
        return os.environ.get("JUPYTERHUB_PUBLIC_URL", "") if self.people.hub else ""

    @validate("base_url")
    def _end_in_slashes(self, proposal: Any) -> str:
        return f"/{proposal['value'].strip('/')}/".replace("//", "/")

    @default("db")
    def _default_db(self) -> str:
        return str(default_database())

    @default("admin_token")
    def _default_admin_token(self) -> str:
        given = os.environ.get(ADMIN_TOKEN_VARIABLE, "")
        self.token_was_made = not given
        return given or f"admin_{secrets.token_hex(24)}"

    @default("redis")
    def _default_redis(self) -> str:
        return os.environ.get(REDIS_VARIABLE, "")

    @default("metrics_token")
    def _default_metrics_token(self) -> str:
        return os.environ.get(METRICS_TOKEN_VARIABLE, "")

    @default("slack_webhook")
    def _default_slack_webhook(self) -> str:
        return os.environ.get(SLACK_VARIABLE, "")

    @default("apprise_urls")
    def _default_apprise_urls(self) -> list[str]:
        return os.environ.get(APPRISE_VARIABLE, "").split()

    @validate("apprise_urls")
    def _split_urls(self, proposal: Any) -> list[str]:
        value: list[str] = proposal["value"]
        return " ".join(value).split()

    @validate("webhooks")
    def _check_webhooks(self, proposal: Any) -> list[str]:
        urls: list[str] = self._split_urls(proposal)
        for url in urls:
            if not url.startswith(("http://", "https://")) or not urlsplit(url).hostname:
                raise TraitError(f"webhooks: {url!r} is not an address like https://example.org/hook.")
        return urls

    @default("webhook_secret")
    def _default_webhook_secret(self) -> str:
        return os.environ.get(WEBHOOK_SECRET_VARIABLE, "")

    @validate("quiet_hours")
    def _check_quiet_hours(self, proposal: Any) -> Any:
        try:
            QuietHours.parse(proposal["value"])
        except ValueError as error:
            raise TraitError(f"quiet_hours: {error}") from error
        return proposal["value"]

    @validate("colab_networks")
    def _check_networks(self, proposal: Any) -> Any:
        try:
            networks_of(proposal["value"])
        except ValueError as error:
            raise TraitError(f"colab_networks: {error}; write them as 142.250.0.0/15.") from error
        return proposal["value"]

    @validate("github_repository")
    def _check_repository(self, proposal: Any) -> Any:
        if proposal["value"] and not is_repository(proposal["value"]):
            raise TraitError(f"github_repository: {proposal['value']!r} is not owner/name, as in jupyter/notebook.")
        return proposal["value"]

    @property
    def limits_in_force(self) -> Limits | None:
        """The limits, or None when they are off."""
        if not self.limits:
            return None
        return Limits(**{field.name: getattr(self, field.name) for field in fields(Limits)})

    def run(self) -> int:
        """Serve until a signal ends it; the exit status.

        1. open the database and bring its tables up to date, 2. listen, 3. print where, 4. serve,
        5. on SIGTERM or SIGINT: take no more, write what was taken, close.
        """
        if not self.admin_token.strip():
            return self._refuse("An empty admin_token would open the collector to everybody; leave it out instead.")
        try:
            join_logs(self.log, self.log_lines == "json", self.access_log)
        except OSError as error:
            return self._refuse(f"access_log: {self.access_log} can't be written: {error.strerror}.")
        try:
            database = Database(self.db, self.read_db)
            if self.processes > 1:
                return self._run_several(database)
            return self._run_one(database, lambda: bind(self.ip, self.port))
        except (CannotListen, StoreError, ValueError) as error:
            return self._refuse(str(error))

    def _run_one(
        self,
        database: Database,
        listen: Callable[[], list[socket]],
        tally: Tally | None = None,
        parent: int | None = None,
    ) -> int:
        channels = channels_of(self.slack_webhook, self.webhooks, self.webhook_secret, self.apprise_urls)
        others = self.others
        database.start()
        try:
            forwarding = Forwarding(database, others, public_url=self.public_url)
            alerting = Alerting(database, channels, self.public_url, QuietHours.parse(self.quiet_hours))
            accounts = self.people.accounts(database, self.public_url)
            run(self, database, alerting, forwarding, accounts, listen(), tally or Tally(), parent)
        finally:
            database.close()
        return 0

    def _run_several(self, database: Database) -> int:
        """Listen, then have several processes serve what comes in; each has connections and threads of its own."""
        if not database.shared:
            return self._refuse(
                "One SQLite file has one writer: --processes can only be 1. With PostgreSQL there can be more:"
                " --db postgresql://user@host/name."
            )
        if not hasattr(os, "fork"):
            return self._refuse("Several processes can only be had where a process can fork, which is not on Windows.")
        database.start()  # a database that can't be used is said once, and its tables are made
        database.close()
        sockets = bind(self.ip, self.port)

        tallies = Tallies(self.processes)

        def serve(parent: int, number: int) -> int:
            try:
                return self._run_one(Database(self.db, self.read_db), lambda: sockets, tallies.of(number), parent)
            except (StoreError, ValueError) as error:
                return self._refuse(str(error))

        def stopping() -> None:
            for each in sockets:
                each.close()

        with counting_together():
            processes = Processes(self.processes, serve, stopping, forget_queues_of)
            port = port_of(sockets)
            return processes.run(lambda: announce(self, database.name, port))

    def _refuse(self, sentence: str) -> int:
        say(sentence)
        return 1


def main(argv: list[str]) -> int:
    """Run the collector with these arguments; the exit status. `--help` and wrong arguments end the process."""
    application = ErrReportCollector()
    application.initialize(argv)
    try:
        application.start()
    except NoStart:  # it wrote its configuration file, which is all that was asked
        return 0
    return application.run()
