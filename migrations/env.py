"""How alembic meets the database: on the connection it is given, or an empty one when a file is drafted."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.operations.ops import MigrationScript

from cxsurvey.core.clock import SystemClock
from cxsurvey.core.db.types import UtcDateTime
from cxsurvey.wiring import metadata


def plain_type(kind: str, item: Any, _: AutogenContext) -> str | bool:
    """Spells our own types in plain SQLAlchemy: a migration must not change when the program does."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def name_by_time(_: MigrationContext, __: str | Iterable[str | None], directives: list[MigrationScript]) -> None:
    """Names the new revision by the present time, which is also how its file begins."""
    for script in directives:
        script.rev_id = SystemClock().now().strftime("%Y%m%d_%H%M%S")


def brought_up_to_date() -> sa.Connection:
    """A database in memory with all migrations so far, to compare the models with."""
    connection = sa.create_engine("sqlite://").connect()
    revisions = context.script
    migration = MigrationContext.configure(
        connection,
        opts={"fn": lambda rev, _: revisions._upgrade_revs("head", rev), "script": revisions},  # noqa: SLF001
    )
    with Operations.context(migration):
        migration.run_migrations()
    return connection


def run(connection: sa.Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        render_item=plain_type,
        process_revision_directives=name_by_time,
        compare_type=True,
    )
    context.run_migrations()


run(context.config.attributes.get("connection") or brought_up_to_date())
