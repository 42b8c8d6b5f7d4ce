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
    has_errors: bool
    """Whether it is shown by one of its own; a group that was decided about stays when all of its errors are gone."""


_GROUPS = Statement(
    "SELECT group_id, hint, hint_from, status, cell_free,"
    " EXISTS (SELECT 1 FROM group_cells WHERE group_cells.group_id = groups.group_id)"
    " FROM groups WHERE group_id {any}"
)


def known_groups(connection: Connection, group_ids: Iterable[str]) -> dict[str, Known]:
    """What is known of these groups, by their ids."""
    return {row[0]: Known(*row) for row in _GROUPS.rows(connection, listed(sorted(group_ids)))}
