"""Sessions that collectors are told of: that they were opened, and how many of their cells went well and failed.

Told at once, and again at most every half minute while there is something new. A collector knows a session by a key
that this server derives for it: the reader's own is kept nowhere.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, delete, func, select, update

from ...event import rfc3339
from ..database.clock import clock
from ..paging import in_parts
from ..schema import destinations, session_outbox, sessions
from .deletions import COLLECTOR

SESSION_SECONDS = 30.0
"""The least between two times at which a collector is told of the same session."""


class SessionNews(NamedTuple):
    """What a collector is to be told of one session."""

    session: str
    """Its public id here."""
    key: str
    """Its key there."""
    body: bytes | None
    """What opens it there, or tells the counts; None when it is to be erased there."""
    told: tuple[object, ...] = ()
    """The counts and the release in that."""


def tell_of_session(connection: Connection, to: Sequence[str], session: str) -> None:
    """There is something new of a session for the collectors among these."""
    if not to:
        return
    chosen = destinations.c.destination.in_(to) & (destinations.c.kind == COLLECTOR)
    for destination in connection.scalars(select(destinations.c.destination).where(chosen)).all():
        its = _its(destination, session)
        row = connection.execute(select(session_outbox).where(its)).mappings().first()
        now = rfc3339(clock.now())
        if row is None:
            new = {"destination": destination, "session": session, "known_as": session, "due_at": now, "erased": 0}
            connection.execute(session_outbox.insert().values(**new))
        elif row["due_at"] is None:
            due_at = max(now, _after(row["told_at"]))
            connection.execute(update(session_outbox).where(its).values(due_at=due_at))


def erase_elsewhere(connection: Connection, session: str) -> None:
    """Have a session, which is about to be erased, erased at the collectors that were told of it, or just are."""
    its = session_outbox.c.session == session
    connection.execute(update(session_outbox).where(its).values(erased=1, due_at=rfc3339(clock.now())))


def rename_elsewhere(connection: Connection, old: str, new: str) -> None:
    """A session goes on under another id here; there it is the same as before."""
    rows = select(session_outbox.c.destination).where(session_outbox.c.session == old)
    for destination in connection.scalars(rows).all():
        if connection.execute(select(session_outbox.c.session).where(_its(destination, new))).first() is None:
            connection.execute(update(session_outbox).where(_its(destination, old)).values(session=new))


def stop_telling(connection: Connection, chosen: Select[tuple[str]]) -> None:
    """These sessions are about to be forgotten here, which those who know of them need not be told."""
    its = session_outbox.c.session.in_(chosen) & (session_outbox.c.erased == 0)
    connection.execute(delete(session_outbox).where(its))


def names_elsewhere(connection: Connection, destination: str, wanted: Iterable[str | None]) -> dict[str, str]:
    """The ids from which the keys of these sessions there are derived; of those alone that have another here."""
    names: dict[str, str] = {}
    for part in in_parts(sorted(session for session in wanted if session)):
        query = select(session_outbox.c.session, session_outbox.c.known_as).where(
            session_outbox.c.destination == destination,
            session_outbox.c.session.in_(part),
            session_outbox.c.known_as != session_outbox.c.session,
        )
        names.update((session, known_as) for session, known_as in connection.execute(query))
    return names


def next_session(
    connection: Connection, destination: str, latest: str, key_of: Callable[[str], str]
) -> SessionNews | None:
    """The session that a collector is to be told of first; None when none is due until `latest`.

    `key_of` derives its key there from its public id here.
    """
    query = (
        select(session_outbox, *_TOLD, sessions.c.notebook)
        .outerjoin(sessions, sessions.c.session == session_outbox.c.session)
        .where(session_outbox.c.destination == destination, session_outbox.c.due_at <= latest)
        .order_by(session_outbox.c.due_at, session_outbox.c.session)
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    session, key = row["session"], key_of(row["known_as"])
    if row["erased"] or row["notebook"] is None:
        return SessionNews(session, key, None)
    body = {"uuid": key, "notebook": row["notebook"], "good_cells": row["good_cells"]}
    body["failed_cells"] = row["failed_cells"]
    if row["release"] is not None:
        body["release"] = row["release"]
    return SessionNews(session, key, json.dumps(body).encode(), tuple(row[column.name] for column in _TOLD))


def next_session_at(connection: Connection, destination: str) -> float | None:
    """When a collector is to be told of a session, in seconds since the epoch; None when there is nothing new."""
    query = select(func.min(session_outbox.c.due_at)).where(session_outbox.c.destination == destination)
    moment = connection.execute(query).scalar()
    return None if moment is None else _seconds(moment)


def session_told(connection: Connection, destination: str, news: SessionNews) -> None:
    """The collector has answered; what has come meanwhile is told a while later."""
    its = _its(destination, news.session)
    if news.body is None:
        connection.execute(delete(session_outbox).where(its))
        if connection.execute(select(sessions.c.session).where(sessions.c.session == news.session)).first():
            tell_of_session(connection, [destination], news.session)  # it went on after it was erased
        return
    now = rfc3339(clock.now())
    row = connection.execute(select(*_TOLD).where(sessions.c.session == news.session)).first()
    due_at = None if row is None or tuple(row) == news.told else _after(now)
    kept = its & (session_outbox.c.erased == 0)
    connection.execute(update(session_outbox).where(kept).values(told_at=now, due_at=due_at))


def put_off_session(connection: Connection, destination: str, news: SessionNews, until: str) -> None:
    """The collector does not take it now."""
    its = _its(destination, news.session) & (session_outbox.c.erased == 0)
    connection.execute(update(session_outbox).where(its).values(due_at=until))


def forget_old_sessions(connection: Connection, before: str) -> None:
    """Drop what nobody answered for since then, and sessions of which nothing was heard since."""
    recent = select(sessions.c.session).where(sessions.c.last_seen_at >= before)
    old = (session_outbox.c.erased == 1) & (session_outbox.c.due_at < before)
    idle = (session_outbox.c.erased == 0) & session_outbox.c.session.not_in(recent)
    connection.execute(delete(session_outbox).where(old | idle))


_TOLD = (sessions.c.good_cells, sessions.c.failed_cells, sessions.c.release)


def _its(destination: str, session: str) -> ColumnElement[bool]:
    return (session_outbox.c.destination == destination) & (session_outbox.c.session == session)


def _after(moment: str) -> str:
    return rfc3339(_seconds(moment) + SESSION_SECONDS)


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()
