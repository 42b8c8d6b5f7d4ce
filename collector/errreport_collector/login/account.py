"""Logs a browser in by an account: to the keeper of accounts, and back here. And out again.

What is to come back is kept in a signed cookie of the browser that began: its state, its nonce, and where to go then.
So nobody can have another's browser end what they began, and any process of the collector can end it.
"""

import hmac
import json
import secrets
from typing import ClassVar

from tornado.web import RequestHandler

from jupyter_errreport.api import Access, Problem
from jupyter_errreport.api.http.own_address import own_address

from ..accounts.accounts import Accounts
from ..accounts.settings import CALLBACK
from ..accounts.way import LoginFailed, NoAnswer
from ..handler import CollectorResource
from .cookie import clear_cookie, is_secure, set_cookie
from .form import ALL_PAGES, show_login

PENDING_SECONDS = 600
"""How long somebody may take at the keeper of accounts."""


class StartLogin(CollectorResource):
    """`login/start`."""

    access: ClassVar[dict[str, Access]] = {"get": "open"}
    depth = 1

    async def get(self) -> None:
        """Off to the keeper of accounts."""
        accounts, state = accounts_of(self), secrets.token_urlsafe(24)
        path, _, query = self.get_query_argument("next", "").removeprefix("./").partition("?")
        try:
            started = await accounts.way.begin(state)
        except (LoginFailed, NoAnswer) as error:
            raise Problem(503, "no_accounts_now", str(error), {"Retry-After": "10"}) from error
        kept = {**started.kept, "state": state, "next": own_address(path, query, ALL_PAGES)}
        self.set_signed_cookie(
            pending_name(self, state),
            json.dumps(kept),
            expires_days=PENDING_SECONDS / 86_400,
            path=f"{self.running.base_url}{CALLBACK}",
            httponly=True,
            samesite="Lax",
            secure=is_secure(self),
        )
        self.redirect(started.url)


class Callback(CollectorResource):
    """`oauth_callback`."""

    access: ClassVar[dict[str, Access]] = {"get": "open"}

    async def get(self) -> None:
        """Back from there: log in whom it names, if this browser began that."""
        accounts = accounts_of(self)
        arguments = {name: self.get_query_argument(name) for name in self.request.query_arguments}
        state = arguments.get("state", "")
        kept = self._kept(state)
        if kept is None:
            show_login(self, 400, problem="This login was not begun in this browser, or too long ago. Try again.")
            return
        self.clear_cookie(pending_name(self, state), path=f"{self.running.base_url}{CALLBACK}")
        if "code" not in arguments:
            show_login(self, 401, problem=f"{accounts.way.label} did not log you in. Try again.")
            return
        try:
            finished = await accounts.way.finish(arguments, kept)
        except LoginFailed as error:
            show_login(self, 401, problem=str(error))
            return
        except NoAnswer as error:
            show_login(self, 503, problem=str(error))
            return
        set_cookie(self, await accounts.keep(finished))
        path, _, query = kept["next"].removeprefix("./").partition("?")
        self.set_status(302)
        self.set_header("Location", own_address(path, query, ALL_PAGES))
        self.finish()

    def _kept(self, state: str) -> dict[str, str] | None:
        """What this browser keeps of the login that it began with this state; None when it began none, or it is old."""
        found = self.get_signed_cookie(pending_name(self, state), max_age_days=PENDING_SECONDS / 86_400)
        kept: dict[str, str] = json.loads(found) if found else {}
        return kept if kept and hmac.compare_digest(kept["state"].encode(), state.encode()) else None


class Logout(CollectorResource):
    """`logout`."""

    access: ClassVar[dict[str, Access]] = {"post": "open"}

    async def post(self) -> None:
        """Log the browser out; leads to the login page."""
        RequestHandler.check_xsrf_cookie(self)
        shown = clear_cookie(self)
        if self.running.accounts is not None:
            await self.running.accounts.end(shown)
        self.set_status(303)
        self.set_header("Location", "login")
        self.finish()


def accounts_of(handler: CollectorResource) -> Accounts:
    """The accounts. Raises `Problem` where there are none."""
    if handler.running.accounts is None:
        raise Problem(404, "no_accounts", "Nobody logs in here by an account: a token opens the pages.")
    return handler.running.accounts


def pending_name(handler: CollectorResource, state: str) -> str:
    """The cookie of one login that has begun: a browser may begin several."""
    return f"{handler.cookie_name}-{''.join(char for char in state[:16] if char.isalnum() and char.isascii())}"
