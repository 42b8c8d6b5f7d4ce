"""Tokens that an operator gives out. Only their hashes are stored."""

import hashlib
import secrets
from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, insert, or_, select, update

from ..contract import Role, notebook_names, notebook_pattern
from ..event import rfc3339
from .database.clock import clock, stamp
from .news import tell_others
from .schema import notebook_names as said_names
from .schema import tokens
from .scopes import covers, scope_of

USE_SECONDS = 60
"""Within these a token's use is written down once."""


class Token(NamedTuple):
    """What a valid token allows."""

    id: str
    role: Role
    notebook: str | None
    """The notebooks it is for, with `*` and `?`; None for all."""


def token_hash(token: str) -> str:
    """What is stored of a token. Tokens are random, so that a plain hash can't be guessed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


class NewToken(NamedTuple):
    """A token that was just made. This is the only time that anyone can see it."""

    token: str
    id: str
    role: Role
    notebook: str | None


def create_token(connection: Connection, role: Role, notebook: str | None = None) -> str:
    """Make a token, which begins with its role, for the notebooks of this name or pattern; None for all."""
    return make_token(connection, role, None if notebook is None else pattern_of(connection, notebook)).token


def make_token(connection: Connection, role: Role, scope: str | None) -> NewToken:
    """The same with a pattern of identities, as `scopes` has it. Open pages are told."""
    made = NewToken(f"{role}_{secrets.token_urlsafe(32)}", secrets.token_hex(4), role, scope)
    row = {"id": made.id, "sha256": token_hash(made.token), "role": role, "notebook": scope, "created_at": stamp()}
    connection.execute(insert(tokens).values(row))
    tell_others(connection)
    return made


def pattern_of(connection: Connection, notebook: str) -> str:
    """What a token for `notebook` opens: a pattern of identities.

    The name of a copy of which an author has said that it is no copy stays.
    """
    name = notebook_names(notebook)[0]
    its = (said_names.c.name == name) & (said_names.c.notebook == name)
    is_own = connection.execute(select(said_names.c.name).where(its)).first() is not None
    return scope_of(name) if is_own else notebook_pattern(notebook)


def find_token(connection: Connection, sha256: str) -> Token | None:
    """What the token with this hash allows; None when it was never made, or was revoked."""
    row = connection.execute(
        select(tokens.c.id, tokens.c.role, tokens.c.notebook).where(
            tokens.c.sha256 == sha256, tokens.c.revoked_at.is_(None)
        )
    ).first()
    return None if row is None else Token(row.id, row.role, row.notebook)


SHOWN = (
    tokens.c.id,
    tokens.c.role,
    tokens.c.notebook,
    tokens.c.created_at,
    tokens.c.last_used_at,
    tokens.c.revoked_at,
)
"""What may be seen of a token: nothing that would let one in."""


def list_tokens(connection: Connection) -> list[dict[str, Any]]:
    """All tokens, oldest first."""
    return [dict(row) for row in connection.execute(select(*SHOWN).order_by(tokens.c.created_at)).mappings()]


def revoke_token(connection: Connection, token_id: str, scope: str | None = None) -> bool:
    """Make a token worthless. False when there is no valid one of this id that opens nothing outside of `scope`."""
    row = valid_token(connection, token_id)
    if row is None or not covers(scope, row["notebook"]):
        return False
    connection.execute(update(tokens).where(tokens.c.id == token_id).values(revoked_at=stamp()))
    tell_others(connection)
    return True


def valid_token(connection: Connection, token_id: str) -> RowMapping | None:
    """What is shown of the valid token of this id; None when there is none."""
    valid = tokens.c.id == token_id, tokens.c.revoked_at.is_(None)
    return connection.execute(select(*SHOWN).where(*valid)).mappings().first()


def note_uses(connection: Connection, token_ids: Collection[str]) -> None:
    """Keep that these were used just now, unless another process has kept it within the last minute."""
    now = clock.now()
    known = or_(tokens.c.last_used_at.is_(None), tokens.c.last_used_at < rfc3339(now - USE_SECONDS))
    used = update(tokens).where(tokens.c.id.in_(token_ids), known)
    connection.execute(used.values(last_used_at=rfc3339(now)))
