"""Asks of errors whose texts were thinned out what is asked of those that are kept."""

from typing import TypeVar

from sqlalchemy import Column, ColumnElement
from sqlalchemy.sql.visitors import replacement_traverse

from ..group_schema import thinned
from ..schema import errors

Kind = TypeVar("Kind")


def of_thinned(asked: ColumnElement[Kind]) -> ColumnElement[Kind]:
    """The same expression over the columns of `thinned`. It must ask for no text that is not kept there."""
    return replacement_traverse(asked, {}, _column)


def _column(element: object, **_: object) -> Column[object] | None:
    return thinned.c[element.name] if isinstance(element, Column) and element.table is errors else None
