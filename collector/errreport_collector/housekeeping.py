"""Makes room for the months to come and deletes what is too old: done by whoever is on duty, every hour."""

import asyncio
import logging
from collections.abc import Callable

from jupyter_errreport.store import Database, StoreError
from jupyter_errreport.store.errors.partitions import make_partitions
from jupyter_errreport.store.retention import purge

HOUR = 3_600
LOOK_SECONDS = 1.0
"""How often one who is not on duty looks whether they are now."""

log = logging.getLogger("errreport_collector")


async def keep_house(
    database: Database, is_on_duty: Callable[[], bool], retention_days: float, dedup_days: float
) -> None:
    """Until cancelled: work when on duty, then sleep an hour. With 0 `retention_days` nothing is deleted.

    A failure is logged and tried again.
    """
    while True:
        if not await asyncio.to_thread(is_on_duty):
            await asyncio.sleep(LOOK_SECONDS)
            continue
        try:
            made = await asyncio.wrap_future(database.write(make_partitions))
            if made:
                log.info("Made the tables %s.", ", ".join(made))
            if retention_days:
                work = database.write(lambda connection: purge(connection, retention_days, dedup_days))
                deleted = await asyncio.wrap_future(work)
                if deleted:
                    log.info("Deleted %d errors older than %g days.", deleted, retention_days)
        except StoreError as error:
            log.error("Deleting old errors, or making tables for new ones, failed: %s", error)
        await asyncio.sleep(HOUR)
