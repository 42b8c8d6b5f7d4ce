"""The author's hints as they come back from the collector that errors are passed on to: told here from then on."""

from collections.abc import Mapping

from sqlalchemy import Connection, select, update

from ..group_schema import groups
from ..news import tell_others
from ..schema import errors
from ..storable import storable


def take_hints(connection: Connection, hints: Mapping[str, str], source: str) -> None:
    """Keep what a collector (`source` is what readers may see of it) said of each of these events; empty for nothing.

    A hint that was written here stays as it is.
    """
    for event_id, told in hints.items():
        hint = storable(told)  # what another server answers came through no door of ours
        of_event = select(errors.c.group_id).where(errors.c.event_id == event_id).scalar_subquery()
        its = (groups.c.group_id == of_event) & ((groups.c.hint == "") | groups.c.hint_from.is_not(None))
        values = {"hint": hint, "hint_from": source[:200] if hint else None}
        if connection.execute(update(groups).where(its, groups.c.hint != hint).values(values)).rowcount:
            tell_others(connection)
