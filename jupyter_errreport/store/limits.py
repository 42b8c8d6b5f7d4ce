"""What one session and one address may send. Checked in the transaction that stores, so that no race passes them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from ..event import EventMessageType, event_time, rfc3339
from .database.statements import Statement, listed
from .group_schema import notebooks
from .schema import sessions

DAY = 86_400


@dataclass(frozen=True)
class Limits:
    """The limits of a server that strangers can reach."""

    max_errors_per_session: int = 1_000
    max_sessions_per_address: int = 1_000
    """Sessions that one address may open in a day; a classroom shares one."""
    min_seconds_between_errors: float = 0.0
    """By the times in the events' ids: errors that waited in a kernel are not refused for arriving together."""
    max_errors_without_session: int = 10_000
    """Of one address in a day. Of what is more only the number is kept, as of all that is over one of these quotas."""
    max_new_groups_per_address: int = 1_000
    """In an hour."""
    max_groups_per_notebook: int = 2_000
    max_groups: int = 50_000
    max_notebooks: int = 5_000
    max_megabytes: float = 0.0
    """Of the database; 0 for no such quota."""


class SessionLimitError(Exception):
    """An address has opened as many sessions today as one may."""


class NotebookLimitError(SessionLimitError):
    """There are as many notebooks as there may be."""


@dataclass
class _Sent:
    """What a session has sent."""

    count: int = 0
    times: list[float] = field(default_factory=list)
    """When its errors happened, if anybody asks for that."""


_COUNTS = Statement("SELECT session, COUNT(*) FROM errors WHERE session {any} GROUP BY session")
_IDS = Statement("SELECT session, event_id FROM errors WHERE session {any}")


class SessionMeter:
    """Counts the errors of the sessions in one batch, with what the database has of them."""

    def __init__(self, connection: Connection, limits: Limits, events: Iterable[EventMessageType]) -> None:
        self._limits = limits
        self._seen = {session: _Sent() for event in events if (session := event.get("session"))}
        wanted = listed(sorted(self._seen))
        if self._seen and limits.min_seconds_between_errors:
            for session, event_id in _IDS.rows(connection, wanted):
                self.add(session, event_id)
        elif self._seen:
            for session, count in _COUNTS.rows(connection, wanted):
                self._seen[session].count = count

    def objection(self, session: str | None, event_id: str) -> str | None:
        """Why this session may not store this error; None when it may."""
        if session is None:
            return None
        sent = self._seen[session]
        if sent.count >= self._limits.max_errors_per_session:
            return "limit_errors_per_session"
        least, time = self._limits.min_seconds_between_errors, event_time(event_id) or 0.0
        if least and any(abs(time - other) < least for other in sent.times):
            return "limit_seconds_between_errors"
        return None

    def add(self, session: str | None, event_id: str) -> None:
        """An error of this session was taken."""
        if session is not None:
            sent = self._seen[session]
            sent.count += 1
            sent.times.append(event_time(event_id) or 0.0)


def check_address(connection: Connection, limits: Limits, address_key: str, now: float) -> None:
    """Raise `SessionLimitError` when this address may not open another session today."""
    opened = connection.execute(
        select(func.count())
        .select_from(sessions)
        .where(sessions.c.address_key == address_key, sessions.c.opened_at > rfc3339(now - DAY))
    ).scalar_one()
    if opened >= limits.max_sessions_per_address:
        raise SessionLimitError


def check_notebook(connection: Connection, limits: Limits, notebook: str) -> None:
    """Raise `NotebookLimitError` when this is one more than may be known."""
    known = select(notebooks.c.notebook).where(notebooks.c.notebook == notebook)
    if connection.execute(known).first() is not None:
        return
    if connection.execute(select(func.count()).select_from(notebooks)).scalar_one() >= limits.max_notebooks:
        raise NotebookLimitError
