"""What every request to the collector goes through, whatever it asks for."""

import asyncio

from tornado.web import RequestHandler

from jupyter_errreport.api import Access, Problem, Resource, Service
from jupyter_errreport.api.http.problem import too_many
from jupyter_errreport.api.service.turns import network_of
from jupyter_errreport.store.database.fair_queue import TOKEN
from jupyter_errreport.store.tokens import token_hash

from .identity import Identity, bearer_token, identify
from .running import Running

COOKIE_DAYS = 30


class CollectorHandler(RequestHandler):
    """Knows the caller before a method runs."""

    identity: Identity | None = None
    wrong_token = False
    """Whether a token was sent that nobody has, or no longer."""
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
            self.identity = await self.identity_of(token_hash(token))
            self.wrong_token = self.identity is None
            if self.identity is not None and not self.identity.is_public:
                self.token_name = f"{TOKEN}{token_hash(token)[:16]}"
        else:
            cookie = self.get_secure_cookie(self.cookie_name, max_age_days=COOKIE_DAYS)
            if cookie is not None:
                self.identity = await self.identity_of(cookie.decode())
                self.by_cookie = self.identity is not None
        if self.identity is not None:
            self.notebook_scope = self.identity.notebook
            self.brought_by, self.has_public_token = self.identity.token_id, self.identity.is_public
            if self.identity.token_id is not None:
                self.running.noted.used(self.identity.token_id)

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
