"""Note through which day the answers of a trend line may be shown."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_235000"
down_revision = "20261127_233000"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("trend_lines", schema=None) as batch_op:
        batch_op.add_column(sa.Column("released_through", sa.Date(), nullable=False, server_default="9999-12-31"))
    # for the rows there are; whoever adds one says what it holds
    with op.batch_alter_table("trend_lines", schema=None) as batch_op:
        batch_op.alter_column("released_through", existing_type=sa.Date(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("trend_lines", schema=None) as batch_op:
        batch_op.drop_column("released_through")
