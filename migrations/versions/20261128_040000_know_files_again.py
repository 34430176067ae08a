"""Imports know their file again by what it holds, and the scores of the rows they store or would store."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_040000"
down_revision = "20261128_030000"
branch_labels = None
depends_on = None

SAME_FILE = "ix_imports_digest"
BUSY = "ix_imports_state"


def upgrade() -> None:
    op.add_column("imports", sa.Column("digest", sa.String(64), nullable=True))
    op.add_column("imports", sa.Column("scores", sa.JSON(), nullable=False, server_default="{}"))
    op.create_index(SAME_FILE, "imports", ["workspace_id", "digest"])
    op.create_index(BUSY, "imports", ["workspace_id", "state"])


def downgrade() -> None:
    op.drop_index(BUSY, "imports")
    op.drop_index(SAME_FILE, "imports")
    op.drop_column("imports", "scores")
    op.drop_column("imports", "digest")
