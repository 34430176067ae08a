"""Find among the responses there are those whose customers may be contacted, by what they said on the page."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_051000"
down_revision = "20261128_050000"
branch_labels = None
depends_on = None

AT_ONCE = 500


def upgrade() -> None:
    connection = op.get_bind()
    responses = sa.table(
        "responses", sa.column("id", sa.Uuid), sa.column("claims", sa.JSON), sa.column("may_be_contacted", sa.Boolean)
    )
    named = sa.cast(responses.c.claims, sa.Text).like('%"contact"%')
    found = [
        row_id
        for row_id, claims in connection.execute(sa.select(responses.c.id, responses.c.claims).where(named))
        if isinstance(said := claims.get("contact"), dict) and said.get("consent")
    ]
    for first in range(0, len(found), AT_ONCE):
        those = responses.c.id.in_(found[first : first + AT_ONCE])
        connection.execute(responses.update().where(those).values(may_be_contacted=True))


def downgrade() -> None:
    """Nothing to do: the column goes."""
