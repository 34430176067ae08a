"""The job that sets what is derived from the answers anew, counters and marks, beside a running server."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Final

from cxsurvey.core.context import Context
from cxsurvey.core.jobs import queue
from cxsurvey.core.jobs.runner import JobRun
from cxsurvey.responses import counts
from cxsurvey.responses.queries import marks

JOB: Final = "counts.rebuild"
PAUSE_SECONDS: Final = 0.01


def order(ctx: Context) -> None:
    """Puts the job, if none is under way."""
    ctx.enqueue(JOB, {}, dedupe_key=JOB)


def rebuild(run: JobRun) -> None:
    """Handler of `JOB`: one unit for each day of each trend line, with a pause after it.

    Taken over after a crash it begins anew: a day that is counted twice is the same day.
    """
    with run.read() as ctx:
        lines = counts.trend_lines(ctx.connection)
        days = [(line, day) for line in lines for day in counts.days_of(ctx.connection, line)]
    for done, (line, day) in enumerate(days, start=1):
        run.write(partial(_recount, run=run, line=line, day=day, steps=(done, len(days))))
        run.pause(PAUSE_SECONDS)


def _recount(ctx: Context, run: JobRun, line: int, day: date, steps: tuple[int, int]) -> None:
    # responses before their day, as every unit locks them, so that two cannot cross
    marks.mend(ctx.connection, line, day)
    counts.rebuild_day(ctx, line, day)
    queue.tell(ctx.connection, run.claim, *steps)
