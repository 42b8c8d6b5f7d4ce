"""Finds the newest errors that a search is for."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, RowMapping, Select, func, select

from ..events.filters import Filters, after, contains
from ..paging import Cursor
from ..schema import errors, texts

LOOKED_AT = 20
"""How many of the newest errors are looked at one by one, for each that is wanted."""


def find_newest(connection: Connection, filters: Filters, limit: int, cursor: Cursor | None) -> Sequence[RowMapping]:
    """The newest rows of `errors` behind `cursor`, at most `limit`.

    A word that many errors have is soon found by looking at the newest, whatever there is behind them. Any other is
    found by the texts that have it, all of which are read.
    """
    if filters.q:
        rows = connection.execute(_among_newest(filters, filters.q, limit, cursor)).mappings().all()
        if len(rows) == limit:
            return rows
    return connection.execute(_newest(filters, limit, cursor)).mappings().all()


def _newest(filters: Filters, limit: int, cursor: Cursor | None) -> Select[tuple[object, ...]]:
    query = select(errors).where(*filters.conditions())
    if cursor is not None:
        query = query.where(after(errors, "received_at", "event_id", cursor))
    return query.order_by(errors.c.received_at.desc(), errors.c.event_id.desc()).limit(limit)


def _among_newest(filters: Filters, text: str, limit: int, cursor: Cursor | None) -> Select[tuple[object, ...]]:
    # What the reader's other filters leave may be rare: the newest of that time are looked at, whatever they are.
    same_time = _newest(Filters(since=filters.since, until=filters.until), 1, cursor).offset(LOOKED_AT * limit)
    oldest = same_time.with_only_columns(errors.c.received_at).scalar_subquery()
    # A value of each row, and not a condition that it is in a list: of that a planner could make the other way.
    its_text = select(texts.c.text).where(texts.c.text_id == errors.c.text_id).scalar_subquery()
    query = _newest(replace(filters, q=None), limit, cursor)
    return query.where(errors.c.received_at >= func.coalesce(oldest, ""), contains(its_text, text))
