"""Lists and deletes errors."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, literal, not_, or_, select, true, tuple_

from ..database.clock import stamp
from ..events.bringers import forget_bringers
from ..events.comments import comments_of, delete_comments
from ..events.filters import Filters, after
from ..events.rows import event_of
from ..figures import rollups
from ..figures.of_thinned import of_thinned
from ..figures.sampled import forget_sampled
from ..group_schema import notebooks, thinned
from ..groups.samples import renew_samples
from ..news import tell_others
from ..outbox.deletions import pass_on_deletion
from ..outbox.outbox import withdraw
from ..outbox.withdrawn_alerts import withdraw_alerts
from ..paging import Cursor, Page, page_of
from ..schema import bringers, errors, tombstones
from .partitions import Partition, drop_partition
from .search import find_newest


class Totals(NamedTuple):
    """What the database holds, and what was only counted."""

    events: int
    errors: int
    """What the events stand for: the sum of their counts."""
    sessions: int


def list_errors(connection: Connection, filters: Filters, limit: int, cursor: Cursor | None = None) -> Page:
    """The newest errors behind `cursor`, at most `limit`."""
    items = [event_of(row) for row in find_newest(connection, filters, limit + 1, cursor)]
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


def delete_counted(connection: Connection, filters: Filters) -> None:
    """Take what is only counted, and meant by these filters, out of the figures; groups may be gone with it."""
    _forget_groups(connection, {*forget_sampled(connection, filters), *_delete_thinned(connection, filters)})


def _forget_groups(connection: Connection, touched: set[str]) -> None:
    if touched:
        withdraw_alerts(connection, sorted(touched))
        tell_others(connection)


def _delete_thinned(connection: Connection, filters: Filters) -> list[str]:
    chosen = and_(true(), *filters.conditions())
    touched = rollups.take_away(connection, chosen, rollups.THINNED)
    if touched:
        connection.execute(delete(thinned).where(of_thinned(chosen)))
        renew_samples(connection, touched)
    return touched


STEP = 200
"""Errors that are deleted in one transaction, where others may wait for its end."""


def delete_errors(connection: Connection, filters: Filters, event_id: str | None = None) -> int:
    """Delete what matches (all, without filters); how many. Their ids stay, so that they don't come back.

    What was not passed on yet never will be, what was is to be deleted there too, and nobody is told of groups that are
    gone with it.
    """
    conditions = filters.conditions()
    if event_id is not None:
        conditions.append(errors.c.event_id == event_id)
    else:
        delete_counted(connection, filters)
    return _delete_everywhere(connection, conditions)


def delete_some_errors(connection: Connection, filters: Filters) -> int:
    """The same with the `STEP` oldest errors that match; how many. Less than `STEP`: there are no more."""
    deleted = _delete_everywhere(connection, _oldest(connection, filters.conditions()))
    if deleted < STEP:  # between two steps others may have thinned out what is to go
        _forget_groups(connection, set(_delete_thinned(connection, filters)))
    return deleted


def expire_some_errors(connection: Connection, until: str, remember_since: str, besides: Sequence[Partition]) -> int:
    """Delete the `STEP` oldest errors before a moment, here alone; how many. Less than `STEP`: there are no more.

    Ids before `remember_since` are forgotten too: nobody would take them anyway. What is in the months `besides` is
    left alone.
    """
    old = [*Filters(until=until).conditions(), *(not_(_of_month(month)) for month in besides)]
    conditions = _oldest(connection, old)
    return _delete(connection, conditions, remember_since, lambda: _delete_rows(connection, conditions))


def _oldest(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    query = select(errors.c.event_id).where(*conditions)
    ids = connection.scalars(query.order_by(errors.c.received_at, errors.c.event_id).limit(STEP)).all()
    return [errors.c.event_id.in_(ids)]


def delete_months(connection: Connection, months: Sequence[Partition], remember_since: str) -> int:
    """Delete all errors of these months, by dropping their tables; how many. Nobody can read until the commit."""
    if not months:
        return 0
    conditions = [or_(*map(_of_month, months))]

    def drop() -> int:
        count = connection.scalar(select(func.count()).select_from(errors).where(*conditions)) or 0
        for month in months:
            if not drop_partition(connection, month):
                _delete_rows(connection, [_of_month(month)])
        return count

    return _delete(connection, conditions, remember_since, drop)


def _of_month(month: Partition) -> ColumnElement[bool]:
    return and_(errors.c.event_id >= month.first, errors.c.event_id < month.end)


def _delete_everywhere(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> int:
    """Delete errors here, and where they were passed on."""
    pass_on_deletion(connection, select(errors.c.event_id).where(*conditions))
    return _delete(connection, conditions, "", lambda: _delete_rows(connection, conditions))


def _delete_rows(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> int:
    return connection.execute(delete(errors).where(*conditions)).rowcount


def _delete(
    connection: Connection,
    conditions: Sequence[ColumnElement[bool]],
    remember_since: str,
    remove: Callable[[], int],
) -> int:
    """Take errors out of all that counts or mentions them, then `remove` them; how many."""
    withdraw(connection, select(errors.c.event_id).where(*conditions))
    forget_bringers(connection, select(errors.c.event_id).where(*conditions))
    delete_comments(connection, select(errors.c.event_id).where(*conditions))
    touched = rollups.take_away(connection, and_(true(), *conditions))
    chosen = select(errors.c.event_id, literal(stamp())).where(*conditions, errors.c.event_id >= remember_since)
    connection.execute(insert(tombstones).from_select(["event_id", "deleted_at"], chosen))
    deleted = remove()
    if deleted:
        tell_others(connection)
    renew_samples(connection, touched)
    withdraw_alerts(connection, touched)
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
