"""Whether this process can take errors: the database takes a change, and its tables are those of this release."""

import asyncio
import logging

from sqlalchemy import Connection

from jupyter_errreport.store import Database, StoreError
from jupyter_errreport.store.database.clock import stamp
from jupyter_errreport.store.database.migrate import is_current
from jupyter_errreport.store.settings import remember

VALID_SECONDS = 1.0
"""How long an answer holds: who asks more often costs the disk nothing."""
PATIENCE = 5.0
"""Seconds after which a database that does not answer counts as one that can't."""
NAME = "last_readiness"

log = logging.getLogger("errreport_collector")


class Readiness:
    """Belongs to one event loop. However many ask at a moment, the database is asked once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._problem = ""
        self._asked_at = float("-inf")
        self._asking: asyncio.Task[str] | None = None

    async def problem(self) -> str:
        """A sentence why not, fit for strangers; empty when it can."""
        loop = asyncio.get_running_loop()
        if loop.time() - self._asked_at < VALID_SECONDS:
            return self._problem
        if self._asking is None:
            self._asking = loop.create_task(self._ask())
        return await asyncio.shield(self._asking)

    async def _ask(self) -> str:
        try:
            work = self._database.write(_try)
            current = await asyncio.wait_for(asyncio.wrap_future(work), PATIENCE)
            self._problem = "" if current else "The database's tables are those of another release than this one."
        except asyncio.TimeoutError:
            self._problem = "The database does not answer."
        except StoreError as error:
            log.warning("Not ready: %s", error)
            self._problem = "The database takes no changes just now; nothing can be stored."
        finally:
            self._asked_at = asyncio.get_running_loop().time()
            self._asking = None
        return self._problem


def _try(connection: Connection) -> bool:
    """A change that a full disk or a read-only one refuses; whether the tables are ours."""
    remember(connection, NAME, stamp())
    return is_current(connection)
