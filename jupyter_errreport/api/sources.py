"""The code cells that an author publishes, so that readers' errors are shown in them."""

import asyncio
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct
from sqlalchemy import Connection

from ..contract import BODY_LIMIT, CELLS_LIMIT, LANGUAGE_LIMIT, RELEASE_LIMIT
from ..privacy.line.first_line import public_first_line
from ..privacy.steps import finished
from ..source import SOURCE_LIMIT, cell_hash
from ..store.events.filters import opens_notebook
from ..store.names.listing import similar_notebooks
from ..store.naming import notebook_of
from ..store.notebooks import find_notebook
from ..store.published.sources import PublishedCell, find_source, publish_source, withdraw_source
from .http.access import Access
from .http.body import TakesBody
from .http.fields import Id, checked
from .http.problem import Problem
from .http.query import read_filters, read_number
from .http.resource import Resource
from .receiving.masked import masked_notebook
from .receiving.receive import check_scope, not_allowed


class SentCell(Struct):
    """A code cell, without its outputs."""

    source: Annotated[str, Meta(max_length=SOURCE_LIMIT)]
    cell_hash: Id | None = None


class SentSource(Struct):
    """A notebook's code cells, in their order."""

    cells: Annotated[list[SentCell], Meta(min_length=1, max_length=CELLS_LIMIT)]
    language: Annotated[str, Meta(min_length=1, max_length=LANGUAGE_LIMIT)] = "python"
    release: Annotated[str, Meta(max_length=RELEASE_LIMIT)] | None = None


class Source(TakesBody, Resource):
    """`notebooks/NAME/source`."""

    access: ClassVar[dict[str, Access]] = {"get": "read", "put": "author", "delete": "author"}
    takes_body = True
    depth = 2

    async def get(self, name: str) -> None:
        """The newest version, or `version`, with the list of all versions."""
        read_filters(self, (), ("version",))
        version = read_number(self, "version", 0, 0, 2**31 - 1) or None
        notebook, scope = masked_notebook(name), self.notebook_scope
        source = await self.read_db(lambda connection: find_source(connection, notebook, version, scope))
        if source is None:
            raise _unpublished()
        self.answer(source)

    async def put(self, name: str) -> None:
        """Keep the cells as a new version, unless they are those of the newest."""
        notebook, scope = masked_notebook(name), self.notebook_scope
        check_scope(self, notebook)
        sent = checked(self._read(), SentSource)
        cells = await asyncio.to_thread(published_cells, sent)  # 256 KiB take a moment

        def work(connection: Connection) -> dict[str, Any]:
            check_said(connection, notebook, scope)
            kept = publish_source(connection, notebook, cells, sent.language, sent.release)
            found = find_notebook(connection, kept["notebook"]) or {}
            similar = [] if found.get("events") else similar_notebooks(connection, kept["notebook"], scope)
            return {**kept, "errors": found.get("count", 0), "similar": similar}

        kept = await self.write_db(work)
        status = "published" if kept.pop("is_new") else "unchanged"
        self.answer({**kept, "cells": len(cells), "status": status})

    async def delete(self, name: str) -> None:
        """Forget all versions."""
        notebook, scope = masked_notebook(name), self.notebook_scope
        check_scope(self, notebook)

        def work(connection: Connection) -> int:
            check_said(connection, notebook, scope)
            return withdraw_source(connection, notebook)

        deleted = await self.write_db(work)
        if not deleted:
            raise _unpublished()
        self.answer({"deleted": deleted})

    def _read(self) -> object:
        try:
            return self.read_json()
        except Problem as problem:
            if problem.status_code != 413:
                raise
            raise Problem(
                413,
                "too_large",
                f"The code cells together may have {BODY_LIMIT // 1024} KiB as JSON; nothing was stored. Move data out"
                " of the cells, into files.",
            ) from problem


def check_said(connection: Connection, name: str, scope: str | None) -> None:
    """Raise `Problem` when an author has said that the name is a notebook for which the caller's token is not."""
    if not opens_notebook(scope, notebook_of(connection, name)):
        raise not_allowed()


def published_cells(sent: SentSource) -> list[PublishedCell]:
    """The cells as they are kept: each with its hash, and its first line as a reader's kernel would send it."""
    return [
        PublishedCell(
            cell.source,
            cell.cell_hash or cell_hash(cell.source, sent.language),
            finished(public_first_line(cell.source, sent.language)),
        )
        for cell in sent.cells
    ]


def _unpublished() -> Problem:
    return Problem(
        404,
        "unknown_source",
        "No source of this notebook is published here. Its author can do it with `jupyter errreport publish`.",
    )
