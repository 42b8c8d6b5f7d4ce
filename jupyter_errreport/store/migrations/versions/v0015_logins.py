"""People who have logged in by OpenID Connect. Never changed after a release."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Nobody has logged in so far."""
    op.create_table(
        "logins",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("known_as", sa.Text, nullable=False),
        sa.Column("groups", sa.Text, nullable=False),
        sa.Column("ends_at", sa.String(27), nullable=False),
    )
    op.create_index("logins_by_end", "logins", ["ends_at"])
