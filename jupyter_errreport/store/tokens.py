"""Tokens that an operator gives out. Only their hashes are stored."""

import hashlib
import secrets
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update

from ..contract import Role, notebook_names, notebook_pattern
from .database.clock import stamp
from .schema import notebook_names as said_names
from .schema import tokens


class Token(NamedTuple):
    """What a valid token allows."""

    id: str
    role: Role
    notebook: str | None
    """The notebooks it is for, with `*` and `?`; None for all."""


def token_hash(token: str) -> str:
    """What is stored of a token. Tokens are random, so that a plain hash can't be guessed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def create_token(connection: Connection, role: Role, notebook: str | None = None) -> str:
    """Make a token, which begins with its role. This is the only time that anyone can see it."""
    token = f"{role}_{secrets.token_urlsafe(32)}"
    pattern = None if notebook is None else _pattern(connection, notebook)
    connection.execute(
        insert(tokens).values(
            id=secrets.token_hex(4), sha256=token_hash(token), role=role, notebook=pattern, created_at=stamp()
        )
    )
    return token


def _pattern(connection: Connection, notebook: str) -> str:
    """A pattern of identities; the name of a copy of which an author has said that it is no copy stays."""
    name = notebook_names(notebook)[0]
    its = (said_names.c.name == name) & (said_names.c.notebook == name)
    is_own = connection.execute(select(said_names.c.name).where(its)).first() is not None
    return name if is_own else notebook_pattern(notebook)


def find_token(connection: Connection, sha256: str) -> Token | None:
    """What the token with this hash allows; None when it was never made, or was revoked."""
    row = connection.execute(
        select(tokens.c.id, tokens.c.role, tokens.c.notebook).where(
            tokens.c.sha256 == sha256, tokens.c.revoked_at.is_(None)
        )
    ).first()
    return None if row is None else Token(row.id, row.role, row.notebook)


def list_tokens(connection: Connection) -> list[dict[str, Any]]:
    """All tokens, oldest first, without anything that would let one in."""
    columns = (tokens.c.id, tokens.c.role, tokens.c.notebook, tokens.c.created_at, tokens.c.revoked_at)
    return [dict(row) for row in connection.execute(select(*columns).order_by(tokens.c.created_at)).mappings()]


def revoke_token(connection: Connection, token_id: str) -> bool:
    """Make a token worthless. False when there is no valid one of this id."""
    changed = connection.execute(
        update(tokens).where(tokens.c.id == token_id, tokens.c.revoked_at.is_(None)).values(revoked_at=stamp())
    )
    return changed.rowcount > 0
