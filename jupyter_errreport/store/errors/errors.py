"""Lists and deletes errors."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, literal, select, true, tuple_

from ..cursor import Cursor
from ..database.clock import stamp
from ..figures import rollups
from ..figures.sampled import forget_sampled
from ..group_schema import notebooks
from ..groups.samples import renew_samples
from ..outbox.outbox import withdraw
from ..outbox.withdrawn_alerts import withdraw_alerts
from ..parts import Page, page_of
from ..schema import errors, tombstones
from .comments import comments_of, delete_comments
from .filters import Filters, after
from .rows import event_of


class Totals(NamedTuple):
    """What the database holds, and what was only counted."""

    events: int
    errors: int
    """What the events stand for: the sum of their counts."""
    sessions: int


def list_errors(connection: Connection, filters: Filters, limit: int, cursor: Cursor | None = None) -> Page:
    """The newest errors behind `cursor`, at most `limit`."""
    query = select(errors).where(*filters.conditions())
    if cursor is not None:
        query = query.where(after(errors, "received_at", "event_id", cursor))
    query = query.order_by(errors.c.received_at.desc(), errors.c.event_id.desc()).limit(limit + 1)
    items = [event_of(row) for row in connection.execute(query).mappings()]
    page = page_of(items, limit, "received_at", "event_id")
    return page._replace(items=_with_comments(connection, page.items))


def end_of_list(connection: Connection, filters: Filters, limit: int, cursor: Cursor | None = None) -> Cursor | None:
    """Where the same list ends; None when nothing follows."""
    query = select(errors.c.received_at, errors.c.event_id).where(*filters.conditions())
    if cursor is not None:
        query = query.where(after(errors, "received_at", "event_id", cursor))
    query = query.order_by(errors.c.received_at.desc(), errors.c.event_id.desc()).offset(limit - 1).limit(2)
    rows = connection.execute(query).all()
    return Cursor(*rows[0]) if len(rows) > 1 else None


def list_oldest_errors(
    connection: Connection, filters: Filters, skip: int, limit: int, behind: Cursor | None = None
) -> list[dict[str, Any]]:
    """Errors in the order of their arrival, `behind` one, and without the first `skip`."""
    query = select(errors).where(*filters.conditions())
    if behind is not None:
        order = tuple_(errors.c.received_at, errors.c.event_id)
        query = query.where(order > tuple_(literal(behind.value), literal(behind.key)))
    query = query.order_by(errors.c.received_at, errors.c.event_id).offset(skip).limit(limit)
    return [event_of(row) for row in connection.execute(query).mappings()]


def find_error(connection: Connection, event_id: str, scope: str | None = None) -> dict[str, Any] | None:
    """The error of this id; None when there is none that a token for the notebooks `scope` opens."""
    query = select(errors).where(errors.c.event_id == event_id, *Filters(scope=scope).conditions())
    row = connection.execute(query).mappings().first()
    return None if row is None else _with_comments(connection, [event_of(row)])[0]


def _with_comments(connection: Connection, shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events as lists show them, with what their readers say."""
    said = comments_of(connection, [event["event_id"] for event in shown])
    return [{**event, "comments": said[event["event_id"]]} for event in shown]


STEP = 200
"""Errors that are deleted in one transaction, where others may wait for its end."""


def delete_errors(connection: Connection, filters: Filters, event_id: str | None = None) -> int:
    """Delete what matches (all, without filters); how many. Their ids stay, so that they don't come back.

    What was not passed on yet never will be, and nobody is told of groups that are gone with it.
    """
    conditions = filters.conditions()
    if event_id is not None:
        conditions.append(errors.c.event_id == event_id)
    else:
        forget_sampled(connection, filters)
    return _delete(connection, conditions)


def delete_some_errors(connection: Connection, filters: Filters) -> int:
    """The same with the `STEP` oldest errors that match; how many. Less than `STEP`: there are no more."""
    query = select(errors.c.event_id).where(*filters.conditions())
    ids = connection.scalars(query.order_by(errors.c.received_at, errors.c.event_id).limit(STEP)).all()
    return _delete(connection, [errors.c.event_id.in_(ids)]) if ids else 0


def _delete(connection: Connection, conditions: list[ColumnElement[bool]]) -> int:
    withdraw(connection, select(errors.c.event_id).where(*conditions))
    delete_comments(connection, select(errors.c.event_id).where(*conditions))
    touched = rollups.take_away(connection, and_(true(), *conditions))
    chosen = select(errors.c.event_id, literal(stamp())).where(*conditions)
    connection.execute(insert(tombstones).from_select(["event_id", "deleted_at"], chosen))
    deleted = connection.execute(delete(errors).where(*conditions)).rowcount
    renew_samples(connection, touched)
    withdraw_alerts(connection, touched)
    return deleted


def count_everything(connection: Connection) -> Totals:
    """The numbers for `status`."""
    figures = (notebooks.c.events, notebooks.c.count, notebooks.c.sessions)
    totals = connection.execute(select(*(func.coalesce(func.sum(figure), 0) for figure in figures))).one()
    return Totals(*(int(total) for total in totals))
