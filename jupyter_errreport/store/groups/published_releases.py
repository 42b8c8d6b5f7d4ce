"""The releases of a notebook that its author published: who reports can name any, and so decides nothing by that."""

from sqlalchemy import ColumnElement, Connection, func, select

from ..group_schema import group_releases
from ..naming import names_said
from ..schema import sources


def newest_published(connection: Connection, notebook: str, group_id: str) -> str | None:
    """Of the releases in which a group of this notebook was seen, the one that was published last; None without any."""
    seen = select(group_releases.c.release).where(group_releases.c.group_id == group_id)
    query = select(sources.c.release).where(_of_notebook(connection, notebook), sources.c.release.in_(seen))
    return connection.execute(query.order_by(sources.c.published_at.desc()).limit(1)).scalar()


def published_at(connection: Connection, notebook: str, release: str) -> str | None:
    """When a release was first published, of the versions that are kept; None when it was not."""
    its = _of_notebook(connection, notebook) & (sources.c.release == release)
    return connection.execute(select(func.min(sources.c.published_at)).where(its)).scalar()


def _of_notebook(connection: Connection, notebook: str) -> ColumnElement[bool]:
    """That something was published under one of a notebook's names."""
    return sources.c.notebook.in_([notebook, *names_said(connection, notebook)])
