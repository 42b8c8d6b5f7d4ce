"""Recognises a copy under any name by its cells, where its author has published them.

Whoever may report can send what they like, so that this only ever adds: errors in cells that a notebook has published
go to it, as if they had been sent under its name, and nothing else of the copy moves. A notebook that has published
something itself, of which an author has said something, or that somebody can see who would then see its errors no more,
is no copy.
"""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import Connection, func, insert, or_, select

from ...contract import is_nobodys
from ..database.clock import stamp
from ..database.statements import Statement, listed
from ..events.filters import opens_notebook
from ..group_schema import notebook_cells
from ..naming import Naming
from ..schema import errors, notebook_names, recognised_copies, source_cells, sources, tokens
from .rehome import move_errors

ENOUGH = 3
"""Cells in which a copy's readers must have failed, and that one notebook alone has published."""
CELLS_LIMIT = 1_000
"""Cells of a copy that are looked at."""
COPIES_LIMIT = 1_000
"""Copies of one notebook that are recognised: strangers can make up as many names as they like."""

_KNOWN = Statement(
    "SELECT found.notebook, found.cell FROM {keys} JOIN notebook_cells AS found"
    " ON found.notebook = keys.a AND found.cell = keys.b"
)


def perhaps_copies(connection: Connection, naming: Naming, arrived: Iterable[tuple[str, str]]) -> set[str]:
    """The notebooks in which errors arrive, for the first time, in cells that another one has published.

    `arrived` are pairs of a notebook and the hash of a cell.
    """
    if not naming.published:
        return set()
    found = {
        (notebook, cell)
        for notebook, cell in arrived
        if cell in naming.published and notebook not in naming.published[cell] and not is_nobodys(notebook)
    }
    if found:
        found -= {(row[0], row[1]) for row in _KNOWN.rows(connection, listed(sorted(found)))}
    return {notebook for notebook, _ in found}


def recognise(connection: Connection, notebooks: Iterable[str]) -> bool:
    """Have those of these notebooks that turn out to be copies be known as such; whether there was one."""
    found = False
    for notebook in sorted(notebooks):
        published = _origin(connection, notebook)
        if published is None:
            continue
        row = {"name": notebook, "notebook": published, "recognised_at": stamp()}
        connection.execute(insert(recognised_copies).values(row))
        cells = select(source_cells.c.cell_hash).where(
            source_cells.c.notebook == published, source_cells.c.cell_hash.is_not(None)
        )
        to = Naming(connection, (published,)).of_name(published)[0]
        chosen = (errors.c.identity == notebook) & errors.c.cell_hash.in_(cells)
        found |= move_errors(connection, chosen, notebook, to) > 0
    return found


def _origin(connection: Connection, notebook: str) -> str | None:
    """The published notebook of which this one is a copy; None for none, or when that is not plain."""
    query = select(notebook_cells.c.cell).where(notebook_cells.c.notebook == notebook)
    query = query.where(notebook_cells.c.cell != "", notebook_cells.c.cell.not_like("[%")).limit(CELLS_LIMIT)
    cells = set(connection.scalars(query))
    if len(cells) < ENOUGH or _is_decided(connection, notebook):
        return None
    published = Naming(connection, (), cells).published
    alone, all_of = Counter[str](), Counter[str]()
    for notebooks in published.values():
        all_of.update(notebooks)
        if len(notebooks) == 1:  # what several have tells nothing: everybody imports numpy
            alone.update(notebooks)
    best = [name for name, number in alone.items() if number >= ENOUGH and 2 * all_of[name] > len(cells)]
    if len(best) != 1 or is_nobodys(best[0]):
        return None
    to = Naming(connection, best).of_name(best[0])[0]
    if to == notebook or _is_somebodys(connection, notebook, to):
        return None
    number = select(func.count()).select_from(recognised_copies).where(recognised_copies.c.notebook == best[0])
    return best[0] if connection.execute(number).scalar_one() < COPIES_LIMIT else None


def _is_decided(connection: Connection, notebook: str) -> bool:
    """Whether it has a source of its own, something was said of its name, or it is known as a copy already."""
    said = or_(notebook_names.c.name == notebook, notebook_names.c.notebook == notebook)
    return any(
        connection.execute(query.limit(1)).first() is not None
        for query in (
            select(sources.c.version).where(sources.c.notebook == notebook),
            select(notebook_names.c.name).where(said),
            select(recognised_copies.c.name).where(recognised_copies.c.name == notebook),
        )
    )


def _is_somebodys(connection: Connection, notebook: str, to: str) -> bool:
    """Whether a token opens this notebook and not the other one: its owner must not lose an error."""
    query = select(tokens.c.notebook).where(tokens.c.revoked_at.is_(None), tokens.c.notebook.is_not(None)).distinct()
    patterns = connection.scalars(query).all()
    return any(opens_notebook(pattern, notebook) and not opens_notebook(pattern, to) for pattern in patterns)
