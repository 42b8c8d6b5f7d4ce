"""Deletes errors in steps, between which others have their turn."""

from dataclasses import replace

from sqlalchemy import Connection

from ...store.database.clock import stamp
from ...store.errors.errors import STEP, delete_counted, delete_some_errors
from ...store.events.filters import Filters
from .resource import Resource


async def delete_in_steps(resource: Resource, filters: Filters) -> int:
    """Delete what matches and is here now; how many.

    Each step is on disk before the next begins. Raises `StoreError` when one failed: those before it hold, and the rest
    can be deleted by asking again.
    """

    def begin(connection: Connection) -> str:
        delete_counted(connection, filters)
        return stamp()

    now = await resource.write_db(begin)
    filters = replace(filters, until=min(filters.until or now, now))
    deleted = step = await resource.write_db(lambda connection: delete_some_errors(connection, filters))
    while step == STEP:
        step = await resource.write_db(lambda connection: delete_some_errors(connection, filters))
        deleted += step
    return deleted
