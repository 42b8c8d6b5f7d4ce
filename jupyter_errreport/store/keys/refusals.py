"""Which notebooks reported without a key where one is asked for: their names, when, how often, and nothing else."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, case, delete, insert, select, update

from ...event import rfc3339
from ..database.clock import clock
from ..events.filters import Scope, opens_notebook
from ..naming import Naming
from ..schema import refusals

MOST = 100
"""Notebooks that are remembered: anybody can make up names."""
DAYS = 30
"""After which a notebook that no longer reports is forgotten."""


def keep_refusals(connection: Connection, counts: Mapping[str, int]) -> None:
    """Count so many refused reports of each of these notebooks, given by their identities.

    When there are too many notebooks, those go first that were refused once, then those longest ago; what came just
    now goes last.
    """
    now = rfc3339(clock.now())
    for notebook, count in counts.items():
        its = refusals.c.notebook == notebook
        more = update(refusals).where(its).values(count=refusals.c.count + count, refused_at=now)
        if not connection.execute(more).rowcount:
            connection.execute(insert(refusals).values(notebook=notebook, count=count, refused_at=now))
    connection.execute(delete(refusals).where(refusals.c.refused_at < rfc3339(clock.last - DAYS * 86_400)))
    is_old = case((refusals.c.refused_at == now, 0), else_=1)
    is_single = case((refusals.c.count == 1, 1), else_=0)
    order = is_old, is_single, refusals.c.refused_at.desc(), refusals.c.notebook
    surplus = connection.scalars(select(refusals.c.notebook).order_by(*order).offset(MOST)).all()
    if surplus:
        connection.execute(delete(refusals).where(refusals.c.notebook.in_(surplus)))


def list_refusals(connection: Connection, scope: Scope) -> list[dict[str, Any]]:
    """The names of notebooks that `scope` opens, the one that was refused last first."""
    query = select(refusals).order_by(refusals.c.refused_at.desc(), refusals.c.notebook)
    rows = connection.execute(query).mappings().all()
    naming = Naming(connection, [row["notebook"] for row in rows])
    return [
        dict(row)
        for row in rows
        if opens_notebook(scope, row["notebook"]) or opens_notebook(scope, naming.of_name(row["notebook"])[0])
    ]


def forget_refusals(connection: Connection, notebook: str) -> None:
    """Forget that reports of this notebook were refused."""
    connection.execute(delete(refusals).where(refusals.c.notebook == notebook))
