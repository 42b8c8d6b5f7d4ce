"""Random secrets that belong to a database and are made when they are first needed."""

import secrets

from sqlalchemy import Connection, insert, select

from .schema import settings


def secret(connection: Connection, name: str) -> str:
    """The secret of this name, 64 hex digits. Needs a connection that may write."""
    found = connection.execute(select(settings.c.value).where(settings.c.name == name)).scalar()
    if found is not None:
        return str(found)
    made = secrets.token_hex(32)
    connection.execute(insert(settings).values(name=name, value=made))
    return made
