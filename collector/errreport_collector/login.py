"""Logs a browser in, by the form or the button of a link. The cookie is signed, and holds a token's hash.

A link alone logs nobody in: else anybody could, with an image or a redirect, as somebody of their own choice.
"""

from typing import ClassVar

from tornado.web import RequestHandler

from jupyter_errreport.api import Access, Problem
from jupyter_errreport.api.http.own_address import own_address
from jupyter_errreport.api.routes import PAGES
from jupyter_errreport.store.tokens import token_hash

from .handler import COOKIE_DAYS, CollectorHandler, CollectorResource

ALL_PAGES = (*PAGES, "alerts", "keys", "tokens")
"""Those of both servers, and those that only the collector has."""
_LINK = "errreport-link"
_LINK_DAYS = 1 / 24
"""How long the button of a link works."""


class Login(CollectorResource):
    """`login`."""

    access: ClassVar[dict[str, Access]] = {"get": "open", "post": "open"}

    def get(self) -> None:
        """The form."""
        show_login(self, status=200)

    async def post(self) -> None:
        """Take the form's token, or what the button of a link holds; back to where it was asked for, or to the form."""
        RequestHandler.check_xsrf_cookie(self)
        link = self.get_body_argument("link", "")
        if await _accept(self, _linked(self, link) if link else _typed(self.get_body_argument("token", ""))):
            path, _, query = self.get_body_argument("next", "").removeprefix("./").partition("?")
            self.set_status(302)
            self.set_header("Location", own_address(path, query, ALL_PAGES))
            self.finish()
        else:
            show_login(self, status=401, wrong=True)


def show_login(handler: CollectorResource, status: int, wrong: bool = False) -> None:
    """Answer with the form, which leads back to here."""
    handler.answer_page(
        "login.html", status, next=destination_of(handler), wrong=wrong, xsrf=handler.xsrf_token.decode("ascii")
    )


def destination_of(handler: CollectorResource) -> str:
    """Where a login leads: to what was asked for, without the token."""
    path, query = handler.request.path.removeprefix("/"), handler.request.query
    if path == "login":
        path, _, query = handler.get_argument("next", "").removeprefix("./").partition("?")
    return own_address(path, query, ALL_PAGES)


def remembered(handler: CollectorResource, sha256: str) -> str:
    """What the button of a link holds: no token, and worth nothing anywhere else."""
    return handler.create_signed_value(_LINK, sha256).decode("ascii")


def _linked(handler: CollectorResource, link: str) -> str:
    found = handler.get_signed_cookie(_LINK, link, _LINK_DAYS)
    return found.decode("ascii") if found else ""


def _typed(token: str) -> str:
    return token_hash(token.strip()) if token.strip() else ""


async def _accept(handler: CollectorHandler, sha256: str) -> bool:
    """Set the cookie when a valid token has this hash; whether one has."""
    if not sha256 or await handler.identity_of(sha256) is None:
        return False
    handler.set_secure_cookie(
        handler.cookie_name,
        sha256,
        expires_days=COOKIE_DAYS,
        httponly=True,
        samesite="Lax",
        secure=handler.request.protocol == "https",
    )
    return True


async def offer_login(handler: CollectorResource) -> None:
    """Answer `?token=` of the address with a page whose button logs in. Raises `Problem` for programs."""
    sha256 = token_hash(handler.get_query_argument("token").strip())
    identity = await handler.identity_of(sha256)
    if identity is None and handler.wants_page:
        show_login(handler, 401, wrong=True)
        return
    if identity is None:
        raise Problem(
            401, "wrong_token", "This link's token is not valid (any more). Use the link of the latest start."
        )
    accept = handler.request.headers.get("Accept", "")
    if not handler.wants_page and accept and "*/*" not in accept:
        raise Problem(
            401,
            "token_in_address",
            "A link with a token is for browsers. Programs send the token as `Authorization: Bearer TOKEN`.",
        )
    handler.answer_page(
        "link.html",
        next=destination_of(handler),
        link=remembered(handler, sha256),
        role=identity.role,
        notebook=identity.notebook,
        xsrf=handler.xsrf_token.decode("ascii"),
    )


async def read_by_link(handler: CollectorResource) -> None:
    """Let `?token=` of the address answer for this one request, without a cookie. Raises `Problem`."""
    identity = await handler.identity_of(token_hash(handler.get_query_argument("token")))
    if identity is None:
        raise Problem(401, "wrong_token", "This address's token is not valid (any more). Ask for another one.")
    if identity.role != "read":
        raise Problem(
            403,
            "not_a_read_token",
            "Feed readers keep their addresses, so this one takes only a token of the role read: jupyter errreport"
            " token create --role read",
        )
    handler.identity, handler.notebook_scope = identity, identity.notebook
    if identity.token_id is not None:
        handler.running.noted.used(identity.token_id)
