"""Reads long lists of errors from the database a few at a time: no more than a client has room for."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from sqlalchemy import Connection

from ...store.errors.errors import end_of_list, list_errors, list_oldest_errors
from ...store.events.filters import Filters
from ...store.paging import Cursor, Page
from ..service.outgoing import PIECE
from .exports import encoded
from .resource import Resource

FIRST, MOST = 10, 100
"""Errors that are read at once: how many first, and how many at most; in between it goes by their size."""


def next_size(texts: list[str]) -> int:
    """How many errors to read after those that made these texts."""
    return max(1, min(MOST, PIECE * len(texts) // max(1, sum(map(len, texts)))))


async def first_page(resource: Resource, filters: Filters, limit: int, cursor: Cursor | None) -> tuple[Page, Page]:
    """The beginning of a list, newest first; and as a page without items where the whole of it ends."""

    def work(connection: Connection) -> tuple[Page, Page]:
        page = list_errors(connection, filters, min(FIRST, limit), cursor)
        if limit <= FIRST or page.next is None:
            return page._replace(next=None), page._replace(items=[])
        return page, Page([], end_of_list(connection, filters, limit, cursor))

    return await resource.read_db(work)


async def newest_errors(
    resource: Resource, filters: Filters, page: Page, end: Cursor | None
) -> AsyncIterator[dict[str, Any]]:
    """The items of a list of which `page` is the beginning, up to `end`."""
    while True:
        for item in page.items:
            if end is not None and (item["received_at"], item["event_id"]) < (end.value, end.key):
                return
            yield item
        if page.next is None:
            return
        size = next_size([encoded(item) for item in page.items])
        page = await resource.read_db(partial(list_errors, filters=filters, limit=size, cursor=page.next))


async def oldest_errors(
    resource: Resource, filters: Filters, skip: int, limit: int, items: list[dict[str, Any]] | None = None
) -> AsyncIterator[dict[str, Any]]:
    """Errors in the order of their arrival; `items` are the first of them, if they are known."""
    size = min(FIRST, limit)
    if items is None:
        items = await resource.read_db(partial(list_oldest_errors, filters=filters, skip=skip, limit=size))
    while items:
        for item in items:
            yield item
        limit -= len(items)
        if len(items) < size or limit <= 0:
            return
        behind = Cursor(items[-1]["received_at"], items[-1]["event_id"])
        size = min(limit, next_size([encoded(item) for item in items]))
        more = partial(list_oldest_errors, filters=filters, skip=0, limit=size, behind=behind)
        items = await resource.read_db(more)
