"""Sessions: one run of a notebook by one reader. Their keys are never stored, only ids derived from them."""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from ..event import rfc3339
from .database.clock import clock
from .errors.errors import delete_errors
from .errors.insert import errors_of_session
from .events.filters import Filters, after, in_scope
from .figures.session_figures import add_sessions, take_sessions
from .limits import Limits, check_address, check_notebook, share_of
from .naming import is_notebook, notebook_of
from .outbox.session_outbox import erase_elsewhere, rename_elsewhere, stop_telling, tell_of_session
from .paging import Cursor, Page, page_of
from .schema import sessions
from .settings import remember, remembered

_SHOWN = [column for column in sessions.c if column.name not in ("address_key", "identity")]


def open_session(
    connection: Connection,
    session: str,
    notebook: str,
    address: str,
    limits: Limits | None,
    good_cells: int = 0,
    failed_cells: int = 0,
    release: str | None = None,
    pass_on_to: Sequence[str] = (),
) -> dict[str, Any]:
    """Open a session, or report its counts of cells again: the larger ones stay. Its row as lists show it.

    `address` is what the limit of sessions is counted by: a network, or what stands in place of one (`fair_queue`).
    The collectors in `pass_on_to` are told of it. Raises `SessionLimitError`.
    """
    now = clock.now()
    known = find_session(connection, session)
    if known is None:
        address_key = _address_key(connection, address, now)
        identity = notebook_of(connection, notebook)
        if limits:
            check_address(connection, limits, address_key, now, share_of(address))
            check_notebook(connection, limits, identity)
        count, last = errors_of_session(connection, session)
        known = {
            "session": session,
            "notebook": notebook,
            "release": release,
            "opened_at": rfc3339(now),
            "last_seen_at": rfc3339(now),
            "good_cells": good_cells,
            "failed_cells": failed_cells,
            "errors": count,
            "last_error_at": last,
        }
        connection.execute(insert(sessions).values(**known, identity=identity, address_key=address_key))
        add_sessions(connection, sessions.c.session == session)
        tell_of_session(connection, pass_on_to, session)
        return known
    changes = {
        "last_seen_at": rfc3339(now),
        "good_cells": max(known["good_cells"], good_cells),
        "failed_cells": max(known["failed_cells"], failed_cells),
        "release": release or known["release"],
    }
    its = sessions.c.session == session
    if changes["release"] != known["release"]:
        take_sessions(connection, its)
    connection.execute(update(sessions).where(its).values(**changes))
    if changes["release"] != known["release"]:
        add_sessions(connection, its)
    if any(known[name] != changes[name] for name in ("good_cells", "failed_cells", "release")):
        tell_of_session(connection, pass_on_to, session)
    return known | changes


def find_session(connection: Connection, session: str) -> dict[str, Any] | None:
    """The session of this public id; None when it was never opened."""
    row = connection.execute(select(*_SHOWN).where(sessions.c.session == session)).mappings().first()
    return None if row is None else dict(row)


def list_sessions(connection: Connection, filters: Filters, limit: int, cursor: Cursor | None = None) -> Page:
    """The sessions opened last. Of `filters` only `notebook`, `session`, `since`, `until` (on `opened_at`) count."""
    query = select(*_SHOWN)
    if filters.notebook is not None:
        query = query.where(is_notebook(sessions.c.identity, filters.notebook))
    if filters.session is not None:
        query = query.where(sessions.c.session == filters.session)
    if filters.since is not None:
        query = query.where(sessions.c.opened_at >= filters.since)
    if filters.until is not None:
        query = query.where(sessions.c.opened_at < filters.until)
    query = query.where(in_scope(sessions, filters.scope))
    if cursor is not None:
        query = query.where(after(sessions, "opened_at", "session", cursor))
    query = query.order_by(sessions.c.opened_at.desc(), sessions.c.session.desc()).limit(limit + 1)
    items = [dict(row) for row in connection.execute(query).mappings()]
    return page_of(items, limit, "opened_at", "session")


def list_oldest_sessions(connection: Connection, scope: str | None, skip: int, limit: int) -> list[dict[str, Any]]:
    """Sessions in the order in which they were opened, without the first `skip`."""
    query = select(*_SHOWN).where(in_scope(sessions, scope))
    query = query.order_by(sessions.c.opened_at, sessions.c.session).offset(skip).limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]


def erase_session(connection: Connection, session: str) -> int | None:
    """Forget a session and its errors, here and where it was passed on; how many errors. None when it is not known."""
    erase_elsewhere(connection, session)
    deleted = delete_errors(connection, Filters(session=session))
    forgotten = delete_sessions(connection, sessions.c.session == session)
    return deleted if deleted or forgotten else None


def replace_session(connection: Connection, old: str, new: str) -> None:
    """Forget a session that goes on under another id; collectors go on knowing it as they do."""
    rename_elsewhere(connection, old, new)
    delete_sessions(connection, sessions.c.session == old)


def delete_sessions(connection: Connection, chosen: ColumnElement[bool]) -> int:
    """Forget sessions, and count them no more; how many. Collectors to which they went keep them."""
    stop_telling(connection, select(sessions.c.session).where(chosen))
    take_sessions(connection, chosen)
    return connection.execute(delete(sessions).where(chosen)).rowcount


def _address_key(connection: Connection, address: str, now: float) -> str:
    """A hash with a key that is thrown away at the end of the day (UTC): nobody can look an address up later."""
    day = rfc3339(now)[:10]
    kept_for, _, key = (remembered(connection, "address_key") or "").partition(" ")
    if kept_for != day:
        key = secrets.token_hex(32)
        remember(connection, "address_key", f"{day} {key}")
    return hashlib.blake2b(
        address.encode("utf-8", "backslashreplace"), digest_size=16, key=bytes.fromhex(key)
    ).hexdigest()
