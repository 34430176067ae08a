"""List invitations, newest first, without sorting them all."""

from alembic import op

revision = "20261128_001000"
down_revision = "20261127_235000"
branch_labels = None
depends_on = None

LISTS = ("workspace_id", "survey_id")


def upgrade() -> None:
    for owner in LISTS:
        op.create_index(f"ix_invitations_{owner}_created_at", "invitations", [owner, "created_at", "id"])
        op.drop_index(f"ix_invitations_{owner}", table_name="invitations")


def downgrade() -> None:
    for owner in LISTS:
        op.create_index(f"ix_invitations_{owner}", "invitations", [owner])
        op.drop_index(f"ix_invitations_{owner}_created_at", table_name="invitations")
