"""Find the imports that are being taken back at this moment."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_053000"
down_revision = "20261128_052000"
branch_labels = None
depends_on = None


def upgrade() -> None:
    imports = sa.table("imports", sa.column("workspace_id"), sa.column("id"), sa.column("state"))
    going_on = sa.select(imports.c.workspace_id, imports.c.id).where(imports.c.state == "undoing")
    target = sa.table("imports_taken_back", sa.column("workspace_id"), sa.column("import_id"))
    op.execute(target.insert().from_select(["workspace_id", "import_id"], going_on))


def downgrade() -> None:
    """Nothing to do: the table goes."""
