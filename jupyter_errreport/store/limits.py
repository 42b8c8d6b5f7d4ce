"""What one session and one address may send. Checked in the transaction that stores, so that no race passes them."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from ..event import rfc3339
from .schema import errors, sessions

DAY = 86_400


@dataclass(frozen=True)
class Limits:
    """The limits of a server that strangers can reach."""

    max_errors_per_session: int = 1_000
    max_sessions_per_address: int = 1_000
    """Sessions that one address may open in a day; a classroom shares one."""
    min_seconds_between_errors: float = 0.0


class SessionLimitError(Exception):
    """An address has opened as many sessions today as one may."""


class SessionMeter:
    """Counts the errors of the sessions in one batch, with what the database has of them."""

    def __init__(self, connection: Connection, limits: Limits) -> None:
        self._connection = connection
        self._limits = limits
        self._seen: dict[str, tuple[int, str]] = {}

    def objection(self, session: str | None, now: float) -> str | None:
        """Why this session may not store another error at `now`; None when it may."""
        if session is None:
            return None
        count, last = self._state(session)
        if count >= self._limits.max_errors_per_session:
            return "limit_errors_per_session"
        if last > rfc3339(now - self._limits.min_seconds_between_errors):
            return "limit_seconds_between_errors"
        return None

    def add(self, session: str | None, now: float) -> None:
        """An error of this session was taken."""
        if session is not None:
            self._seen[session] = (self._state(session)[0] + 1, rfc3339(now))

    def _state(self, session: str) -> tuple[int, str]:
        if session not in self._seen:
            count, last = self._connection.execute(
                select(func.count(), func.max(errors.c.received_at)).where(errors.c.session == session)
            ).one()
            self._seen[session] = (count, last or "")
        return self._seen[session]


def check_address(connection: Connection, limits: Limits, address_key: str, now: float) -> None:
    """Raise `SessionLimitError` when this address may not open another session today."""
    opened = connection.execute(
        select(func.count())
        .select_from(sessions)
        .where(sessions.c.address_key == address_key, sessions.c.opened_at > rfc3339(now - DAY))
    ).scalar_one()
    if opened >= limits.max_sessions_per_address:
        raise SessionLimitError
