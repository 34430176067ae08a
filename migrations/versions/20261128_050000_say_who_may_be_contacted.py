"""Say in a column who may be contacted, so that they are found in order by an index."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_050000"
down_revision = "20261128_040000"
branch_labels = None
depends_on = None

LISTED = "ix_responses_contact"
CHANGED = "ix_responses_contact_changed"
SEGMENTS = [
    "touchpoint",
    "channel",
    "language",
    "country",
    "agent",
    "team",
    "department",
    "attribute_1",
    "attribute_2",
    "attribute_3",
    "attribute_4",
]
ONLY_THOSE = {"sqlite_where": sa.text("may_be_contacted = 1"), "postgresql_where": sa.text("may_be_contacted")}


def upgrade() -> None:
    op.add_column("responses", sa.Column("may_be_contacted", sa.Boolean(), nullable=False, server_default=sa.false()))
    columns = ["trend_line_id", "report_day", "answered_at", "id", "state", "score", *SEGMENTS, "may_be_contacted"]
    op.create_index(LISTED, "responses", columns, **ONLY_THOSE)
    op.create_index(CHANGED, "responses", ["workspace_id", "changed_at", "id"], **ONLY_THOSE)


def downgrade() -> None:
    op.drop_index(CHANGED, "responses")
    op.drop_index(LISTED, "responses")
    op.drop_column("responses", "may_be_contacted")
