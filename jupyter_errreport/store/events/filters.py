"""Which errors a list, a deletion or a token is about."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, and_, func, literal, or_, select, true, tuple_

from ...contract import UNKNOWN, UNTITLED, is_nobodys, notebook_identity, notebook_names
from ..naming import is_notebook
from ..paging import Cursor
from ..schema import errors, texts
from ..scopes import like_literal, likes_of, regex_of
from ..scopes import notebook_of as only_notebook_of

Scope = str | None
"""The notebooks that somebody's token opens, a pattern as `scopes` has it; None for all. Each query asks for them
itself, so that what belongs to another notebook is not found rather than hidden."""


@dataclass(frozen=True)
class Filters:
    """All that are given must hold. `since` and `until` (not included) are moments of `received_at`."""

    notebook: str | None = None
    error_name: str | None = None
    group: str | None = None
    session: str | None = None
    since: str | None = None
    until: str | None = None
    q: str | None = None
    """Text that stands in the error's name, its message or the cell's first line, in any case."""
    scope: Scope = None
    """Not a filter of the reader's."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """What the database must ask of a row of `errors`."""
        found: list[ColumnElement[bool]] = []
        for column, wanted in (
            (errors.c.error_name, self.error_name),
            (errors.c.group_id, self.group),
            (errors.c.session, self.session),
        ):
            if wanted is not None:
                found.append(column == wanted)
        if self.notebook is not None:
            found.append(is_notebook(errors.c.identity, self.notebook))
        if self.since is not None:
            found.append(errors.c.received_at >= self.since)
        if self.until is not None:
            found.append(errors.c.received_at < self.until)
        if self.q:
            found.append(errors.c.text_id.in_(select(texts.c.text_id).where(contains(texts.c.text, self.q))))
        found.append(in_scope(errors, self.scope))
        return found


def in_scope(table: Table, scope: Scope) -> ColumnElement[bool]:
    """That a row is of a notebook that `scope` opens; what is nobody's, none does."""
    if scope is None:
        return true()
    identity = table.c.identity if "identity" in table.c else table.c.notebook
    is_somebodys = and_(identity != UNKNOWN, func.lower(identity).not_like(f"{UNTITLED}%"))
    return and_(or_(*(identity.like(one, escape="\\") for one in likes_of(scope))), is_somebodys)


def contains(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """That `text`, in any case, stands in a column that holds lower case."""
    return column.like(f"%{like_literal(text.lower())}%", escape="\\")


def opens(scope: Scope, notebook: str) -> bool:
    """What `in_scope` asks of a row, asked of a notebook's name.

    A token that was made for a name of which an author has said that it is no copy opens that name, too.
    """
    identity = notebook_identity(notebook)
    return opens_notebook(scope, identity) or (
        scope is not None and only_notebook_of(scope) in notebook_names(notebook) and not is_nobodys(identity)
    )


def opens_notebook(scope: Scope, identity: str) -> bool:
    """The same of a notebook as it is called in all columns."""
    if scope is None:
        return True
    return not is_nobodys(identity) and regex_of(scope).fullmatch(identity) is not None


def after(table: Table, order: str, key: str, cursor: Cursor) -> ColumnElement[bool]:
    """That a row comes behind `cursor` in a list that begins with the newest, or the largest."""
    # Rows that compare as one, (a, b) < (x, y), are what an index can be entered with.
    return tuple_(table.c[order], table.c[key]) < tuple_(literal(cursor.value), literal(cursor.key))
