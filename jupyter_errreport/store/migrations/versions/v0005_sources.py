"""The code cells that authors publish. Never changed after a release."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables of published sources."""
    op.create_table(
        "sources",
        sa.Column("notebook", sa.String(200), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("published_at", sa.String(27), nullable=False),
        sa.Column("release", sa.String(100)),
        sa.Column("language", sa.String(40), nullable=False),
    )
    op.create_table(
        "source_cells",
        sa.Column("notebook", sa.String(200), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("cell_hash", sa.String(64)),
        sa.Column("first_line", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
    )
    op.create_index("source_cells_by_hash", "source_cells", ["notebook", "cell_hash", "version"])
