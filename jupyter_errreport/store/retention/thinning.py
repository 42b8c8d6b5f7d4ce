"""Thins errors out: of each group the first and the last stay, and the first of each day. All others are only counted.

They leave a row in `thinned`, of which all figures are still made, and their ids among the tombstones, so that one that
is sent again counts once. What a reader has said something of stays, and what still waits to be passed on.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, and_, case, delete, exists, func, insert, literal, select, tuple_

from ..database.clock import stamp
from ..errors.partitions import is_hollow, partitions, rewrite_partition
from ..events.bringers import forget_bringers
from ..group_schema import thinned
from ..news import tell_others
from ..schema import comments, errors, outbox, tombstones
from ..settings import remember, remembered

STEP = 500
"""Errors that are looked at in one transaction."""
_REACHED = "thinned_until"


class Step(NamedTuple):
    """What one step has done."""

    thinned: int
    """Errors whose texts are gone."""
    is_last: bool
    first: str = ""
    last: str = ""
    """The least and the greatest id among them."""


def thin_some(connection: Connection, before: str) -> Step:
    """Look at the next errors that were received before a moment, where the last step ended, and thin them out."""
    reached = remembered(connection, _REACHED) or ""
    received_at, _, event_id = reached.partition(" ")
    order = tuple_(errors.c.received_at, errors.c.event_id)
    walk = select(errors.c.event_id, errors.c.received_at, errors.c.group_id)
    walk = walk.where(errors.c.received_at < before)
    if reached:
        walk = walk.where(order > tuple_(literal(received_at), literal(event_id)))
    seen = walk.order_by(errors.c.received_at, errors.c.event_id).limit(STEP).subquery()
    other = errors.alias()
    own, others = tuple_(seen.c.received_at, seen.c.event_id), tuple_(other.c.received_at, other.c.event_id)
    its = other.c.group_id == seen.c.group_id
    day = func.substr(seen.c.received_at, 1, 10)
    spare = and_(
        exists().where(its, other.c.received_at >= day, others < own),
        exists().where(its, others > own),
        ~exists().where(comments.c.event_id == seen.c.event_id),
        ~exists().where(outbox.c.event_id == seen.c.event_id),
    )
    rows = connection.execute(
        select(seen.c.event_id, seen.c.received_at, spare).order_by(seen.c.received_at, seen.c.event_id)
    ).all()
    ids = [row[0] for row in rows if row[2]]
    if ids:
        _thin(connection, ids)
    if rows:
        remember(connection, _REACHED, f"{rows[-1].received_at} {rows[-1].event_id}")
    return Step(len(ids), len(rows) < STEP, min(ids, default=""), max(ids, default=""))


def thin(connection: Connection, before: str) -> int:
    """All steps at once; how many errors were thinned out."""
    step = thin_some(connection, before)
    count = step.thinned
    while not step.is_last:
        step = thin_some(connection, before)
        count += step.thinned
    return count


def free_months(connection: Connection, first: str, last: str) -> list[str]:
    """Give back the disk of what was deleted in the months between two ids, where it is most of it; their tables.

    Only PostgreSQL has months. Those that others use for too long stay as they are.
    """
    return [
        month.name
        for month in partitions(connection)
        if month.first <= last and first < month.end
        if is_hollow(connection, month) and rewrite_partition(connection, month)
    ]


def _thin(connection: Connection, ids: Sequence[str]) -> None:
    chosen = errors.c.event_id.in_(ids)
    without_cell = case((errors.c.cell_hash.is_(None), errors.c.execution_count), else_=None)
    equal = (
        *(errors.c.notebook, errors.c.identity, errors.c.session, errors.c.fingerprint, errors.c.group_id),
        *(errors.c.text_id, errors.c.release, errors.c.error_name, errors.c.first_line),
        *(errors.c.cell_id, errors.c.cell_hash),
    )
    measures = {
        "event_id": func.min(errors.c.event_id) + literal("t"),
        "received_at": func.min(errors.c.received_at),
        "last_received_at": func.max(errors.c.received_at),
        "execution_count": func.min(errors.c.execution_count),
        "execution_sum": func.sum(case((errors.c.execution_count > 0, errors.c.execution_count), else_=0)),
        "count": func.sum(errors.c.count),
        "events": func.count(),
    }
    query = select(*equal, *measures.values()).where(chosen)
    query = query.group_by(*equal, without_cell, func.substr(errors.c.received_at, 1, 10))
    columns = [*(column.name for column in equal), *measures]
    connection.execute(insert(thinned).from_select(columns, query))
    kept = select(errors.c.event_id, literal(stamp())).where(chosen)
    connection.execute(insert(tombstones).from_select(["event_id", "deleted_at"], kept))
    forget_bringers(connection, select(errors.c.event_id).where(chosen))
    connection.execute(delete(errors).where(chosen))
    tell_others(connection)
