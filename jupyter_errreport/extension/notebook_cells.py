"""The cells of an open notebook: which of them readers stumble over. Found by hash, which only the server can make."""

import asyncio
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct

from ..api import Access, Resource
from ..api.http.body import TakesBody
from ..api.http.fields import checked
from ..api.receiving.masked import masked_notebook
from ..contract import CELLS_LIMIT
from ..privacy import public_notebook
from ..source import cell_hash
from ..store.notebooks import cells_of
from .front_end import FrontEnd


class SentCells(Struct):
    """The code cells of a notebook as they are now, in their order."""

    path: str
    sources: Annotated[list[str], Meta(max_length=CELLS_LIMIT)]
    language: str = "python"


class NotebookCells(TakesBody, Resource):
    """`cells`."""

    access: ClassVar[dict[str, Access]] = {"post": "read"}
    takes_body = True

    async def post(self) -> None:
        """For each cell its hash, and how many errors people had in it, in how many sessions.

        A cell that was changed since has none: those were of another cell.
        """
        sent = checked(self.read_json(), SentCells)
        notebook = masked_notebook(public_notebook(sent.path))
        known = {cell.get("cell"): cell for cell in await self._cells(notebook)}
        hashes = await asyncio.to_thread(lambda: [cell_hash(source, sent.language) for source in sent.sources])
        self.answer([{"cell_hash": name, **_figures(known.get(name))} for name in hashes])

    async def _cells(self, notebook: str) -> list[dict[str, Any]]:
        """The cells that failed for somebody: of all readers when the collector tells, else of this server."""
        front_end: FrontEnd = self.settings["errreport_front_end"]
        if front_end.collector_cells is not None:
            cells = await asyncio.to_thread(front_end.collector_cells.find, notebook)
            if cells is not None:
                return cells
        return await self.read_db(lambda connection: cells_of(connection, notebook))


def _figures(cell: dict[str, Any] | None) -> dict[str, int]:
    figures = {name: cell.get(name, 0) if cell else 0 for name in ("count", "sessions")}
    return {name: number if isinstance(number, int) else 0 for name, number in figures.items()}
