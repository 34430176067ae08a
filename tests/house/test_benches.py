"""What the measurements put into a database is what the product reads."""

from __future__ import annotations

from bench.harness import dashboard, load
from bench.harness.installation import installed, opened
from cxsurvey.core.context import OPERATOR
from cxsurvey.insights import service
from cxsurvey.insights.periods import parse


def test_the_answers_of_the_measurements_are_scored_on_the_overview() -> None:
    with installed("sqlite", load.free_port()) as here, opened(here.settings) as database:
        dashboard.fill(database, here, 0, 55)
        with database.read() as ctx:
            ctx.workspace_id, ctx.actor = here.workspace_id, OPERATOR
            (card,) = service.overview(ctx, parse({"period": "all"}, ctx.now, "UTC")).cards
    # each score from 0 to 10 five times
    assert card.report.result.n == 55
    assert dict(card.report.result.groups) == {"promoters": 10, "passives": 10, "detractors": 35}
