"""What authors say of names: that a name is this notebook, or that it is not. Either can be taken back."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, Table, delete, insert, select, update

from ...contract import is_nobodys, notebook_identity, notebook_names
from ..database.clock import stamp
from ..figures.sampled import move_sampled_of_notebook
from ..group_schema import alerts, thinned
from ..naming import Naming, notebook_of
from ..news import tell_others
from ..paging import in_parts
from ..schema import errors, recognised_copies, sessions
from ..schema import notebook_names as said_names
from .rehome import move_errors, move_sessions

LIMIT = 500
"""Names of one notebook of which something can be said."""


class NamingError(Exception):
    """What was said can't be; the text says why. `is_unknown` says that the notebook has no such name."""

    def __init__(self, text: str, is_unknown: bool = False) -> None:
        super().__init__(text)
        self.is_unknown = is_unknown


class Said(NamedTuple):
    """What has come of it."""

    name: str
    """As it is kept: without folder and `.ipynb`."""
    notebook: str
    """What it is now."""
    was: str
    """What it was."""
    moved: int
    """Events that are of another notebook now."""


def join_name(connection: Connection, name: str, notebook: str) -> Said:
    """Have a name be this notebook, with all that came under it and will come. Raises `NamingError`."""
    key, to = notebook_names(name)[0], notebook_of(connection, notebook)
    naming = Naming(connection, (name,))
    was, copied = naming.of_name(name)[0], naming.copied(name)
    if is_nobodys(was) or is_nobodys(to):
        raise NamingError("Notebooks of this name belong to nobody: everybody has one that is called so.")
    if was == to:
        return Said(key, to, was, 0)
    if len(_said_of(connection, to)) >= LIMIT:
        raise NamingError(f"A notebook can have {LIMIT:,} names.")
    connection.execute(delete(said_names).where(said_names.c.name == key))
    if notebook_of(connection, name) != to:
        _say(connection, key, to)
    connection.execute(delete(recognised_copies).where(recognised_copies.c.name == key))
    _follow(connection)
    tell_others(connection)
    return Said(key, to, was, _move(connection, {was, copied or was}))


def part_name(connection: Connection, name: str, notebook: str) -> Said:
    """Have a name be this notebook no more, but what it was, or a notebook of its own. Raises `NamingError`."""
    key, was = notebook_names(name)[0], notebook_of(connection, notebook)
    naming = Naming(connection, (name,))
    if naming.copied(name) == was:
        key = naming.of_name(name)[0]
        connection.execute(delete(recognised_copies).where(recognised_copies.c.name == key))
        _say(connection, key, key)
    elif naming.of_name(name)[0] != was:
        raise NamingError("This notebook has no such name.", is_unknown=True)
    elif key == was:
        raise NamingError("This is the notebook's own name.")
    else:
        connection.execute(delete(said_names).where(said_names.c.name == key))
        _follow(connection)
        if notebook_of(connection, name) == was:
            if len(_said_of(connection, was)) >= LIMIT:
                raise NamingError(f"Of {LIMIT:,} names of a notebook something can be said.")
            _say(connection, key, key)
    _follow(connection)
    tell_others(connection)
    return Said(key, notebook_of(connection, name), was, _move(connection, {was}))


def _say(connection: Connection, name: str, notebook: str) -> None:
    row = {"name": name, "said": notebook, "notebook": notebook, "said_at": stamp()}
    connection.execute(delete(said_names).where(said_names.c.name == name))
    connection.execute(insert(said_names).values(row))


def _said_of(connection: Connection, notebook: str) -> list[str]:
    return list(connection.scalars(select(said_names.c.name).where(said_names.c.notebook == notebook)))


def _follow(connection: Connection) -> None:
    """Have each name be what the notebook is that it was said to be."""
    rows = connection.execute(select(said_names.c.name, said_names.c.said, said_names.c.notebook)).all()
    said = {row.name: row.said for row in rows}
    for row in rows:
        found = _end(said, row.name)
        if found != row.notebook:
            connection.execute(update(said_names).where(said_names.c.name == row.name).values(notebook=found))


def _end(said: Mapping[str, str], name: str) -> str:
    """The notebook that a name is in the end."""
    seen: set[str] = set()
    while called := next((called for called in notebook_names(name) if called in said), None):
        name = said[called]
        if name == called or called in seen:
            return name
        seen.add(called)
    return notebook_identity(name)


def _move(connection: Connection, notebooks: Iterable[str]) -> int:
    """Have all that came for these notebooks be where its name says now; how many events moved."""
    moved = 0
    for notebook in sorted(set(notebooks)):
        for to, names in _elsewhere(connection, errors, notebook).items():
            for part in in_parts(names):
                chosen = (errors.c.identity == notebook) & errors.c.notebook.in_(part)
                moved += move_errors(connection, chosen, notebook, to)
        for to, names in _elsewhere(connection, sessions, notebook).items():
            for part in in_parts(names):
                chosen = (sessions.c.identity == notebook) & sessions.c.notebook.in_(part)
                move_sessions(connection, chosen, list(part), to)
        # Of what was only counted nobody knows the name under which it came.
        if (now := notebook_of(connection, notebook)) != notebook:
            move_sampled_of_notebook(connection, notebook, now)
            its = (alerts.c.notebook == notebook) & alerts.c.group_id.is_(None)
            connection.execute(update(alerts).where(its).values(notebook=now))
    return moved


def _elsewhere(connection: Connection, table: Table, notebook: str) -> dict[str, list[str]]:
    """Names under which something came for a notebook, of which they are not: by what they are."""
    tables = (errors, thinned) if table is errors else (table,)
    queries = [select(one.c.notebook).where(one.c.identity == notebook).distinct() for one in tables]
    names = {name for query in queries for name in connection.scalars(query)}
    naming = Naming(connection, names)
    found: dict[str, list[str]] = {}
    for name in sorted(names):
        own = naming.of_name(name)[0]
        # Errors of a copy, where its cells are published, are there for those.
        now = own if table is sessions or own == notebook else naming.copied(name) or own
        if now != notebook:
            found.setdefault(now, []).append(name)
    return found
