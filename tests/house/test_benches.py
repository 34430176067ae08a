"""The measurements: what they put into a database is what the product reads, and what they print is what was."""

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


TOLD = """Running 3s test @ http://127.0.0.1:8000/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency    31.63ms   12.61ms 144.33ms   84.99%
    Req/Sec     2.05k   326.87     2.46k    63.33%
  Latency Distribution
     50%   29.03ms
     75%   34.11ms
     90%   43.70ms
     99%   86.02ms
  6128 requests in 3.00s, 1.90MB read
  Non-2xx or 3xx responses: 28
Requests/sec:   2041.30
Transfer/sec:    648.50KB
"""


def test_the_end_of_a_load_is_read_as_it_is_printed() -> None:
    assert load.read(TOLD) == load.Result(per_second=2041.3, answered=6100, refused=28, p99="86.02ms")
