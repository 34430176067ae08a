"""Know of each import from when to when the answers are that it stores, or would."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_054000"
down_revision = "20261128_053000"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("first_answered_at", "last_answered_at"):
        op.add_column("imports", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("last_answered_at", "first_answered_at"):
        op.drop_column("imports", name)
