"""What waits to be passed on, to whom, and what became of it. Never changed after a release."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables of the outbox."""
    op.create_table(
        "destinations",
        sa.Column("destination", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("queued", sa.Integer, nullable=False),
        sa.Column("sent", sa.Integer, nullable=False),
        sa.Column("duplicate", sa.Integer, nullable=False),
        sa.Column("rejected", sa.Integer, nullable=False),
        sa.Column("dropped", sa.Integer, nullable=False),
        sa.Column("problem", sa.String(300), nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("destination", sa.String(32), primary_key=True),
        sa.Column("event_id", sa.String(36), primary_key=True),
        sa.Column("rejected", sa.String(200)),
    )
    op.create_index("outbox_by_state", "outbox", ["destination", "rejected", "event_id"])
    op.create_index("outbox_by_event", "outbox", ["event_id"])
    op.create_table(
        "told_groups",
        sa.Column("destination", sa.String(32), primary_key=True),
        sa.Column("group_id", sa.String(64), primary_key=True),
        sa.Column("quiet_until", sa.String(27), nullable=False),
    )
