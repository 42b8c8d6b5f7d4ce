"""Ingest keys: tokens that stand in a notebook, so that all its readers have them. They add errors to it, no more."""

from typing import Any

from sqlalchemy import Connection, select

from ...contract import notebook_identity
from ..events.filters import Scope, after, opens
from ..paging import Cursor, Page, page_of
from ..schema import tokens
from ..scopes import notebook_of, scope_of
from ..tokens import SHOWN, keep_new_token, revoke_token, valid_token
from .refusals import forget_refusals


def create_key(connection: Connection, notebook: str) -> str:
    """Make a key of this notebook, which must be somebody's. This is the only time that anyone can see it.

    That it was not accepted until now is forgotten.
    """
    identity = notebook_identity(notebook)
    forget_refusals(connection, identity)
    return keep_new_token(connection, "report", scope_of(identity))


def list_keys(
    connection: Connection, scope: Scope, limit: int, cursor: Cursor | None = None, notebook: str | None = None
) -> Page:
    """The valid keys made last, of a notebook or of all that `scope` opens; each with its `notebook`."""
    valid = tokens.c.role == "report", tokens.c.revoked_at.is_(None), tokens.c.notebook.is_not(None)
    query = select(*SHOWN).where(*valid)
    if notebook is not None:
        query = query.where(tokens.c.notebook == scope_of(notebook_identity(notebook)))
    if cursor is not None:
        query = query.where(after(tokens, "created_at", "id", cursor))
    query = query.order_by(tokens.c.created_at.desc(), tokens.c.id.desc())
    items: list[dict[str, Any]] = []
    for row in connection.execute(query).mappings():
        name = notebook_of(row["notebook"])
        if name is not None and opens(scope, name):
            shown = ("id", "created_at", "last_used_at")
            items.append({"notebook": name, **{field: row[field] for field in shown}})
        if len(items) > limit:
            break
    return page_of(items, limit, "created_at", "id")


def revoke_key(connection: Connection, key_id: str, scope: Scope) -> str | None:
    """Make a key worthless; its notebook. None when `scope` opens no notebook with a valid key of this id."""
    row = valid_token(connection, key_id)
    if row is None or row["role"] != "report" or row["notebook"] is None:
        return None
    name = notebook_of(row["notebook"])
    if name is None or not opens(scope, name):
        return None
    return name if revoke_token(connection, key_id) else None
