"""Logs a browser in: by the printed link, or by the form. The cookie is signed, and holds a token's hash."""

from typing import ClassVar
from urllib.parse import urlencode, urlsplit

from tornado.web import RequestHandler

from jupyter_errreport.api import Access, Problem, Resource
from jupyter_errreport.store.tokens import token_hash

from .handler import COOKIE_DAYS, CollectorHandler


class CollectorResource(Resource, CollectorHandler):
    """A resource of the collector's own."""


class Login(CollectorResource):
    """`login`."""

    access: ClassVar[dict[str, Access]] = {"get": "open", "post": "open"}

    def get(self) -> None:
        """The form."""
        show_login(self, status=200)

    async def post(self) -> None:
        """Take the form's token; back to where it was asked for, or to the form again."""
        RequestHandler.check_xsrf_cookie(self)
        if await _accept(self, self.get_body_argument("token", "")):
            _redirect(self, local_address(self.get_body_argument("next", "")))
        else:
            show_login(self, status=401, wrong=True)


def show_login(handler: CollectorResource, status: int, wrong: bool = False) -> None:
    """Answer with the form, which leads back to here."""
    path, query = handler.request.path.lstrip("/"), handler.request.query
    here = path + (f"?{query}" if query else "")
    if path == "login":
        here = handler.get_argument("next", "")
    handler.answer_page(
        "login.html", status, next=local_address(here), wrong=wrong, xsrf=handler.xsrf_token.decode("ascii")
    )


async def log_in_by_link(handler: CollectorResource) -> None:
    """Take `?token=` of the address, and lead to the same address without it. Raises `Problem`."""
    if not await _accept(handler, handler.get_query_argument("token")):
        if handler.wants_page:
            show_login_again(handler)
            return
        raise Problem(
            401, "wrong_token", "This link's token is not valid (any more). Use the link of the latest start."
        )
    # Relative, and never to another host: a path that begins with // would be one.
    name = handler.request.path.rpartition("/")[2]
    _redirect(handler, (name or "./") + _query_without_token(handler))


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


def show_login_again(handler: CollectorResource) -> None:
    """The form, when a link's token was wrong; the way back is without that token."""
    handler.answer_page(
        "login.html",
        401,
        next=local_address(handler.request.path.lstrip("/") + _query_without_token(handler)),
        wrong=True,
        xsrf=handler.xsrf_token.decode("ascii"),
    )


def _query_without_token(handler: CollectorHandler) -> str:
    """The filters of the address, as they stand behind its path."""
    kept = [
        (name, value)
        for name in handler.request.query_arguments
        for value in handler.get_query_arguments(name)
        if name != "token"
    ]
    return f"?{urlencode(kept)}" if kept else ""


def local_address(text: str) -> str:
    """`text` when it is an address below this server's root, else the overview."""
    parts = urlsplit(text)
    safe = not parts.scheme and not parts.netloc and not text.startswith(("/", "\\")) and text.isprintable()
    return text if text and safe and "\\" not in text else "./"


async def _accept(handler: CollectorHandler, token: str) -> bool:
    """Set the cookie when the token is valid; whether it is."""
    sha256 = token_hash(token.strip())
    if not token.strip() or await handler.identity_of(sha256) is None:
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


def _redirect(handler: RequestHandler, address: str) -> None:
    handler.set_status(302)
    handler.set_header("Location", address)
    handler.finish()
