"""Deletes what is too old, once at the start and then every hour."""

import asyncio
import logging

from jupyter_errreport.store import Database, StoreError
from jupyter_errreport.store.retention import purge

HOUR = 3_600

log = logging.getLogger("errreport_collector")


async def keep_purging(database: Database, retention_days: float, dedup_days: float) -> None:
    """Until cancelled: purge, then sleep an hour. A failure is logged and tried again."""
    while True:
        try:
            work = database.write(lambda connection: purge(connection, retention_days, dedup_days))
            deleted = await asyncio.wrap_future(work)
            if deleted:
                log.info("Deleted %d errors older than %g days.", deleted, retention_days)
        except StoreError as error:
            log.error("Deleting old errors failed: %s", error)
        await asyncio.sleep(HOUR)
