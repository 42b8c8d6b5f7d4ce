"""The tokens of this collector: who has which, when each was used last; make one, revoke one."""

from typing import Annotated, ClassVar

from msgspec import Meta, Struct
from sqlalchemy import Connection

from jupyter_errreport.api import Access, Problem
from jupyter_errreport.api.http.query import PAGING, read_filters, read_paging
from jupyter_errreport.contract import NOTEBOOK_LIMIT, ROLES, Role
from jupyter_errreport.store.keys.token_list import tokens_page
from jupyter_errreport.store.paging import encode_cursor
from jupyter_errreport.store.scopes import covers, parts_of
from jupyter_errreport.store.tokens import make_token, pattern_of, revoke_token

from ..handler import CollectorResource
from .sent import read_sent


class SentToken(Struct):
    """What a token is to be."""

    role: Role
    notebook: Annotated[str, Meta(min_length=1, max_length=NOTEBOOK_LIMIT)] | None = None


class Tokens(CollectorResource):
    """`tokens`."""

    access: ClassVar[dict[str, Access]] = {"get": "admin", "post": "admin"}

    async def get(self) -> None:
        """All tokens that open nothing which the caller's does not, the newest first; never the tokens themselves."""
        read_filters(self, (), PAGING)
        (limit, cursor), scope = read_paging(self), self.notebook_scope
        await self.running.noted.write()
        page = await self.read_db(lambda connection: tokens_page(connection, scope, limit, cursor))
        next_url = self.link_next(encode_cursor(page.next)) if page.next else None
        self.set_header("Vary", "Accept")
        if self.wants_page:
            later, xsrf = cursor is not None, self.xsrf_token.decode("ascii")
            own = parts_of(scope)[0] if scope else ""
            self.answer_page(
                "tokens.html", tokens=page.items, roles=ROLES, next_url=next_url, later=later, scope=own, xsrf=xsrf
            )
        else:
            self.answer(page.items)

    async def post(self) -> None:
        """Make a token, which this answer alone shows."""
        sent, scope = read_sent(self, SentToken), self.notebook_scope
        spoken = " and ".join(parts_of(scope or ""))

        def work(connection: Connection) -> dict[str, str | None]:
            pattern = None if sent.notebook is None else pattern_of(connection, sent.notebook)
            if not covers(scope, pattern):
                raise Problem(
                    403,
                    "notebook_not_allowed",
                    f"You may do this for notebooks {spoken}, and make no token for others. Nothing was made.",
                )
            made = make_token(connection, sent.role, pattern)
            return {"id": made.id, "token": made.token, "role": made.role, "notebook": made.notebook}

        made = await self.write_db(work)
        self.service.listeners.tell()
        if self.wants_page:
            self.answer_page("token_made.html", made=made)
        else:
            self.answer(made)


class OneToken(CollectorResource):
    """`tokens/ID`."""

    access: ClassVar[dict[str, Access]] = {"delete": "admin"}
    depth = 1

    async def delete(self, token_id: str) -> None:
        """Make it worthless at once."""
        await revoke(self, token_id)
        self.answer({"revoked": 1})


class RevokeToken(CollectorResource):
    """`tokens/ID/revoke`: the same for a form."""

    access: ClassVar[dict[str, Access]] = {"post": "admin"}
    depth = 2

    async def post(self, token_id: str) -> None:
        """Leads back to the list."""
        await revoke(self, token_id)
        self.set_status(303)
        self.set_header("Location", "../../tokens")
        self.finish()


async def revoke(resource: CollectorResource, token_id: str) -> None:
    """Make it worthless. Raises `Problem` when there is none that the caller may see."""
    scope = resource.notebook_scope
    if not await resource.write_db(lambda connection: revoke_token(connection, token_id, scope)):
        raise Problem(404, "unknown_token", "No valid token has this id; it may have been revoked already.")
    resource.service.listeners.tell()
