"""What a database remembers of its server: random secrets that are made when they are first needed, and words."""

import secrets

from sqlalchemy import Connection, insert, select, update

from .schema import settings


def secret(connection: Connection, name: str) -> str:
    """The secret of this name, 64 hex digits. Needs a connection that may write."""
    found = connection.execute(select(settings.c.value).where(settings.c.name == name)).scalar()
    if found is not None:
        return str(found)
    made = secrets.token_hex(32)
    connection.execute(insert(settings).values(name=name, value=made))
    return made


def remembered(connection: Connection, name: str) -> str | None:
    """The word that is kept under this name; None for none."""
    return connection.scalar(select(settings.c.value).where(settings.c.name == name))


def remember(connection: Connection, name: str, value: str) -> None:
    """Keep a word under this name, in place of the last one."""
    if not connection.execute(update(settings).where(settings.c.name == name).values(value=value)).rowcount:
        connection.execute(insert(settings).values(name=name, value=value))
