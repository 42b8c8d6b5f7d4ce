"""What a client says that it sends, and where a receiver hid something. Never changed after a release."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the two columns to `errors`."""
    op.add_column("errors", sa.Column("policy", sa.String(16)))
    op.add_column("errors", sa.Column("masked", sa.String(200)))
