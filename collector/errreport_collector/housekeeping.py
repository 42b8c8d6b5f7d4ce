"""Makes room for the months to come, thins out and deletes what is old: done by whoever is on duty, every hour."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from jupyter_errreport.event import rfc3339
from jupyter_errreport.store import Database, StoreError
from jupyter_errreport.store.database.clock import clock
from jupyter_errreport.store.database.size import used_bytes
from jupyter_errreport.store.errors.partitions import make_partitions
from jupyter_errreport.store.rates import DAY
from jupyter_errreport.store.retention import free_months, purge_some, thin_some

HOUR = 3_600
LOOK_SECONDS = 1.0
"""How often one who is not on duty looks whether they are now."""
FILLED = 0.8
"""How much of the database's size may be used before errors are thinned out for that reason."""
AGES = (64.0, 32.0, 16.0, 8.0, 4.0, 2.0, 1.0)
"""Days: for want of room the oldest are thinned out first, and those of the last day never."""

log = logging.getLogger("errreport_collector")


@dataclass(frozen=True)
class Keeping:
    """What an operator wants to keep; 0 for no such limit."""

    retention_days: float = 0
    dedup_days: float = 90
    thin_after_days: float = 0
    max_megabytes: float = 0


async def keep_house(database: Database, is_on_duty: Callable[[], bool], keeping: Keeping) -> None:
    """Until cancelled: work when on duty, then sleep an hour.

    A failure is logged and tried again.
    """
    while True:
        if not await asyncio.to_thread(is_on_duty):
            await asyncio.sleep(LOOK_SECONDS)
            continue
        try:
            await clean(database, keeping)
        except StoreError as error:
            log.error("Deleting old errors, or making tables for new ones, failed: %s", error)
        await asyncio.sleep(HOUR)


async def clean(database: Database, keeping: Keeping) -> None:
    """All that is to be done now, in steps, between which errors are stored. Raises `StoreError`."""
    made = await asyncio.wrap_future(database.write(make_partitions))
    if made:
        log.info("Made the tables %s.", ", ".join(made))
    if keeping.retention_days:
        deleted, is_done = 0, False
        while not is_done:
            work = database.write(lambda connection: purge_some(connection, keeping.retention_days, keeping.dedup_days))
            some, is_done = await asyncio.wrap_future(work)
            deleted += some
        if deleted:
            log.info("Deleted %d errors older than %g days.", deleted, keeping.retention_days)
    if keeping.thin_after_days:
        await _thin(database, keeping.thin_after_days)
    for age in AGES if keeping.max_megabytes else ():
        used = await asyncio.wrap_future(database.read(used_bytes))
        if used <= FILLED * keeping.max_megabytes * 1_000_000:
            break
        if not keeping.thin_after_days or age < keeping.thin_after_days:
            await _thin(database, age)


async def _thin(database: Database, days: float) -> None:
    before = rfc3339(clock.now() - days * DAY)
    thinned, is_last, first, last = 0, False, "", ""
    while not is_last:
        step = await asyncio.wrap_future(database.write(lambda connection: thin_some(connection, before)))
        thinned, is_last = thinned + step.thinned, step.is_last
        if step.thinned:
            first, last = min(first or step.first, step.first), max(last, step.last)
    if thinned:
        log.info("Of %d errors older than %g days only the number is kept from now on.", thinned, days)
        await asyncio.wrap_future(database.write(lambda connection: free_months(connection, first, last)))
