"""The list of tokens, for those who may make and revoke them."""

from typing import Any

from sqlalchemy import Connection, select

from ..events.filters import Scope, after
from ..paging import Cursor, Page, page_of
from ..schema import tokens
from ..scopes import covers
from ..tokens import SHOWN


def tokens_page(connection: Connection, scope: Scope, limit: int, cursor: Cursor | None = None) -> Page:
    """The tokens made last, of those that open nothing outside of `scope`."""
    query = select(*SHOWN)
    if cursor is not None:
        query = query.where(after(tokens, "created_at", "id", cursor))
    query = query.order_by(tokens.c.created_at.desc(), tokens.c.id.desc())
    items: list[dict[str, Any]] = []
    for row in connection.execute(query).mappings():
        if covers(scope, row["notebook"]):
            items.append(dict(row))
        if len(items) > limit:
            break
    return page_of(items, limit, "created_at", "id")
