"""The login page: the way in by an account, if there is one, and the form for a token."""

from typing import ClassVar

from tornado.web import RequestHandler

from jupyter_errreport.api import Access
from jupyter_errreport.api.http.own_address import own_address
from jupyter_errreport.api.routes import PAGES
from jupyter_errreport.store.tokens import token_hash

from ..handler import CollectorHandler, CollectorResource
from .cookie import set_cookie

ALL_PAGES = (*PAGES, "alerts", "keys", "tokens")
"""Those of both servers, and those that only the collector has."""
LINK = "errreport-link"
"""What the signature of a link's button is for."""
LINK_DAYS = 1 / 24
"""How long it works."""


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


def show_login(handler: CollectorResource, status: int, wrong: bool = False, problem: str = "") -> None:
    """Answer with the ways in, which lead back to here; `problem` is why the last one did not."""
    accounts = handler.running.accounts
    handler.answer_page(
        "login.html",
        status,
        next=destination_of(handler),
        wrong=wrong,
        problem=problem,
        account=accounts.way.label if accounts else "",
        xsrf=handler.xsrf_token.decode("ascii"),
    )


def destination_of(handler: CollectorResource) -> str:
    """Where a login leads: to what was asked for, without the token."""
    path, query = handler.request.path.removeprefix("/"), handler.request.query
    if path == "login":
        path, _, query = handler.get_argument("next", "").removeprefix("./").partition("?")
    return own_address(path, query, ALL_PAGES)


def _linked(handler: CollectorResource, link: str) -> str:
    found = handler.get_signed_cookie(LINK, link, LINK_DAYS)
    return found.decode("ascii") if found else ""


def _typed(token: str) -> str:
    return token_hash(token.strip()) if token.strip() else ""


async def _accept(handler: CollectorHandler, sha256: str) -> bool:
    """Set the cookie when a valid token has this hash; whether one has."""
    if not sha256 or await handler.identity_of(sha256) is None:
        return False
    set_cookie(handler, sha256)
    return True
