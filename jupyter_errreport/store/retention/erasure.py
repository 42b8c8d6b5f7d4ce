"""Erases what somebody asks to have erased: a session, a notebook, or whatever has a text in it. In steps."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, and_, delete, select

from ...event import public_session
from ..database import Database
from ..database.clock import stamp
from ..errors.errors import STEP, delete_counted, delete_some_errors
from ..events.filters import Filters
from ..group_schema import groups
from ..naming import notebook_of
from ..outbox.withdrawn_alerts import withdraw_alerts
from ..published.sources import withdraw_source
from ..schema import refusals, sessions
from ..sessions import delete_sessions, erase_session

Found = TypeVar("Found")


class Erasure:
    """Erases in a database that others may use meanwhile. Each step is on disk before the next begins.

    All raise `StoreError`: what was erased before stays so, and the rest can be asked for again.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def session(self, named: str) -> int:
        """Erase a session, by its key or its public id, and its errors; how many errors."""
        deleted = 0
        for session in {named, public_session(named)}:
            deleted += self.errors(Filters(session=session))
            deleted += self._write(partial(erase_session, session=session)) or 0
        return deleted

    def notebook(self, name: str) -> int:
        """Erase all that is known of a notebook: errors, sessions, decisions and published cells; how many errors."""
        deleted = self.errors(Filters(notebook=name))
        self._write(lambda connection: _rest_of_notebook(connection, name))
        return deleted

    def errors(self, filters: Filters) -> int:
        """Delete the errors that match and are there now, and what was only counted of them; how many errors."""

        def begin(connection: Connection) -> str:
            delete_counted(connection, filters)
            return stamp()

        until = self._write(begin)
        now = replace(filters, until=min(filters.until or until, until))
        deleted = step = self._write(lambda connection: delete_some_errors(connection, now))
        while step == STEP:
            step = self._write(lambda connection: delete_some_errors(connection, now))
            deleted += step
        return deleted

    def _write(self, work: Callable[[Connection], Found]) -> Found:
        return self._database.write(work).result()


def _rest_of_notebook(connection: Connection, name: str) -> None:
    identity = notebook_of(connection, name)
    delete_sessions(connection, sessions.c.identity == identity)
    withdraw_source(connection, identity)
    # What was decided about them stays when errors are deleted; here it is to go.
    empty = and_(groups.c.notebook == identity, groups.c.events <= 0)
    gone = connection.scalars(select(groups.c.group_id).where(empty)).all()
    connection.execute(delete(groups).where(empty))
    withdraw_alerts(connection, list(gone))
    connection.execute(delete(refusals).where(refusals.c.notebook == identity))
