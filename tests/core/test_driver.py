"""What goes to the driver itself behaves as what goes through SQLAlchemy, on both databases."""

from __future__ import annotations

from typing import Any, cast

import pytest
from sqlalchemy import Table, event, select
from sqlalchemy.exc import DBAPIError

from cxsurvey.core.context import Context
from cxsurvey.core.db.batch import Savepoint
from cxsurvey.core.db.driver import command, for_each, is_watched, rows_of
from cxsurvey.core.db.failures import Failure, failure_of
from cxsurvey.core.db.fixed import FixedInsert, FixedSelect
from cxsurvey.core.models import Limit

LIMITS = cast("Table", Limit.__table__)
ADD = FixedInsert(LIMITS)
BY_HASH = FixedSelect(select(LIMITS.c.free_at), LIMITS.c.key_hash)
ROWS = [{"key_hash": bytes([number]) * 32, "free_at": number} for number in range(6)]


@pytest.mark.parametrize(("run", "given"), [(command, []), (rows_of, [()]), (for_each, [[()]])])
def test_an_error_of_the_driver_comes_as_one_of_sqlalchemy(ctx: Context, run: Any, given: list[Any]) -> None:
    with pytest.raises(DBAPIError) as caught, ctx.connection.begin_nested():
        run(ctx.connection, "DELETE FROM nowhere", *given)

    assert failure_of(caught.value) is Failure.OWN


def test_who_listens_hears_every_statement_and_nothing_else_changes(ctx: Context) -> None:
    heard: list[str] = []

    def work() -> list[tuple[Any, ...]]:
        savepoint = Savepoint(ctx.connection)
        ADD.run(ctx.connection, ROWS)
        found = BY_HASH.run(ctx.connection, [row["key_hash"] for row in ROWS])
        savepoint.rollback()
        return sorted(found)

    assert not is_watched(ctx.connection)
    unheard = work()
    event.listen(ctx.connection, "before_cursor_execute", lambda *given: heard.append(given[2].split()[0]))

    assert work() == unheard == [(number,) for number in range(6)]
    assert heard == ["SAVEPOINT", "INSERT", "SELECT", "ROLLBACK", "RELEASE"]
