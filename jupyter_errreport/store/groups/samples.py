"""What a group is shown by: an error of its own, title, first line and cell of one and the same."""

from collections.abc import Iterable

from sqlalchemy import Connection, select, update

from ..errors.rows import sample_of
from ..group_schema import group_cells, groups
from ..parts import in_parts
from ..schema import errors


def renew_samples(connection: Connection, group_ids: Iterable[str]) -> None:
    """Show those of these groups whose cell has no error in them any more by the oldest one that they have."""
    of_cell = (group_cells.c.group_id == groups.c.group_id) & (group_cells.c.cell == groups.c.cell)
    for part in in_parts(sorted(set(group_ids))):
        query = select(groups.c.group_id).where(groups.c.group_id.in_(part))
        for group_id in connection.scalars(query.where(~select(group_cells.c.cell).where(of_cell).exists())).all():
            oldest = select(errors).where(errors.c.group_id == group_id)
            oldest = oldest.order_by(errors.c.received_at, errors.c.event_id).limit(1)
            row = connection.execute(oldest).mappings().first()
            if row is not None:
                its = groups.c.group_id == group_id
                connection.execute(update(groups).where(its).values(**sample_of(row)))
