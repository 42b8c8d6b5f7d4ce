"""What all resources have in common: JSON answers, problems, headers, pages."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from urllib.parse import urlencode, urljoin

import msgspec
from tornado.web import HTTPError, RequestHandler

from ...store.database.fair_queue import Sender
from ...store.database.writer import Work
from ..service.service import Service
from ..service.turns import network_of
from .accept import Format, preferred, prefers_html
from .access import Access
from .log_masking import masked_route
from .problem import Problem, problem_of
from .query import LOGIN, read_choice

Result = TypeVar("Result")

PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "script-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    )
)


class Resource(RequestHandler):
    """A resource without a login. `routes` mixes it with a server's own handler class, which brings the rest."""

    access: ClassVar[dict[str, Access]] = {}
    """For each method (`get`, `post`, `delete`) that the resource has: who may call it."""

    takes_body: ClassVar[bool] = False

    formats: ClassVar[Sequence[Format]] = ("json", "html")
    """What `get` can answer, by `format` in the query or by `Accept`."""

    token_in_query: ClassVar[bool] = False
    """Whether the address may hold a token each time, for readers of feeds, which know no login. Only one that can
    read: their services keep addresses."""

    depth = 0
    """Folders between the resource's path and the folder of all routes."""

    notebook_scope: str | None = None
    """The notebooks that the caller's token opens, with `*` and `?`. Set by the server's guard; None for all."""

    brought_by: str | None = None
    """The id of the token with which the caller adds errors. Set by the server; None for nobody's."""
    has_public_token = False
    """Whether that token stands in a notebook, where all its readers have it. Set by the server."""
    token_name = ""
    """Stands in place of an address when the caller has a token of their own. Set by the server's handler."""

    if TYPE_CHECKING:  # what the server's handler class brings
        service: Service
        client_address: str

        async def may(self, access: Access) -> bool:
            """Whether the caller has this access."""

    async def is_own(self, *which: str) -> bool:
        """Whether what is to be deleted is the caller's own, who then needs no further right."""
        return False

    def set_default_headers(self) -> None:
        """No answer is kept, guessed at, or framed by strangers."""
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Content-Security-Policy", PAGE_POLICY)

    def decode_argument(self, value: bytes, name: str | None = None) -> str:
        """A part of the path or the query, without what no database can hold."""
        return super().decode_argument(value, name).replace("\0", "\ufffd")

    async def prepare(self) -> None:
        """Let nobody ask for more while too much waits to be read."""
        await settle(super().prepare())
        if self.request.method == "GET" and self.service.outgoing.is_full:
            raise Problem(
                503,
                "too_many_readers",
                "Too many answers wait for their clients to read them. Ask again a little later.",
                {"Retry-After": "10"},
            )

    def finish(self, chunk: Any = None) -> "asyncio.Future[None]":
        """End the answer. A client who does not read it is cut off after a while."""
        stream = getattr(self.request.connection, "stream", None)
        if chunk is not None:
            self.write(chunk)
        size = sum(map(len, self._write_buffer))
        sent = super().finish()
        if stream is not None:
            self.service.outgoing.watch(sent, size, stream.close)
        return sent

    @property
    def sender_address(self) -> str:
        """Whose turn it is when the caller has one: a token's, else an address's."""
        return self.token_name or network_of(self.client_address)

    async def write_db(self, work: Work[Result]) -> Result:
        """What `work` returns, once it is on disk. Raises `WriteFailed`."""
        sender = Sender(self.sender_address)
        return await asyncio.wrap_future(self.service.database.write(work, sender))

    async def read_db(self, work: Work[Result]) -> Result:
        """What `work` returns. Of a replica, if there is one, but for those who have just written."""
        may_lag = self.request.method == "GET"
        return await asyncio.wrap_future(self.service.database.read(work, may_lag))

    def answer(self, value: Any, status: int = 200) -> None:
        """Finish with JSON."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(_ENCODER.encode(value))

    def answer_page(self, template: str, status: int = 200, **values: Any) -> None:
        """Finish with a page."""
        self.set_status(status)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Vary", "Accept")
        shown = {
            "title": self.service.title,
            "version": self.service.version,
            "home_url": self.service.home_url,
            # Those of a server's own depend on who asks.
            "more_places": [*self.service.more_places, *getattr(self, "own_places", ())],
            "signed_in": getattr(self, "signed_in", None),
        }
        self.finish(self.service.pages.render(template, root=self.root, **shown, **values))

    @property
    def first_steps(self) -> str:
        """What to run in a notebook to see a first error here."""
        return self.service.snippet.replace("{address}", self.own_url)

    @property
    def own_url(self) -> str:
        """The folder of all routes, as the caller reached it; ends in no slash."""
        of_server: str = getattr(self, "server_url", "")  # of a server that knows it
        return of_server or urljoin(self.request.full_url(), self.root).partition("?")[0].rstrip("/")

    @property
    def root(self) -> str:
        """The way from this page to the folder of all routes: right behind any proxy, whatever its prefix."""
        return "../" * self.depth or "./"

    @property
    def wanted_format(self) -> Format:
        """As what the caller wants the answer. Raises `Problem`."""
        chosen = read_choice(self, "format", self.formats)
        return chosen or preferred(self.request.headers.get("Accept", ""), self.formats)

    @property
    def wants_page(self) -> bool:
        """Whether the caller is a browser that shows a page."""
        return self.wanted_format == "html"

    def link_next(self, cursor: str) -> str:
        """Announce the next part of a list, with the filters of this one. Relative: right behind any proxy."""
        kept = [
            (name, value)
            for name in self.request.query_arguments
            for value in self.get_query_arguments(name, strip=False)
            if name != "cursor" and name not in LOGIN
        ]
        url = "?" + urlencode([*kept, ("cursor", cursor)])
        self.set_header("Link", f'<{url}>; rel="next"')
        return url

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Every failure is JSON with a sentence (a page, for a browser); none shows what went on inside."""
        problem = problem_of(status_code, kwargs.get("exc_info", (None, None))[1])
        self.service.on_refused([problem.code])
        self.set_status(problem.status_code)
        for name, value in problem.headers.items():
            self.set_header(name, value)
        if problem.status_code == 405:
            self.set_header("Allow", ", ".join(method.upper() for method in self.access))
        if self.request.method in ("GET", "POST") and prefers_html(self.request.headers.get("Accept", "")):
            self.answer_page("problem.html", problem.status_code, problem=problem)
        else:
            self.answer(problem.body(), problem.status_code)

    def _log(self) -> None:
        """Keep session keys and tokens out of the server's own access log, which writes the request's address."""
        self.request.uri = masked_route(self.request.path)
        super()._log()

    def log_exception(self, typ: Any, value: BaseException | None, tb: Any) -> None:
        """Log what nobody expected, with the route but without session keys, queries or bodies."""
        if value is not None and not isinstance(value, HTTPError) and problem_of(500, value).status_code == 500:
            self.service.log.error(
                "%s %s failed.", self.request.method, masked_route(self.request.path), exc_info=(type(value), value, tb)
            )


_ENCODER = msgspec.json.Encoder()


async def settle(value: Awaitable[None] | None) -> None:
    """Wait for what a server's method may or may not have begun."""
    if value is not None:
        await value


__all__ = ["Resource", "settle"]
