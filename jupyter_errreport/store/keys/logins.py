"""People who have logged in, until their login ends. A browser keeps a random text, the database that text's hash."""

import json
import secrets
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from ...event import rfc3339
from ..database.clock import clock
from ..schema import logins
from ..tokens import token_hash

PERSON_LIMIT = 200


class Login(NamedTuple):
    """Who has logged in."""

    name: str
    known_as: list[str]
    groups: list[str]


def keep_login(
    connection: Connection, name: str, known_as: Collection[str], groups: Collection[str], seconds: float
) -> str:
    """Keep it for so long, and forget those that have ended. What the browser is to show, which nobody else is told."""
    now, shown = clock.now(), secrets.token_urlsafe(32)
    connection.execute(delete(logins).where(logins.c.ends_at <= rfc3339(now)))
    connection.execute(
        insert(logins).values(
            sha256=token_hash(shown),
            name=name[:PERSON_LIMIT],
            known_as=json.dumps(list(known_as)),
            groups=json.dumps(list(groups)),
            ends_at=rfc3339(now + seconds),
        )
    )
    return shown


def find_login(connection: Connection, shown: str, now: float) -> Login | None:
    """Who shows this; None when nobody does, or no longer. `now` in seconds since the epoch."""
    its = (logins.c.sha256 == token_hash(shown)) & (logins.c.ends_at > rfc3339(now))
    row = connection.execute(select(logins.c.name, logins.c.known_as, logins.c.groups).where(its)).first()
    return None if row is None else Login(row.name, json.loads(row.known_as), json.loads(row.groups))


def end_login(connection: Connection, shown: str) -> None:
    """From now on this is worth nothing."""
    connection.execute(delete(logins).where(logins.c.sha256 == token_hash(shown)))
