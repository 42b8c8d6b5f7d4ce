"""Authors say which notebooks are one; copies are known by their cells, and edited cells by their likeness.

Never changed after a release.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def _text(name: str, length: int = 200, *, key: bool = False, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), primary_key=key, nullable=nullable)


def upgrade() -> None:
    """Make the tables; a published cell is so far what its hash says."""
    op.create_table("notebook_names", _text("name", key=True), _text("said"), _text("notebook"), _text("said_at", 27))
    op.create_index("notebook_names_by_notebook", "notebook_names", ["notebook", "name"])
    op.create_table("recognised_copies", _text("name", key=True), _text("notebook"), _text("recognised_at", 27))
    op.create_index("recognised_copies_by_notebook", "recognised_copies", ["notebook", "recognised_at", "name"])
    op.add_column("source_cells", _text("lineage", 64, nullable=True))
    op.execute("UPDATE source_cells SET lineage = cell_hash")
    op.create_index("source_cells_by_cell", "source_cells", ["cell_hash", "notebook"])
    op.create_index("source_cells_by_lineage", "source_cells", ["notebook", "lineage"])
    op.add_column("regroupings", _text("alike", 64, nullable=True))
