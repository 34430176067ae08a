"""Tell when the report zone of a workspace changed."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_003000"
down_revision = "20261128_002500"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("workspaces", schema=None) as batch_op:
        batch_op.add_column(sa.Column("zone_changes", sa.JSON(), nullable=False, server_default="[]"))
    # for the rows there are; whoever adds one says what it holds
    with op.batch_alter_table("workspaces", schema=None) as batch_op:
        batch_op.alter_column("zone_changes", existing_type=sa.JSON(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("workspaces", schema=None) as batch_op:
        batch_op.drop_column("zone_changes")
