"""What is left of errors whose texts are thinned out. Never changed after a release."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Nothing is thinned out yet."""
    op.create_table(
        "thinned",
        sa.Column("event_id", sa.String(40), primary_key=True),
        sa.Column("received_at", sa.String(27), nullable=False),
        sa.Column("last_received_at", sa.String(27), nullable=False),
        sa.Column("notebook", sa.String(200), nullable=False),
        sa.Column("identity", sa.String(200), nullable=False),
        sa.Column("session", sa.String(64)),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("group_id", sa.String(64), nullable=False),
        sa.Column("text_id", sa.String(32), nullable=False),
        sa.Column("release", sa.String(100)),
        sa.Column("error_name", sa.String(200), nullable=False),
        sa.Column("first_line", sa.Text, nullable=False),
        sa.Column("execution_count", sa.Integer, nullable=False),
        sa.Column("execution_sum", sa.Integer, nullable=False),
        sa.Column("cell_id", sa.String(64)),
        sa.Column("cell_hash", sa.String(64)),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("events", sa.Integer, nullable=False),
    )
    for name, columns in {
        "thinned_by_group": ["group_id", "received_at"],
        "thinned_by_notebook": ["identity", "received_at"],
        "thinned_by_session": ["session"],
        "thinned_by_time": ["received_at"],
    }.items():
        op.create_index(name, "thinned", columns)
