"""Notebooks: list, look at one."""

from typing import Any, ClassVar

from ..store.figures.share import error_free_share
from ..store.keys.keys import list_keys
from ..store.notebooks import find_notebook, list_notebooks
from ..store.paging import encode_cursor
from ..web.notebook import notebook_page
from ..web.notebooks import notebooks_page
from .http.access import Access
from .http.problem import Problem
from .http.query import PAGING, read_filters, read_paging
from .http.resource import Resource

KEYS = 50
"""Keys that the page of a notebook shows."""


class Notebooks(Resource):
    """`notebooks`."""

    access: ClassVar[dict[str, Access]] = {"get": "read"}

    async def get(self) -> None:
        """The notebooks, those of which something was heard last first."""
        q = read_filters(self, ("q",), PAGING).get("q")
        limit, cursor = read_paging(self)
        scope = self.notebook_scope
        page = await self.read_db(lambda connection: list_notebooks(connection, q, limit, cursor, scope))
        next_url = self.link_next(encode_cursor(page.next)) if page.next else None
        self.set_header("Vary", "Accept")
        if not self.wants_page:
            self.answer([with_share(item) for item in page.items])
            return
        shown = await self.read_db(lambda connection: notebooks_page(connection, page.items))
        later = cursor is not None
        self.answer_page("notebooks.html", **shown, q=q or "", next_url=next_url, later=later, snippet=self.first_steps)


class OneNotebook(Resource):
    """`notebooks/NAME`."""

    access: ClassVar[dict[str, Access]] = {"get": "read"}
    depth = 1

    async def get(self, name: str) -> None:
        """A notebook with its cells, days and releases."""
        self.set_header("Vary", "Accept")
        if not self.wants_page:
            self.answer(await find(self, name))
            return
        scope = self.notebook_scope
        shown = await self.read_db(lambda connection: notebook_page(connection, name, scope))
        if shown is None:
            raise unknown_notebook()
        may_decide, keys = await self.may("author"), None
        if self.service.has_keys and may_decide:
            keys = (await self.read_db(lambda connection: list_keys(connection, scope, KEYS, None, name))).items
        xsrf = self.xsrf_token.decode("ascii") if may_decide else ""
        self.answer_page("notebook.html", **shown, may_decide=may_decide, keys=keys, xsrf=xsrf)


async def find(resource: Resource, name: str) -> dict[str, Any]:
    """The notebook. Raises `Problem` when there is none that the caller may see."""
    scope = resource.notebook_scope
    notebook = await resource.read_db(lambda connection: find_notebook(connection, name, scope))
    if notebook is None:
        raise unknown_notebook()
    return with_share(notebook)


def unknown_notebook() -> Problem:
    """What there is to say of a name that is not here."""
    return Problem(404, "unknown_notebook", "Nothing was heard of a notebook of this name.")


def with_share(notebook: dict[str, Any]) -> dict[str, Any]:
    """A notebook with the share of its sessions that had no error, and between which shares the true one lies."""
    share = error_free_share(notebook["sessions"], notebook["failed_sessions"])
    return {name: value for name, value in notebook.items() if name != "events"} | {"error_free": share}
