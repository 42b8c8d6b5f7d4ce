"""Lets a method run only for those who may: the collector's half of every route."""

import functools
from typing import Any

from tornado.web import RequestHandler

from jupyter_errreport.api import Access, Method, Problem
from jupyter_errreport.api.http.accept import prefers_html

from .colab import is_within
from .handler import CollectorResource
from .login.form import show_login
from .login.link import offer_login, read_by_link
from .tokens.required_key import refuse_without_key

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="jupyter_errreport"'}


def guard(access: Access, method: Method) -> Method:
    """`method`, for callers who have `access`; others are answered 401 or 403, a browser with the login page."""

    @functools.wraps(method)
    async def guarded(handler: CollectorResource, *args: Any) -> None:
        handler.has_arrived = True
        if handler.request.method == "GET" and handler.request.query_arguments.get("token"):
            if not handler.token_in_query:
                await offer_login(handler)
                return
            await read_by_link(handler)
        if not await _deletes_own(handler, args) and not await _admitted(handler, access):
            show_login(handler, status=401)
            return
        if handler.by_cookie and access in ("read", "author", "admin") and handler.request.method != "GET":
            RequestHandler.check_xsrf_cookie(handler)
        result = method(handler, *args)
        if result is not None:
            await result

    return guarded


async def _deletes_own(handler: CollectorResource, args: tuple[str, ...]) -> bool:
    return handler.request.method == "DELETE" and not handler.wrong_token and await handler.is_own(*args)


async def _admitted(handler: CollectorResource, access: Access) -> bool:
    """True when the method may run, False when a browser should log in. Raises `Problem`."""
    networks = handler.running.colab_networks
    if access == "report" and networks is not None and not is_within(handler.client_address, networks):
        raise Problem(
            403, "colab_only", "Colab error reporting only: this is not an address of Google Colab; nothing was stored."
        )
    if access != "open" and handler.wrong_token:
        raise Problem(401, "wrong_token", "This token is not valid here (any more). Ask for another one.", CHALLENGE)
    if access == "report" and handler.running.require_key and handler.identity is None:
        await refuse_without_key(handler, CHALLENGE)
    if await handler.may(access):
        if handler.identity is not None and handler.identity.parts is not None:
            is_everybodys = access == "read" and handler.running.max_transparency
            handler.notebook_scope = None if is_everybodys else handler.identity.scope_for(access)
        return True
    if handler.no_accounts is not None:
        raise handler.no_accounts
    if handler.identity is not None and handler.identity.parts is not None:
        raise Problem(
            403,
            "forbidden",
            f"{handler.identity.person}, none of your groups gives you the right to do this (it takes {access!r}). Ask"
            " the people who run this collector.",
        )
    if handler.identity is not None and handler.identity.person:
        raise Problem(403, "forbidden", "A token of the Hub adds errors and opens nothing else.")
    if handler.identity is not None:
        raise Problem(403, "forbidden", f"Your token does not give the right to do this (it takes {access!r}).")
    if handler.request.method == "GET" and prefers_html(handler.request.headers.get("Accept", "")):
        return False
    raise Problem(
        401,
        "not_logged_in",
        "This needs a token. Send it as `Authorization: Bearer TOKEN`, or open the link that the collector printed.",
        CHALLENGE,
    )
