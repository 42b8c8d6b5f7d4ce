"""By whose right an error came, and what is to be deleted elsewhere. Never changed after a release."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0007"


def upgrade() -> None:
    """Of the errors that there are nobody knows it; what was deleted before stays where it went."""
    # There already in a database that was taken back to an older revision by hand.
    if "brought_by" not in {column["name"] for column in sa.inspect(op.get_bind()).get_columns("errors")}:
        op.add_column("errors", sa.Column("brought_by", sa.String(32)))
    op.create_table(
        "deletions",
        sa.Column("destination", sa.String(32), primary_key=True),
        sa.Column("event_id", sa.String(36), primary_key=True),
    )
