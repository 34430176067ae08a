"""Know which imports are being taken back where their responses are looked up, and refuse what comes again of them."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_052000"
down_revision = "20261128_051000"
branch_labels = None
depends_on = None

TABLE = "imports_taken_back"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=f"fk_{TABLE}_workspace_id_workspaces"),
        sa.PrimaryKeyConstraint("workspace_id", "import_id", name=f"pk_{TABLE}"),
    )


def downgrade() -> None:
    op.drop_table(TABLE)
