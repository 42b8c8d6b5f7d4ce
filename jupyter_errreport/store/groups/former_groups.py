"""The ids by which groups were known before: they lead to the groups in which their errors are now."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, literal, select, union

from ..database.statements import Statement
from ..database.upsert import insert_missing
from ..events.filters import Scope, in_scope
from ..group_schema import former_groups, group_fingerprints, groups

PARTS_LIMIT = 100
"""Groups that are told of one id."""


def parts_of(connection: Connection, wanted: str, scope: Scope) -> list[dict[str, Any]]:
    """What an id names for who sees the notebooks `scope`: a group; else what became of it, the newest first.

    Besides ids that groups had before, a fingerprint is one: it leads to its groups, one in each notebook. Each has
    `group` and `notebook`.
    """
    columns = (groups.c.group_id.label("group"), groups.c.notebook)
    own = select(*columns).where(groups.c.group_id == wanted, in_scope(groups, scope))
    found = connection.execute(own).mappings().all()
    if not found:
        named = union(
            select(former_groups.c.group_id).where(former_groups.c.former_id == wanted),
            select(group_fingerprints.c.group_id).where(group_fingerprints.c.fingerprint == wanted),
        )
        query = select(*columns).where(groups.c.group_id.in_(named), in_scope(groups, scope))
        query = query.order_by(groups.c.last_seen.desc(), groups.c.group_id).limit(PARTS_LIMIT)
        found = connection.execute(query).mappings().all()
    return [dict(row) for row in found]


def lead_on(connection: Connection, old: str, *new: str) -> None:
    """Have the id of a group that is no more, and those that led to it, lead to another one, or to its parts."""
    for group_id in new:
        led = select(former_groups.c.former_id, literal(group_id)).where(former_groups.c.group_id == old)
        connection.execute(insert_missing(connection, former_groups).from_select(["former_id", "group_id"], led))
    connection.execute(delete(former_groups).where(former_groups.c.group_id == old))
    connection.execute(
        insert_missing(connection, former_groups), [{"former_id": old, "group_id": group_id} for group_id in new]
    )


def forget_former(connection: Connection, group_id: str) -> None:
    """Have an id lead nowhere: it is that of a group again."""
    connection.execute(delete(former_groups).where(former_groups.c.former_id == group_id))


_CALLED = Statement("INSERT INTO former_groups (former_id, group_id) VALUES {rows} ON CONFLICT DO NOTHING")


def keep_former(connection: Connection, called: Iterable[tuple[str, str]]) -> None:
    """Remember what senders call groups, each with the group's id."""
    _CALLED.many(connection, sorted(set(called)))
