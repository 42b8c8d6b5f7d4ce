"""Looks for what no single error shows: a group that happens far more often, a notebook that fails more people."""

import asyncio
import logging
import time
from collections.abc import Callable

from sqlalchemy import Connection

from jupyter_errreport.store import Database, StoreError
from jupyter_errreport.store.figures.trends import add_share_alerts, add_spike_alerts

EVERY_SECONDS = 300.0

log = logging.getLogger("errreport_collector")


async def keep_watching(database: Database, wake: Callable[[], None]) -> None:
    """Until cancelled: look every five minutes, and call `wake` when an alert was added."""
    while True:
        try:
            if await asyncio.wrap_future(database.write(look)):
                wake()
        except StoreError as error:
            log.error("Looking for spikes failed: %s", error)
        await asyncio.sleep(EVERY_SECONDS)


def look(connection: Connection) -> int:
    """Add the alerts that are due now; how many."""
    now = time.time()
    return add_spike_alerts(connection, now) + add_share_alerts(connection, now)
