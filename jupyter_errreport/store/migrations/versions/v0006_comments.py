"""What readers say of errors, and whose words a group's hint is. Never changed after a release."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table of comments."""
    op.create_table(
        "comments",
        sa.Column("comment_id", sa.String(36), primary_key=True),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("group_id", sa.String(64), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("comments_by_event", "comments", ["event_id", "at"])
    op.create_index("comments_by_group", "comments", ["group_id", "at"])
    op.add_column("groups", sa.Column("hint_from", sa.String(200)))
