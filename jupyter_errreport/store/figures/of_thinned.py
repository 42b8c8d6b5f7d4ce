"""Asks of errors whose texts were thinned out what is asked of those that are kept."""

from typing import TypeVar

from sqlalchemy import Column, ColumnElement, Connection, select
from sqlalchemy.sql.visitors import replacement_traverse

from ..group_schema import thinned
from ..schema import errors

Kind = TypeVar("Kind")


def of_thinned(asked: ColumnElement[Kind]) -> ColumnElement[Kind]:
    """The same expression over the columns of `thinned`. It must ask for no text that is not kept there."""
    return replacement_traverse(asked, {}, _column)


def is_any(connection: Connection, chosen: ColumnElement[bool]) -> bool:
    """Whether there is such an error, its text kept or not."""
    kept, rest = select(errors.c.event_id).where(chosen), select(thinned.c.event_id).where(of_thinned(chosen))
    return any(connection.execute(query.limit(1)).first() is not None for query in (kept, rest))


def _column(element: object, **_: object) -> Column[object] | None:
    return thinned.c[element.name] if isinstance(element, Column) and element.table is errors else None
