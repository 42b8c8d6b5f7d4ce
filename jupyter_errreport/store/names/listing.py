"""Tells under which names a notebook is known, and which notebooks are called much like it."""

from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import Connection, select

from ...contract import is_nobodys, notebook_names
from ..events.filters import Scope, in_scope
from ..group_schema import notebooks
from ..naming import Naming, names_said
from ..schema import errors, recognised_copies, sessions

NEWEST = 1_000
"""Errors, and sessions, whose names are looked at."""
COPIES = 100
"""Recognised copies that are told, the newest ones."""
ALIKE = 0.6
"""From which likeness on, as `difflib` has it, a name is told as a similar one."""
SIMILAR = 3


def list_names(connection: Connection, notebook: str) -> list[dict[str, Any]]:
    """The names of a notebook besides its own: each `name` and `how` it is known.

    `said`: by an author. `cells`: as a copy, by the cells that are published. `copy`: as a copy, by what copying adds
    to a name; of these those under which something came last.
    """
    said = names_said(connection, notebook)
    query = select(recognised_copies.c.name).where(recognised_copies.c.notebook.in_([notebook, *said]))
    query = query.order_by(recognised_copies.c.recognised_at.desc(), recognised_copies.c.name).limit(COPIES)
    found = dict.fromkeys(said, "said")
    for name in connection.scalars(query):
        found.setdefault(name, "cells")
    raw = _newest_names(connection, notebook)
    naming = Naming(connection, raw)
    for name in sorted(raw):
        called = notebook_names(name)[0]
        if called != notebook and naming.of_name(name)[0] == notebook:
            found.setdefault(called, "copy")
    return [{"name": name, "how": how} for name, how in found.items()]


def similar_notebooks(connection: Connection, notebook: str, scope: Scope) -> list[str]:
    """Notebooks with errors, among those that `scope` opens, whose names are most like this one's."""
    query = select(notebooks.c.notebook).where(notebooks.c.events > 0, in_scope(notebooks, scope))
    query = query.order_by(notebooks.c.last_seen.desc()).limit(NEWEST)
    wanted = notebook.lower()
    ranked = []
    for name in connection.scalars(query):
        other = name.lower()
        is_part = min(len(wanted), len(other)) >= 3 and (wanted in other or other in wanted)
        likeness = max(SequenceMatcher(None, wanted, other, autojunk=False).ratio(), ALIKE * is_part)
        if name != notebook and likeness >= ALIKE and not is_nobodys(name):
            ranked.append((-likeness, name))
    return [name for _, name in sorted(ranked)[:SIMILAR]]


def _newest_names(connection: Connection, notebook: str) -> set[str]:
    found: set[str] = set()
    for table, moment in ((errors, errors.c.received_at), (sessions, sessions.c.opened_at)):
        newest = select(table.c.notebook).where(table.c.identity == notebook).order_by(moment.desc()).limit(NEWEST)
        found.update(connection.scalars(newest))
    return found
