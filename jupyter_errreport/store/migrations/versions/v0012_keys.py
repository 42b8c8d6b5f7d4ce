"""When a token was used last, and which notebooks reported without a key. Never changed after a release."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the column and the table. A backslash in a pattern, which parted folders, is a slash from now on."""
    op.add_column("tokens", sa.Column("last_used_at", sa.String(27)))
    op.execute(sa.text("UPDATE tokens SET notebook = REPLACE(notebook, :backslash, '/')").bindparams(backslash="\\"))
    op.create_table(
        "refusals",
        sa.Column("notebook", sa.String(200), primary_key=True),
        sa.Column("refused_at", sa.String(27), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
    )
