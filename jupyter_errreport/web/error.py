"""The page of one error: what was sent, and the author's own cell with the failing line."""

from typing import Any

from sqlalchemy import Connection

from ..store.author_cells import author_cell_of_error
from ..store.groups import groups_by_id


def error_page(connection: Connection, error: dict[str, Any]) -> dict[str, Any]:
    """What the page shows of an error, as `find_error` gives it."""
    group = groups_by_id(connection, [error["group"]]).get(error["group"])
    return {"error": error, "cell": author_cell_of_error(connection, error), "group": group}
