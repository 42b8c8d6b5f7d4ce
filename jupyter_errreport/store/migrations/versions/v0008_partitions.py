"""On PostgreSQL, texts without a length, and errors in months. Never changed after a release.

The table that there is becomes the first part of the new one, for all ids until the next month: no row is moved.
"""
# ruff: noqa: S608 - SQL made of constants of this file, and of names that the database gives

from datetime import datetime, timezone

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_INDEXES = {
    "errors_by_time": "received_at, event_id",
    "errors_by_notebook": "identity, received_at, event_id",
    "errors_by_name": "error_name, received_at, event_id",
    "errors_by_group": "group_id, received_at, event_id",
    "errors_by_session": "session, received_at, event_id",
    "errors_by_text": "text_id, received_at, event_id",
}


def upgrade() -> None:
    """Change the types of texts, then make a partitioned table around the errors."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    _lengthen(connection)
    _divide(connection)


def _lengthen(connection: sa.Connection) -> None:
    limited = connection.execute(
        sa.text(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
            " AND data_type = 'character varying' AND table_name <> 'alembic_version' ORDER BY 1, 2"
        )
    ).all()
    for table in sorted({row.table_name for row in limited}):
        changes = [f'ALTER "{row.column_name}" TYPE TEXT COLLATE "C"' for row in limited if row.table_name == table]
        op.execute(f"ALTER TABLE {table} {', '.join(changes)}")


def _divide(connection: sa.Connection) -> None:
    now = datetime.now(timezone.utc)
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    # Ids may be a day ahead.
    for _ in range(1 if now.day < 27 else 2):
        month = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
    digits = f"{int(month.timestamp() * 1000):012x}"
    end = f"{digits[:8]}-{digits[8:]}"
    old = f"errors_until_{month:%Y_%m}"
    op.execute(f"ALTER TABLE errors RENAME TO {old}")
    op.execute(f"ALTER INDEX errors_pkey RENAME TO {old}_pkey")
    for name in _INDEXES:
        op.execute(f"ALTER INDEX {name} RENAME TO {name.replace('errors', old, 1)}")
    op.execute(f"CREATE TABLE errors (LIKE {old}) PARTITION BY RANGE (event_id)")
    op.execute("ALTER TABLE errors ADD PRIMARY KEY (event_id)")
    for name, columns in _INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON errors ({columns})")
    op.execute("CREATE TABLE errors_default PARTITION OF errors DEFAULT")
    moved = sa.text(
        f"WITH moved AS (DELETE FROM {old} WHERE event_id >= :first RETURNING *)"
        " INSERT INTO errors_default SELECT * FROM moved"
    )
    connection.execute(moved, {"first": end})
    op.execute(f"ALTER TABLE errors ATTACH PARTITION {old} FOR VALUES FROM (MINVALUE) TO ('{end}')")
