"""Count "I do not know" apart from answers without a score."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_233000"
down_revision = "20261127_214000"
branch_labels = None
depends_on = None

ADDED = (("responses", sa.Boolean(), sa.false()), ("score_days", sa.Integer(), "0"))


def upgrade() -> None:
    for table, kind, default in ADDED:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("unknown", kind, nullable=False, server_default=default))
        # for the rows there are; whoever adds one says what it holds
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column("unknown", existing_type=kind, existing_nullable=False, server_default=None)


def downgrade() -> None:
    for table, _, _ in reversed(ADDED):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("unknown")
