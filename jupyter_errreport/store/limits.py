"""What one session and one address may send. Checked in the transaction that stores, so that no race passes them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Connection, func, select

from ..contract import TOO_MANY_ERRORS, TOO_SOON
from ..event import EventMessageType, event_time, rfc3339
from .database.fair_queue import TOKEN
from .database.statements import Statement, listed
from .group_schema import notebooks
from .schema import sessions

TOKEN_SHARE = 10
"""How many times as much as an address may somebody bring who has a token."""


@dataclass(frozen=True)
class Limits:
    """The limits of a server that strangers can reach."""

    max_errors_per_session: int = 1_000
    max_sessions_per_address: int = 1_000
    """Sessions that one address may open in a day; a classroom shares one. Who has a token is counted by that."""
    min_seconds_between_errors: float = 0.0
    """By the times in the events' ids: errors that waited in a kernel are not refused for arriving together."""
    max_errors_without_session: int = 10_000
    """Of one address in a day. Of what is more only the number is kept, as of all that is over one of these quotas."""
    max_new_groups_per_address: int = 1_000
    """In an hour."""
    max_new_notebooks_per_address: int = 500
    """In an hour."""
    max_errors_a_minute_per_session: int = 1_000
    max_errors_a_minute_per_key: int = 30_000
    max_errors_a_minute_per_notebook: int = 30_000
    """Of what is more the first error of each group is kept all the same."""
    max_errors_a_minute_per_address: int = 30_000
    max_megabytes_an_hour_per_address: float = 2_000.0
    """Of requests, as they come. What is more is refused; 0 for no such limit."""
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


_BROUGHT = "errors LEFT JOIN bringers ON bringers.event_id = errors.event_id WHERE session {any}"
_COUNTS = Statement(f"SELECT session, brought_by, COUNT(*) FROM {_BROUGHT} GROUP BY session, brought_by")  # noqa: S608
_IDS = Statement(f"SELECT session, brought_by, errors.event_id FROM {_BROUGHT}")  # noqa: S608
Bringer = tuple[str, str | None]
"""A session, and by whose right an error of it came: who only names another's session uses up nothing of that."""


OverRate = Literal["sender", "notebook"]
"""Who went over a rate: then an event is only counted; of a notebook's, unless it is the first of its group."""


def over_rate_of(event: EventMessageType) -> OverRate | None:
    """Whether an event is over a rate, as its receiver has marked it."""
    fields: Mapping[str, Any] = event
    return fields.get("over_rate")


def bringer_of(event: EventMessageType) -> str | None:
    """By whose right an event came, as its receiver has marked it; None for anybody."""
    fields: Mapping[str, Any] = event
    return fields.get("brought_by")


class SessionMeter:
    """Counts the errors of the sessions in one batch, with what the database has of them."""

    def __init__(self, connection: Connection, limits: Limits, events: Iterable[EventMessageType]) -> None:
        self._limits = limits
        self._seen: defaultdict[Bringer, _Sent] = defaultdict(_Sent)
        wanted = listed(sorted({session for event in events if (session := event.get("session"))}))
        if wanted and limits.min_seconds_between_errors:
            for session, by, event_id in _IDS.rows(connection, wanted):
                self._add((session, by), event_id)
        elif wanted:
            for session, by, count in _COUNTS.rows(connection, wanted):
                self._seen[session, by].count = count

    def objection(self, event: EventMessageType) -> str | None:
        """Why this error of a session may not be stored; None when it may."""
        session, event_id = event.get("session"), event["event_id"]
        if session is None:
            return None
        sent = self._seen[session, bringer_of(event)]
        if sent.count >= self._limits.max_errors_per_session:
            return TOO_MANY_ERRORS
        least, time = self._limits.min_seconds_between_errors, event_time(event_id) or 0.0
        if least and any(abs(time - other) < least for other in sent.times):
            return TOO_SOON
        return None

    def add(self, event: EventMessageType) -> None:
        """An error was taken."""
        session = event.get("session")
        if session is not None:
            self._add((session, bringer_of(event)), event["event_id"])

    def _add(self, bringer: Bringer, event_id: str) -> None:
        sent = self._seen[bringer]
        sent.count += 1
        sent.times.append(event_time(event_id) or 0.0)


def share_of(address: str) -> int:
    """How many times as much as an address may be brought by what stands in place of one: many are behind a token."""
    return TOKEN_SHARE if address.startswith(TOKEN) else 1


def check_address(connection: Connection, limits: Limits, address_key: str, now: float, share: int = 1) -> None:
    """Raise `SessionLimitError` when this address may not open another session today."""
    opened = connection.execute(
        select(func.count())
        .select_from(sessions)
        .where(sessions.c.address_key == address_key, sessions.c.opened_at >= rfc3339(now)[:10])
    ).scalar_one()
    if opened >= limits.max_sessions_per_address * share:
        raise SessionLimitError


def check_notebook(connection: Connection, limits: Limits, notebook: str) -> None:
    """Raise `NotebookLimitError` when this is one more than may be known."""
    known = select(notebooks.c.notebook).where(notebooks.c.notebook == notebook)
    if connection.execute(known).first() is not None:
        return
    if connection.execute(select(func.count()).select_from(notebooks)).scalar_one() >= limits.max_notebooks:
        raise NotebookLimitError
