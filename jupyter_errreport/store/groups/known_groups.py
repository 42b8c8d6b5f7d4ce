"""What must be known of the groups to which errors come, before they are stored."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection

from ..database.statements import Statement, listed


class Known(NamedTuple):
    """What must be known of a group that there is."""

    group_id: str
    hint: str
    hint_from: str | None
    status: str
    cell_free: str | None


_GROUPS = Statement("SELECT group_id, hint, hint_from, status, cell_free FROM groups WHERE group_id {any}")


def known_groups(connection: Connection, group_ids: Iterable[str]) -> dict[str, Known]:
    """What is known of these groups, by their ids."""
    return {row[0]: Known(*row) for row in _GROUPS.rows(connection, listed(sorted(group_ids)))}
