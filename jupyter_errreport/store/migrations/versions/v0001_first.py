"""Errors, sessions, tombstones, tokens and settings. Never changed after a release: a change is a new file."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "errors",
        sa.Column("event_id", sa.String(36), primary_key=True),
        sa.Column("received_at", sa.String(27), nullable=False),
        sa.Column("timestamp", sa.String(27), nullable=False),
        sa.Column("notebook", sa.String(200), nullable=False),
        sa.Column("session", sa.String(64)),
        sa.Column("group_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("language", sa.String(40), nullable=False),
        sa.Column("release", sa.String(100)),
        sa.Column("error_name", sa.String(200), nullable=False),
        sa.Column("error_message", sa.Text, nullable=False),
        sa.Column("first_line", sa.Text, nullable=False),
        sa.Column("execution_count", sa.Integer, nullable=False),
        sa.Column("cell_id", sa.String(64)),
        sa.Column("cell_hash", sa.String(64)),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("traceback", sa.Text, nullable=False),
        sa.Column("chain", sa.Text, nullable=False),
    )
    op.create_index("errors_by_time", "errors", ["received_at", "event_id"])
    op.create_index("errors_by_notebook", "errors", ["notebook", "received_at", "event_id"])
    op.create_index("errors_by_name", "errors", ["error_name", "received_at", "event_id"])
    op.create_index("errors_by_group", "errors", ["group_id", "received_at", "event_id"])
    op.create_index("errors_by_session", "errors", ["session", "received_at", "event_id"])
    op.create_table(
        "sessions",
        sa.Column("session", sa.String(64), primary_key=True),
        sa.Column("notebook", sa.String(200), nullable=False),
        sa.Column("release", sa.String(100)),
        sa.Column("opened_at", sa.String(27), nullable=False),
        sa.Column("last_seen_at", sa.String(27), nullable=False),
        sa.Column("good_cells", sa.Integer, nullable=False),
        sa.Column("failed_cells", sa.Integer, nullable=False),
        sa.Column("errors", sa.Integer, nullable=False),
        sa.Column("last_error_at", sa.String(27)),
        sa.Column("address_key", sa.String(32)),
    )
    op.create_index("sessions_by_time", "sessions", ["opened_at", "session"])
    op.create_index("sessions_by_notebook", "sessions", ["notebook", "opened_at", "session"])
    op.create_index("sessions_by_address", "sessions", ["address_key", "opened_at"])
    op.create_table(
        "tombstones",
        sa.Column("event_id", sa.String(36), primary_key=True),
        sa.Column("deleted_at", sa.String(27), nullable=False),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("notebook", sa.String(200)),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("revoked_at", sa.String(27)),
    )
    op.create_index("tokens_by_sha256", "tokens", ["sha256"], unique=True)
    op.create_table(
        "settings",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
