"""Errors of which only id and count are kept. Never changed after a release."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the table of their counts."""
    op.create_table(
        "sampled",
        sa.Column("notebook", sa.String(200), primary_key=True),
        sa.Column("group_id", sa.String(64), primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("events", sa.Integer, nullable=False),
    )
    op.create_index("sampled_by_group", "sampled", ["group_id", "day"])
