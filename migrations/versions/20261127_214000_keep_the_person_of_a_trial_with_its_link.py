"""Keep the person of a trial with its link."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_214000"
down_revision = "20261127_213000"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("claims", sa.JSON(), nullable=False, server_default="{}"))
    # for the rows there are; whoever adds one says what it holds
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.alter_column("claims", existing_type=sa.JSON(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.drop_column("claims")
