"""The accounts of one running collector: who shows a browser's cookie, and what a token of a Hub is worth."""

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jupyter_errreport.contract import role_of_token
from jupyter_errreport.store import Database
from jupyter_errreport.store.keys.logins import end_login, find_login, keep_login

from .people import Person, Roles
from .way import Finished, Way

if TYPE_CHECKING:  # jupyterhub is there only where a Hub is
    from .hub import Hub

_TOKEN = re.compile(r"[\w.~+/=-]{16,512}", re.ASCII)
OURS, THEIRS = "login ", "token "
"""How what a browser shows begins: with a login that we keep, or with a token that the Hub keeps."""


@dataclass
class Accounts:
    """What an operator's settings make of people."""

    way: Way
    roles: Roles
    login_seconds: float
    database: Database
    hub: "Hub | None" = field(default=None)
    """The Hub whose users' servers report; None for another keeper of accounts."""

    async def person_of(self, shown: str, session_id: str) -> Person | None:
        """Who shows this cookie; None when nobody does, or no longer. Raises `NoAnswer`."""
        if shown.startswith(THEIRS):
            return await self.way.person_of(shown.removeprefix(THEIRS), session_id)
        secret = shown.removeprefix(OURS)
        found = await asyncio.wrap_future(self.database.read(lambda c: find_login(c, secret, time.time())))
        return Person(found.name, tuple(found.known_as), tuple(found.groups)) if found else None

    async def keep(self, finished: Finished) -> str:
        """What the browser of somebody who has logged in is to show."""
        if finished.shown:
            return THEIRS + finished.shown
        name, known_as, groups = finished.person
        work = self.database.write(lambda c: keep_login(c, name, known_as, groups, self.login_seconds))
        return OURS + await asyncio.wrap_future(work)

    async def end(self, shown: str) -> None:
        """Make what a browser showed worthless here."""
        if shown.startswith(OURS):
            secret = shown.removeprefix(OURS)
            await asyncio.wrap_future(self.database.write(lambda c: end_login(c, secret)))

    async def reporter(self, token: str, network: str) -> str | None:
        """Who reports with a token that is none of ours; None when it is nobody's. Raises what `Hub.reporter` does."""
        if self.hub is None or role_of_token(token) or not _TOKEN.fullmatch(token):
            return None
        return await self.hub.reporter(token, network)
