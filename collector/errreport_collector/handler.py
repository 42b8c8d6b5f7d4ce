"""What every request to the collector goes through, whatever it asks for."""

import asyncio
import hmac

from tornado.web import RequestHandler

from jupyter_errreport.api import Access, Problem, Resource, Service
from jupyter_errreport.api.http.problem import too_many
from jupyter_errreport.api.service.turns import network_of
from jupyter_errreport.contract import REPORT
from jupyter_errreport.store.database.fair_queue import TOKEN
from jupyter_errreport.store.tokens import token_hash

from .accounts.asking import person_of, reporter_of
from .identity import Identity, bearer_token, identify, identity_of_person
from .running import Running

COOKIE_DAYS = 30
HUB_SESSION = "jupyterhub-session-id"
"""The cookie by which a Hub ends all its logins of a browser at once."""


class CollectorHandler(RequestHandler):
    """Knows the caller before a method runs."""

    identity: Identity | None = None
    wrong_token = False
    """Whether a token was sent that nobody has, or no longer."""
    no_accounts: Problem | None = None
    """Why it can't be said now whose browser it is."""
    token_name = ""
    by_cookie = False
    route = "other"
    """What the figures call this route: its path, with `ID` for each name in it."""
    brought_by: str | None = None
    has_public_token = False
    network = ""
    """What counts as the caller's address."""
    has_arrived = False
    """Whether the whole request is here: from now on its sender waits for us."""
    notebook_scope: str | None = None

    @property
    def running(self) -> Running:
        """The server."""
        running: Running = self.settings["running"]
        return running

    @property
    def service(self) -> Service:
        """What the resources work with."""
        return self.running.service

    @property
    def client_address(self) -> str:
        """The address that the request came from (a trusted proxy's word for it)."""
        return str(self.request.remote_ip)

    def set_default_headers(self) -> None:
        """A connection that is kept open would hold up a stop."""
        super().set_default_headers()
        if self.running.is_stopping:
            self.set_header("Connection", "close")

    async def prepare(self) -> None:
        """Find out who calls."""
        running, self.network = self.running, network_of(self.client_address)
        if sum(other.network == self.network for other in running.active) >= running.requests_limit:
            raise too_many("too_many_connections", "Too many requests of your address are under way. Wait a little.", 5)
        running.active.add(self)
        token = bearer_token(self.request.headers.get("Authorization", ""))
        if token is not None:
            await self._know_by_token(token)
        else:
            cookie = self.get_signed_cookie(self.cookie_name, max_age_days=COOKIE_DAYS)
            if cookie is not None:
                try:
                    self.identity = await self._identity_of_browser(cookie.decode())
                except Problem as problem:
                    self.no_accounts = problem
                self.by_cookie = self.identity is not None
        if self.identity is not None:
            self.notebook_scope = self.identity.scope_for("open")
            self.brought_by, self.has_public_token = self.identity.token_id, self.identity.is_public
            if self.identity.token_id is not None:
                self.running.noted.used(self.identity.token_id)

    async def _know_by_token(self, token: str) -> None:
        """Find out whose token it is: one of ours, or one of the Hub's, which only adds errors."""
        sha256 = token_hash(token)
        self.identity = await self.identity_of(sha256)
        is_for_metrics = hmac.compare_digest(sha256, self.running.metrics_sha256)  # a secret that is not the Hub's
        if self.identity is not None and not self.identity.is_public:
            self.token_name = f"{TOKEN}{sha256[:16]}"
        elif self.identity is None and self.running.accounts is not None and not is_for_metrics:
            reporter = await reporter_of(self.running.accounts, token, self.network)
            if reporter is not None:
                self.identity = Identity(REPORT, person=reporter)
                self.token_name = self.running.stand_in(reporter)
        self.wrong_token = self.identity is None

    async def _identity_of_browser(self, cookie: str) -> Identity | None:
        """Who shows this cookie: the hash of a token, or a login by an account."""
        if " " not in cookie:
            return await self.identity_of(cookie)
        if self.running.accounts is None:
            return None
        session_id = self.get_cookie(HUB_SESSION, "") or ""
        person = await person_of(self.running.accounts, cookie, session_id)
        if person is None:
            return None
        grants = self.running.accounts.roles.of(person)
        work = self.service.database.read(lambda connection: identity_of_person(connection, person.name, grants))
        return await asyncio.wrap_future(work)

    def on_finish(self) -> None:
        """Let a stop know that this answer is out."""
        self.running.active.discard(self)

    def on_connection_close(self) -> None:
        """The caller has gone."""
        super().on_connection_close()
        self.running.active.discard(self)

    async def may(self, access: Access) -> bool:
        """Whether the caller has this access."""
        if access in ("open", "report"):
            return True
        if access == "read" and self.running.max_transparency:
            return True
        return self.identity is not None and self.identity.may(access)

    @property
    def signed_in(self) -> dict[str, str] | None:
        """Who has logged in, for pages to say; None for nobody, and for who shows a token each time."""
        if self.identity is None or not self.by_cookie:
            return None
        name = self.identity.person or (f"token {self.identity.token_id}" if self.identity.token_id else "admin token")
        return {"name": name, "role": self.identity.role, "xsrf": self.xsrf_token.decode("ascii")}

    @property
    def server_url(self) -> str:
        """The folder of all routes, as others reach it; ends in no slash."""
        own = f"{self.request.protocol}://{self.request.host}{self.running.base_url}"
        return (self.running.public_url or own).rstrip("/")

    @property
    def own_places(self) -> list[tuple[str, str]]:
        """Pages that this caller is led to besides those for everybody."""
        may = self.identity.may if self.identity is not None else lambda access: False
        pages: tuple[tuple[Access, str, str], ...] = (
            ("author", "keys", "Notebook keys"),
            ("admin", "tokens", "Tokens"),
        )
        return [(address, name) for access, address, name in pages if may(access)]

    async def identity_of(self, sha256: str) -> Identity | None:
        """Whose token has this hash; None when nobody's."""
        work = self.service.database.read(lambda connection: identify(connection, sha256, self.running.admin_sha256))
        return await asyncio.wrap_future(work)

    @property
    def cookie_name(self) -> str:
        """Of its own for each port: cookies are shared between the ports of a host."""
        return f"errreport-{self.running.port}"

    def check_xsrf_cookie(self) -> None:
        """Only the guard asks for it, where a browser's cookie is what opens the door."""


class CollectorResource(Resource, CollectorHandler):
    """A resource of this server, as its routes are made of one."""


class Unknown(CollectorResource):
    """Every other address."""

    async def prepare(self) -> None:
        """Always 404, whatever the method."""
        self.depth = self.request.path.count("/") - 1
        await super().prepare()
        raise Problem(
            404,
            "not_found",
            "There is nothing at this address. `openapi.yaml` lists what there is; mind the last slash.",
        )
