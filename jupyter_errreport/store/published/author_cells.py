"""The author's own cell for a reader's error: the published cell of the same hash, with the failing line marked.

No literal left the reader's kernel; those that are shown are the author's. Lines are the author's too: a reader who
added a comment has the same hash, and errors some lines further down.
"""

import math
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from ..events.rows import event_of
from ..figures.rollups import CELL
from ..group_schema import groups
from ..naming import names_said, notebook_of
from ..schema import errors, source_cells, sources
from .sources import published_as

ALIKE = 0.6
"""From which likeness on (0 to 1, as `difflib` has it) a first line is taken for a changed one of the author's."""
_COLUMNS = (
    source_cells.c.number,
    source_cells.c.first_line,
    source_cells.c.source,
    sources.c.version,
    sources.c.published_at,
    sources.c.release,
)


def author_cell_of_error(connection: Connection, error: Mapping[str, Any]) -> dict[str, Any] | None:
    """The author's cell in which an error (as `find_error` gives it) happened; None when nothing fits.

    `changed` says that no published cell has the same code: then it is the one that looks most like it, and no line
    is marked. `versions` are those in which this very cell stands, newest first.
    """
    same = same_cell_of_error(connection, error)
    if same is not None:
        return same
    alike = _most_alike(connection, error)
    return None if alike is None else _shown(alike, failed=None, versions=[alike["version"]], changed=True)


def same_cell_of_error(connection: Connection, error: Mapping[str, Any]) -> dict[str, Any] | None:
    """The same, of the cells that have the very code in which it happened."""
    notebook, release = _notebook(connection, error), error["release"]
    rows = _of_hash(connection, notebook, error["cell_hash"])
    if not rows:
        return None
    # Of equal cells with other literals the one that the reader had, as far as one can tell.
    row = next((row for row in rows if release is not None and row["release"] == release), rows[0])
    versions = sorted({row["version"] for row in rows}, reverse=True)
    return _shown(row, failed=failed_line(error), versions=versions, changed=False)


def author_cell_of_group(connection: Connection, group: Mapping[str, Any]) -> dict[str, Any] | None:
    """The author's cell of the error by which a group (as `find_group` gives it) is shown: of its newest one there."""
    if not any(cell["cell"] == group["cell"] for cell in group["cells"]):
        return None
    its = (errors.c.group_id == group["group"]) & (group["cell"] == CELL)
    newest = select(errors).where(its).order_by(errors.c.received_at.desc(), errors.c.event_id.desc()).limit(1)
    row = connection.execute(newest).mappings().first()
    return None if row is None else author_cell_of_error(connection, event_of(row))


def failed_line(error: Mapping[str, Any]) -> int | None:
    """The line of its cell in which an error happened, the first is 1; None when the traceback does not say."""
    here = (f"<cell {error['execution_count']}>", "<cell>")
    lines = [frame["lineno"] for frame in error["traceback"] if frame["filename"] in here]
    return lines[-1] if lines else None


def _of_hash(connection: Connection, notebook: str, cell_hash: str | None) -> list[RowMapping]:
    """The published cells of a hash, newest version first."""
    if cell_hash is None:
        return []
    names = [notebook, *names_said(connection, notebook)]
    query = _joined().where(source_cells.c.notebook.in_(names), source_cells.c.cell_hash == cell_hash)
    query = query.order_by(source_cells.c.notebook != published_as(connection, notebook))
    return list(connection.execute(query.order_by(sources.c.version.desc(), source_cells.c.number)).mappings())


def _most_alike(connection: Connection, error: Mapping[str, Any]) -> RowMapping | None:
    """The cell of the newest version whose first line is most like the error's; of equal ones the one run in its place.

    None when none is like it.
    """
    if not error["first_line"]:
        return None
    notebook = published_as(connection, _notebook(connection, error))
    newest = select(sources.c.version).where(sources.c.notebook == notebook)
    newest = newest.order_by(sources.c.version.desc()).limit(1)
    query = _joined().where(source_cells.c.notebook == notebook, source_cells.c.version == newest.scalar_subquery())
    # SequenceMatcher keeps what it knows of the second text.
    matcher = SequenceMatcher(None, "", error["first_line"], autojunk=False)
    best, best_rank = None, (ALIKE, -math.inf)
    for row in connection.execute(query.order_by(source_cells.c.number)).mappings():
        matcher.set_seq1(row["first_line"])
        if matcher.real_quick_ratio() < best_rank[0] or matcher.quick_ratio() < best_rank[0]:
            continue
        rank = (matcher.ratio(), -abs(row["number"] - error["execution_count"]))
        if rank > best_rank:
            best, best_rank = row, rank
    return best


def _notebook(connection: Connection, error: Mapping[str, Any]) -> str:
    """Whose error it is: the group says it, also of a copy under another name."""
    of_group = select(groups.c.notebook).where(groups.c.group_id == error["group"])
    return connection.execute(of_group).scalar() or notebook_of(connection, error["notebook"])


def _joined() -> Any:
    same = (sources.c.notebook == source_cells.c.notebook) & (sources.c.version == source_cells.c.version)
    return select(*_COLUMNS).join(sources, same)


def _shown(row: RowMapping, failed: int | None, versions: list[int], changed: bool) -> dict[str, Any]:
    texts = row["source"].splitlines()
    # IPython runs a cell without the empty lines that it begins with, and counts without them.
    skipped = next((index for index, text in enumerate(texts) if text.strip()), 0)
    place = None if failed is None else failed + skipped
    return {
        **{name: row[name] for name in ("version", "published_at", "release", "number")},
        "versions": versions,
        "lines": [{"n": n, "text": text, "failed": n == place} for n, text in enumerate(texts, 1)],
        "changed": changed,
    }
