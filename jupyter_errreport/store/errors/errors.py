"""Lists and deletes errors."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, delete, func, insert, literal, select, true

from ..database.clock import stamp
from ..events.bringers import forget_bringers
from ..events.comments import comments_of, delete_comments
from ..events.filters import Filters, after
from ..events.rows import event_of
from ..figures import rollups
from ..group_schema import notebooks
from ..groups.samples import renew_samples
from ..outbox.deletions import pass_on_deletion
from ..outbox.outbox import withdraw
from ..paging import Cursor, Page, page_of
from ..schema import bringers, errors, tombstones


class Totals(NamedTuple):
    """What the database holds."""

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


def list_oldest_errors(connection: Connection, filters: Filters, skip: int, limit: int) -> list[dict[str, Any]]:
    """Errors in the order of their arrival, without the first `skip`."""
    query = select(errors).where(*filters.conditions())
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


def delete_errors(connection: Connection, filters: Filters, event_id: str | None = None) -> int:
    """Delete what matches (all, without filters); how many. Their ids stay, so that they don't come back.

    What was not passed on yet never will be; what was is to be deleted there too.
    """
    conditions = filters.conditions()
    if event_id is not None:
        conditions.append(errors.c.event_id == event_id)
    pass_on_deletion(connection, select(errors.c.event_id).where(*conditions))
    withdraw(connection, select(errors.c.event_id).where(*conditions))
    forget_bringers(connection, select(errors.c.event_id).where(*conditions))
    delete_comments(connection, select(errors.c.event_id).where(*conditions))
    touched = rollups.take_away(connection, and_(true(), *conditions))
    chosen = select(errors.c.event_id, literal(stamp())).where(*conditions)
    connection.execute(insert(tombstones).from_select(["event_id", "deleted_at"], chosen))
    deleted = connection.execute(delete(errors).where(*conditions)).rowcount
    renew_samples(connection, touched)
    return deleted


def came_by(connection: Connection, event_id: str, session: str | None, token: str | None) -> bool:
    """Whether an error is of the session whose key somebody has (its public id), or came with a token (its id)."""
    joined = errors.outerjoin(bringers, bringers.c.event_id == errors.c.event_id)
    query = select(errors.c.session, bringers.c.brought_by).select_from(joined).where(errors.c.event_id == event_id)
    row = connection.execute(query).first()
    if row is None:
        return False
    theirs = {token, session and session[:32]} - {None}
    return (session is not None and row.session == session) or row.brought_by in theirs


def count_everything(connection: Connection) -> Totals:
    """The numbers for `status`."""
    figures = (notebooks.c.events, notebooks.c.count, notebooks.c.sessions)
    totals = connection.execute(select(*(func.coalesce(func.sum(figure), 0) for figure in figures))).one()
    return Totals(*(int(total) for total in totals))
