"""What requests leave behind besides what they ask for: which tokens were used, and which notebooks had no key.

Kept in memory, and written together every few seconds: no request waits for it, and a flood costs one write.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable

from sqlalchemy import Connection

from ...store import Database, StoreError
from ...store.keys.refusals import MOST, keep_refusals
from ...store.tokens import USE_SECONDS, note_uses

PAUSE = 3.0
"""Seconds between two looks at whether there is something to write."""

log = logging.getLogger("jupyter_errreport.api")


class Noted:
    """Belongs to one event loop."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._used: set[str] = set()
        self._written: dict[str, float] = {}
        """When the use of a token was written last."""
        self._refused: Counter[str] = Counter()

    def used(self, token_id: str) -> None:
        """A request came with this token."""
        if self._clock() - self._written.get(token_id, -USE_SECONDS) >= USE_SECONDS:
            self._used.add(token_id)

    def refused(self, notebooks: Iterable[str]) -> None:
        """These, by their identities, reported without a key; of more than are remembered the rest is let go."""
        for notebook in notebooks:
            if notebook in self._refused or len(self._refused) < MOST:
                self._refused[notebook] += 1

    async def write(self) -> None:
        """Write what there is, if there is anything; what can't be written now is written the next time."""
        used, refused = self._used, self._refused
        if not used and not refused:
            return
        self._used, self._refused = set(), Counter()
        now = self._clock()
        self._written = {token_id: at for token_id, at in self._written.items() if now - at < USE_SECONDS}
        self._written.update(dict.fromkeys(used, now))

        def work(connection: Connection) -> None:
            if used:
                note_uses(connection, used)
            if refused:
                keep_refusals(connection, refused)

        try:
            await asyncio.wrap_future(self._database.write(work))
        except StoreError as error:
            log.warning("Which tokens were used could not be written: %s", error)
            self._refused.update(refused)
            self._used |= used
            for token_id in used:
                self._written.pop(token_id, None)

    async def keep_writing(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(PAUSE)
            await self.write()
