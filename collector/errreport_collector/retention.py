"""Deletes what is too old, once at the start and then every hour."""

import asyncio
import logging

from jupyter_errreport.store import Database, StoreError
from jupyter_errreport.store.errors.retention import purge_some

HOUR = 3_600

log = logging.getLogger("errreport_collector")


async def keep_purging(database: Database, retention_days: float, dedup_days: float) -> None:
    """Until cancelled: purge, then sleep an hour. A failure is logged and tried again."""
    while True:
        try:
            deleted, is_done = 0, False
            while not is_done:  # in steps, between which errors are stored
                work = database.write(lambda connection: purge_some(connection, retention_days, dedup_days))
                some, is_done = await asyncio.wrap_future(work)
                deleted += some
            if deleted:
                log.info("Deleted %d errors older than %g days.", deleted, retention_days)
        except StoreError as error:
            log.error("Deleting old errors failed: %s", error)
        await asyncio.sleep(HOUR)
