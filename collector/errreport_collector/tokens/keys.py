"""Ingest keys of notebooks, as their authors make and revoke them, and what came without one."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar
from urllib.parse import quote

from msgspec import Meta, Struct
from sqlalchemy import Connection

from jupyter_errreport.api import Access, Problem
from jupyter_errreport.api.http.query import PAGING, read_filters, read_paging
from jupyter_errreport.api.receiving.masked import masked_notebook
from jupyter_errreport.api.receiving.receive import not_allowed
from jupyter_errreport.contract import NOTEBOOK_LIMIT, is_nobodys, notebook_identity
from jupyter_errreport.store.keys.keys import create_key, list_keys, may_have_key, name_of_key, revoke_key
from jupyter_errreport.store.keys.refusals import list_refusals
from jupyter_errreport.store.paging import encode_cursor

from ..handler import CollectorResource
from .sent import read_sent

LINES = """\
%pip install -q jupyter-errreport
from jupyter_errreport import ErrorServer
ErrorServer(url="{address}", notebook={notebook}, token="{token}").enable()"""
"""What an author copies into the first cell."""


class SentKey(Struct):
    """Of which notebook a key is to be."""

    notebook: Annotated[str, Meta(min_length=1, max_length=NOTEBOOK_LIMIT)]


class Keys(CollectorResource):
    """`keys`."""

    access: ClassVar[dict[str, Access]] = {"get": "author", "post": "author"}

    async def get(self) -> None:
        """The valid keys, the newest first; the page also has what was not accepted."""
        notebook = read_filters(self, ("notebook",), PAGING).get("notebook")
        (limit, cursor), scope = read_paging(self), self.notebook_scope
        await self.running.noted.write()
        page = await self.read_db(lambda connection: list_keys(connection, scope, limit, cursor, notebook))
        next_url = self.link_next(encode_cursor(page.next)) if page.next else None
        self.set_header("Vary", "Accept")
        if not self.wants_page:
            self.answer(page.items)
            return
        self.answer_page(
            "keys.html",
            keys=page.items,
            refusals=await self.read_db(lambda connection: list_refusals(connection, scope)),
            require_key=self.running.require_key,
            notebook=notebook or "",
            next_url=next_url,
            later=cursor is not None,
            xsrf=self.xsrf_token.decode("ascii"),
        )

    async def post(self) -> None:
        """Make a key, which this answer alone shows."""
        sent, scope = masked_notebook(read_sent(self, SentKey).notebook), self.notebook_scope
        if scope is None and is_nobodys(notebook_identity(sent)):
            raise Problem(
                400, "nobodys_notebook", "Everybody has a notebook of this name: give yours another. Nothing was made."
            )

        def work(connection: Connection) -> dict[str, str]:
            if not may_have_key(connection, scope, sent):
                raise not_allowed()
            notebook = name_of_key(connection, sent)
            made = create_key(connection, notebook)
            return {"id": made.id, "token": made.token, "notebook": notebook}

        made = await self.write_db(work)
        self.service.listeners.tell()
        made["lines"] = LINES.format(address=self.own_url, notebook=python_text(made["notebook"]), token=made["token"])
        if self.wants_page:
            self.answer_page("key_made.html", made=made)
        else:
            self.answer(made)


class OneKey(CollectorResource):
    """`keys/ID`."""

    access: ClassVar[dict[str, Access]] = {"delete": "author"}
    depth = 1

    async def delete(self, key_id: str) -> None:
        """Make it worthless at once; other keys of the notebook stay."""
        await revoke(self, key_id)
        self.answer({"revoked": 1})


class RevokeKey(CollectorResource):
    """`keys/ID/revoke`: the same for a form."""

    access: ClassVar[dict[str, Access]] = {"post": "author"}
    depth = 2

    async def post(self, key_id: str) -> None:
        """Leads back to the keys, or to the notebook's page if the form is of there."""
        notebook = await revoke(self, key_id)
        is_on_notebook = self.get_body_argument("from", "") == "notebook"
        place = f"notebooks/{quote(notebook, safe='')}#keys-of-it" if is_on_notebook else "keys"
        self.set_status(303)
        self.set_header("Location", f"../../{place}")
        self.finish()


class NotAccepted(CollectorResource):
    """`not-accepted`."""

    access: ClassVar[dict[str, Access]] = {"get": "author"}
    formats: ClassVar[Sequence[Any]] = ("json",)

    async def get(self) -> None:
        """The notebooks that reported without a key, the one that was refused last first."""
        read_filters(self, (), ("format",))
        scope = self.notebook_scope
        await self.running.noted.write()
        self.answer(await self.read_db(lambda connection: list_refusals(connection, scope)))


async def revoke(resource: CollectorResource, key_id: str) -> str:
    """Make it worthless; its notebook. Raises `Problem` when there is none that the caller may see."""
    scope = resource.notebook_scope
    notebook = await resource.write_db(lambda connection: revoke_key(connection, key_id, scope))
    if notebook is None:
        raise Problem(404, "unknown_key", "No valid key has this id; it may have been revoked already.")
    resource.service.listeners.tell()
    return notebook


def python_text(text: str) -> str:
    """`text` as Python code, in double quotes where it can be."""
    code = repr(text)
    return f'"{code[1:-1]}"' if code[0] == "'" and '"' not in code and "\\'" not in code else code
