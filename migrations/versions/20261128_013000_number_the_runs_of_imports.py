"""Number the runs of imports, so that the job of a cancelled run is told from that of the next one."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_013000"
down_revision = "20261128_003500"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("imports", sa.Column("run", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("imports", "run")
