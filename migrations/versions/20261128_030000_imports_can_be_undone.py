"""Imports can be undone: an answer names the import that stored it, and an import what was taken back of it."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_030000"
down_revision = "20261128_013000"
branch_labels = None
depends_on = None

INDEX = "ix_responses_import"
IMPORTED = sa.text("import_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("responses", sa.Column("import_id", sa.Uuid(), nullable=True))
    op.create_index(
        INDEX, "responses", ["import_id", "id", "revision"], sqlite_where=IMPORTED, postgresql_where=IMPORTED
    )
    for name in ("undone", "left_alone"):
        op.add_column("imports", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("imports", sa.Column("undo_reason", sa.String(200), nullable=True))
    op.add_column("imports", sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("undone_at", "undo_reason", "left_alone", "undone"):
        op.drop_column("imports", name)
    op.drop_index(INDEX, "responses")
    op.drop_column("responses", "import_id")
