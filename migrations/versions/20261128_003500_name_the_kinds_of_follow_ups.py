"""Name the kinds of follow-ups: one answer to choose was called a choice, now that there may be several."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_003500"
down_revision = "20261128_003000"
branch_labels = None
depends_on = None

PLACES = (("surveys", "draft"), ("survey_versions", "definition"))


def upgrade() -> None:
    _rename("choice", "single")


def downgrade() -> None:
    _rename("single", "choice")


def _rename(old: str, new: str) -> None:
    connection = op.get_bind()
    for name, column in PLACES:
        table = sa.table(name, sa.column("id"), sa.column(column, sa.JSON))
        stored = table.c[column]
        for row_id, definition in connection.execute(sa.select(table.c.id, stored)).all():
            renamed = [each for each in definition.get("follow_ups", ()) if each["kind"] == old]
            for follow_up in renamed:
                follow_up["kind"] = new
            if renamed:
                connection.execute(table.update().where(table.c.id == row_id).values({column: definition}))
