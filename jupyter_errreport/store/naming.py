"""Which notebook something is of that came under a name: what an author said of the name, else its identity."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, func, literal, select

from ..contract import notebook_identity, notebook_names
from .database.statements import Statement, listed
from .schema import notebook_names as said_names

_KNOWN = Statement(
    "SELECT 'name' AS kind, name AS called, said, notebook FROM notebook_names WHERE name {any}"
    " UNION ALL SELECT 'copy', copies.name, copies.notebook, COALESCE("
    "(SELECT notebook FROM notebook_names WHERE notebook_names.name = copies.notebook), copies.notebook)"
    " FROM recognised_copies AS copies WHERE copies.name {any}"
    " UNION ALL SELECT DISTINCT 'cell', cell_hash, notebook, '' FROM source_cells WHERE cell_hash {any}"
)


class Naming:
    """What is known of some names, and of the cells that came with them."""

    def __init__(self, connection: Connection, names: Iterable[str], cells: Iterable[str] = ()) -> None:
        """One statement, whatever there is to ask for."""
        called = {called for name in set(names) for called in notebook_names(name)}
        wanted = listed(sorted(called))
        self._said: dict[str, str] = {}
        self._copies: dict[str, tuple[str, str]] = {}
        self.published: dict[str, set[str]] = {}
        """For each cell by which notebooks, as they call themselves there, it is published."""
        for kind, key, said, notebook in _KNOWN.rows(connection, wanted, wanted, listed(sorted(set(cells)))):
            if kind == "cell":
                self.published.setdefault(key, set()).add(said)
            elif kind == "copy":
                self._copies[key] = said, notebook
            else:
                self._said[key] = notebook

    def of(self, name: str, cell: str | None) -> str:
        """The notebook of an error: of a copy, what happens in a published cell is the published notebook's."""
        if not self._said and not self._copies:
            return notebook_identity(name)
        notebook, is_said = self.of_name(name)
        if is_said or notebook not in self._copies:
            return notebook
        publisher, origin = self._copies[notebook]
        return origin if publisher in self.published.get(cell or "", ()) else notebook

    def of_name(self, name: str) -> tuple[str, bool]:
        """The notebook that is called so, and whether an author has said it."""
        for called in notebook_names(name):
            if called in self._said:
                return self._said[called], True
        return notebook_identity(name), False

    def own_name(self, name: str) -> str:
        """The identity of a name, whatever it was joined to; itself, where an author has said that it is no copy."""
        return next(
            (called for called in notebook_names(name) if self._said.get(called) == called), notebook_identity(name)
        )

    def copied(self, name: str) -> str | None:
        """The notebook of which this name was recognised to be a copy."""
        notebook, is_said = self.of_name(name)
        return None if is_said or notebook not in self._copies else self._copies[notebook][1]


def notebook_of(connection: Connection, name: str) -> str:
    """The notebook that is called so."""
    return Naming(connection, (name,)).of_name(name)[0]


def is_notebook(column: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """That a column holds the notebook that is called so, for a query of which it is a part."""
    found = [
        select(said_names.c.notebook).where(said_names.c.name == called).scalar_subquery()
        for called in notebook_names(name)
    ]
    return column == func.coalesce(*found, literal(notebook_identity(name)))


def names_said(connection: Connection, notebook: str) -> list[str]:
    """The names of which an author has said that they are this notebook."""
    query = select(said_names.c.name).where(said_names.c.notebook == notebook, said_names.c.name != notebook)
    return list(connection.scalars(query.order_by(said_names.c.name)))
