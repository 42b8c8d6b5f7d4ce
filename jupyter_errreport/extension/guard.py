"""Puts Jupyter's own decorators before each method: login, then the authorizer; for kernels the key."""

import functools
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated, authorized
from tornado import web

from ..api import Access, Method, Problem
from .handler import ACTIONS, JupyterResource


def guard(access: Access, method: Method) -> Method:
    """`method`, for those who have this access in this Jupyter server."""
    if access == "open":
        return _marked(allow_unauthenticated(method))
    if access == "report":
        return _marked(allow_unauthenticated(_reporting(method)))
    return _marked(web.authenticated(authorized(ACTIONS[access])(method)))


def _reporting(method: Method) -> Method:
    """`method`, for the kernels of this server and for who may write here."""

    @functools.wraps(method)
    async def guarded(handler: JupyterResource, *args: Any) -> None:
        if not await handler.may("report"):
            raise Problem(
                403,
                "not_allowed",
                "Errors are taken from kernels of this Jupyter server and from those who are logged in; nothing was"
                " stored.",
            )
        result = method(handler, *args)
        if result is not None:
            await result

    return guarded


def _marked(method: Any) -> Method:
    guarded: Method = method
    return guarded
