"""Sessions of which collectors are still to be told. Never changed after a release."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Of the sessions that there are a collector is told when there is something new of them."""
    op.create_table(
        "session_outbox",
        sa.Column("destination", sa.String(32), primary_key=True),
        sa.Column("session", sa.String(64), primary_key=True),
        sa.Column("known_as", sa.String(64), nullable=False),
        sa.Column("told_at", sa.String(27)),
        sa.Column("due_at", sa.String(27)),
        sa.Column("erased", sa.Integer, nullable=False),
    )
    op.create_index("session_outbox_by_time", "session_outbox", ["destination", "due_at", "session"])
    op.create_index("session_outbox_by_session", "session_outbox", ["session"])
