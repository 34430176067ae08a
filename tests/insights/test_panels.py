from __future__ import annotations

import pytest
from sqlalchemy import text

from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.errors import NotFound
from cxsurvey.insights.panels import panel


def broken(ctx: Context) -> None:
    ctx.connection.execute(text("SELECT nothing FROM nowhere"))


def works(ctx: Context) -> int:
    return int(ctx.connection.execute(text("SELECT 7")).scalar_one())


def test_a_broken_panel_shows_nothing_and_the_next_one_still_reads(database: Database) -> None:
    with database.read() as ctx:
        first, second = panel(ctx, "broken", broken), panel(ctx, "works", works)

    assert first.value is None
    assert second.value == 7


def test_a_refusal_is_the_answer_of_the_page(database: Database) -> None:
    def refuse(ctx: Context) -> None:
        raise NotFound

    with database.read() as ctx, pytest.raises(NotFound):
        panel(ctx, "refuses", refuse)
