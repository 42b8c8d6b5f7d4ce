"""Ingest keys: tokens that stand in a notebook, so that all its readers have them. They add errors to it, no more."""

from typing import Any

from sqlalchemy import Connection, select

from ...contract import is_nobodys
from ..events.filters import Scope, after, opens_notebook
from ..naming import Naming, names_said
from ..paging import Cursor, Page, page_of
from ..schema import tokens
from ..scopes import notebook_of, scope_of
from ..tokens import SHOWN, NewToken, make_token, revoke_token, valid_token
from .refusals import forget_refusals


def create_key(connection: Connection, notebook: str) -> NewToken:
    """Make a key of this notebook, which must be somebody's. This is the only time that anyone can see it.

    That it was not accepted until now is forgotten.
    """
    name = name_of_key(connection, notebook)
    forget_refusals(connection, name)
    return make_token(connection, "report", scope_of(name))


def name_of_key(connection: Connection, notebook: str) -> str:
    """Whose key one of this notebook is: its identity's, or a copy's of which an author has said that it is no copy.

    A name that an author has joined to another notebook keeps its own key, since errors come under that name.
    """
    return Naming(connection, (notebook,)).own_name(notebook)


def may_have_key(connection: Connection, scope: Scope, notebook: str) -> bool:
    """Whether who sees the notebooks `scope` may make a key of this one, and revoke it."""
    name = name_of_key(connection, notebook)
    return not is_nobodys(name) and _opens(Naming(connection, (name,)), scope, name)


def list_keys(
    connection: Connection, scope: Scope, limit: int, cursor: Cursor | None = None, notebook: str | None = None
) -> Page:
    """The valid keys made last, of a notebook or of all that `scope` opens; each with its `notebook`."""
    valid = tokens.c.role == "report", tokens.c.revoked_at.is_(None), tokens.c.notebook.is_not(None)
    query = select(*SHOWN).where(*valid)
    if notebook is not None:
        own = Naming(connection, (notebook,)).of_name(notebook)[0]
        names = [own, *names_said(connection, own)]
        query = query.where(tokens.c.notebook.in_([scope_of(name) for name in names]))
    if cursor is not None:
        query = query.where(after(tokens, "created_at", "id", cursor))
    query = query.order_by(tokens.c.created_at.desc(), tokens.c.id.desc())
    items: list[dict[str, Any]] = []
    rows = connection.execute(query).mappings().all()
    naming = Naming(connection, filter(None, (notebook_of(row["notebook"]) for row in rows)))
    for row in rows:
        name = notebook_of(row["notebook"])
        if name is not None and _opens(naming, scope, name):
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
    if name is None or not _opens(Naming(connection, (name,)), scope, name):
        return None
    return name if revoke_token(connection, key_id) else None


def _opens(naming: Naming, scope: Scope, name: str) -> bool:
    """Whether `scope` opens the notebook of this name, or the one to which it was joined."""
    return opens_notebook(scope, name) or opens_notebook(scope, naming.of_name(name)[0])
