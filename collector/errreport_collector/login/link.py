"""Links with a token: a page whose button logs in, or an answer for this one request.

A link alone logs nobody in: else anybody could, with an image or a redirect, as somebody of their own choice.
"""

from jupyter_errreport.api import Problem
from jupyter_errreport.store.tokens import token_hash

from ..handler import CollectorResource
from .form import LINK, destination_of, show_login


def remembered(handler: CollectorResource, sha256: str) -> str:
    """What the button of a link holds: no token, and worth nothing anywhere else."""
    return handler.create_signed_value(LINK, sha256).decode("ascii")


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
