"""By whose right an error came, and what is to be deleted elsewhere. Never changed after a release."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Of the errors that there are nobody knows it; what was deleted before stays where it went."""
    op.create_table(
        "bringers",
        sa.Column("event_id", sa.String(36), primary_key=True),
        sa.Column("brought_by", sa.String(32), nullable=False),
    )
    op.create_table(
        "deletions",
        sa.Column("destination", sa.String(32), primary_key=True),
        sa.Column("event_id", sa.String(36), primary_key=True),
    )
