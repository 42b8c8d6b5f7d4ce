"""Notebooks: list, look at one."""

from typing import Any, ClassVar

from ..store.cursor import encode_cursor
from ..store.notebooks import find_notebook, list_notebooks
from ..store.share import error_free_share
from .access import Access
from .problem import Problem
from .query import PAGING, read_filters, read_paging
from .resource import Resource


class Notebooks(Resource):
    """`notebooks`."""

    access: ClassVar[dict[str, Access]] = {"get": "read"}

    async def get(self) -> None:
        """The notebooks, those of which something was heard last first."""
        q = read_filters(self, ("q",), PAGING).get("q")
        limit, cursor = read_paging(self)
        scope = self.notebook_scope
        page = await self.read_db(lambda connection: list_notebooks(connection, q, limit, cursor, scope))
        if page.next:
            self.link_next(encode_cursor(page.next))
        self.answer([with_share(item) for item in page.items])


class OneNotebook(Resource):
    """`notebooks/NAME`."""

    access: ClassVar[dict[str, Access]] = {"get": "read"}
    depth = 1

    async def get(self, name: str) -> None:
        """A notebook with its cells, days and releases."""
        self.answer(await find(self, name))


async def find(resource: Resource, name: str) -> dict[str, Any]:
    """The notebook. Raises `Problem` when there is none that the caller may see."""
    scope = resource.notebook_scope
    notebook = await resource.read_db(lambda connection: find_notebook(connection, name, scope))
    if notebook is None:
        raise Problem(404, "unknown_notebook", "Nothing was heard of a notebook of this name.")
    return with_share(notebook)


def with_share(notebook: dict[str, Any]) -> dict[str, Any]:
    """A notebook with the share of its sessions that had no error, and between which shares the true one lies."""
    share = error_free_share(notebook["sessions"], notebook["failed_sessions"])
    return {name: value for name, value in notebook.items() if name != "events"} | {"error_free": share}
