"""Keep pictures, and what a workspace shows customers of itself."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_002500"
down_revision = "20261128_002000"
branch_labels = None
depends_on = None

TEXTS = (("brand_name", sa.String(80)), ("footer", sa.String(300)))


def upgrade() -> None:
    op.create_table(
        "images",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("media_type", sa.String(20), nullable=False),
        sa.Column("width", sa.SmallInteger(), nullable=False),
        sa.Column("height", sa.SmallInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_images_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_images"),
        sa.UniqueConstraint("workspace_id", "name", name="uq_images_workspace_id_name"),
    )
    op.create_index("ix_images_name", "images", ["name"])
    with op.batch_alter_table("workspaces", schema=None) as batch_op:
        for name, kind in TEXTS:
            batch_op.add_column(sa.Column(name, kind, nullable=False, server_default=""))
        batch_op.add_column(sa.Column("logo", sa.String(60), nullable=True))
    # for the rows there are; whoever adds one says what it holds
    with op.batch_alter_table("workspaces", schema=None) as batch_op:
        for name, kind in TEXTS:
            batch_op.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("workspaces", schema=None) as batch_op:
        for name in ("logo", "footer", "brand_name"):
            batch_op.drop_column(name)
    op.drop_table("images")
