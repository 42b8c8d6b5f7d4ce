"""The page of one error: what was sent, and the author's own cell with the failing line."""

from typing import Any

from sqlalchemy import Connection

from ..store.errors.errors import find_error
from ..store.events.filters import Scope
from ..store.groups.groups import groups_by_id
from ..store.published.author_cells import author_cell_of_error


def error_page(connection: Connection, event_id: str, scope: Scope) -> dict[str, Any] | None:
    """What the page shows; None when there is no such error, or the reader's token does not open it."""
    error = find_error(connection, event_id, scope)
    if error is None:
        return None
    group = groups_by_id(connection, [error["group"]], scope).get(error["group"])
    return {"error": error, "cell": author_cell_of_error(connection, error), "group": group}
