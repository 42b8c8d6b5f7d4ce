"""Fewer pages to write for an error that arrives. Never changed after a release."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_BY_THEIR_KEYS = (
    *("group_days", "group_sessions", "group_releases", "group_cells", "group_fingerprints", "cell_groups"),
    *("notebooks", "notebook_days", "notebook_releases", "notebook_cells", "cell_sessions"),
    *("sampled", "bringers", "tombstones"),
)
_ORDERS = ("last_seen", "first_seen", "count", "sessions")


def upgrade() -> None:
    """On SQLite keep what is small in the order of its keys; of groups that are open keep no index by status."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        for table in _BY_THEIR_KEYS:
            _keep_by_key(connection, table)
    decided = sa.text("status <> 'open'")
    for order in _ORDERS:
        op.drop_index(f"groups_by_{order}", "groups")
        op.create_index(f"groups_by_{order}", "groups", [order, "group_id", "status"])
        name = f"groups_by_status_and_{order}"
        op.drop_index(name, "groups")
        op.create_index(name, "groups", ["status", order, "group_id"], sqlite_where=decided, postgresql_where=decided)


def _keep_by_key(connection: sa.Connection, table: str) -> None:
    """Without a number for each row, which costs a second tree: the rows are those of the key's."""
    found = sa.text("SELECT sql FROM sqlite_master WHERE tbl_name = :table AND type = :type AND sql IS NOT NULL")
    made = connection.execute(found, {"table": table, "type": "table"}).scalar_one()
    if "WITHOUT ROWID" in made.upper():
        return  # of an old release's database, of which tables of this one are a part
    indexes = connection.scalars(found, {"table": table, "type": "index"}).all()
    op.rename_table(table, f"{table}_before")
    op.execute(f"{made} WITHOUT ROWID")
    op.execute(f"INSERT INTO {table} SELECT * FROM {table}_before")  # noqa: S608 - names of this file
    op.drop_table(f"{table}_before")
    for index in indexes:
        op.execute(index)
