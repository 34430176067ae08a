"""Releases anonymous answers in groups, so that nobody is found by watching numbers grow or by subtracting two of them.

Answers that came on days which are over wait until there are as many counted ones as the workspace's smallest group.
Then all of them become answers of the last of these days, and lose what tied them to the form they were sent with. From
then on every number, list and file may hold them: each period holds whole groups only, and so does the difference
of any two periods. A group is never made anew, whatever happens to the answers, the zone or the minimum later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from cxsurvey.core.context import Context
from cxsurvey.core.jobs.runner import JobRun
from cxsurvey.responses import counts
from cxsurvey.responses.anonymity import DAYS_TO_CHANGE, day_as_instant, zone
from cxsurvey.responses.queries import anonymous
from cxsurvey.responses.states import contribution
from cxsurvey.scoring.withholding import SMALLEST_MINIMUM

JOB = "responses.release"
CHUNK = 200


def release(run: JobRun) -> None:
    """Handler of `JOB`: releases what is due on every trend line of an anonymous survey."""
    with run.read() as ctx:
        lines = anonymous.lines(ctx.connection)
    for line in lines:
        while run.write(partial(release_some, line_id=line.id), lane_key=line.survey_id):
            pass


def release_some(ctx: Context, line_id: int) -> bool:
    """Releases up to `CHUNK` answers of the next group; False when none is due."""
    line = anonymous.line(ctx.connection, line_id)
    # an answer of a day that may still be changed would change after it was shown
    due = ctx.now.astimezone(zone(line.report_zone)).date() - timedelta(days=DAYS_TO_CHANGE)
    days = anonymous.waiting_days(ctx.connection, line_id, line.released_through, due)
    last = last_of_group(days, max(line.minimum_group, SMALLEST_MINIMUM))
    if last is None:
        return False
    rows = anonymous.waiting(ctx.connection, line_id, line.released_through, last, CHUNK)
    for row in rows:
        _move_count(ctx, row, last)
    moved = {"report_day": last, "answered_at": day_as_instant(last), "changed_at": ctx.now}
    anonymous.forget_origin(ctx.connection, [{"id": row["id"], **moved} for row in rows])
    anonymous.place_anew(ctx.connection, {row["id"]: ctx.ids.random(8) for row in rows})
    if len(rows) < CHUNK:
        anonymous.set_released(ctx.connection, line_id, last)
    return True


def last_of_group(days: Sequence[Any], minimum: int) -> date | None:
    """The first day up to which `minimum` answers count; None when there are not so many. `days` is in order."""
    waiting = 0
    for day in days:
        waiting += day.counted
        if waiting >= minimum:
            found: date = day.report_day
            return found
    return None


def _move_count(ctx: Context, row: Mapping[str, Any], last: date) -> None:
    if row["report_day"] == last:
        return
    own = contribution(row["state"], row["score"], row["comment"] is not None, row["unknown"])
    ctx.count(counts.KIND, (row["trend_line_id"], row["report_day"]), **{name: -n for name, n in own.items()})
    ctx.count(counts.KIND, (row["trend_line_id"], last), **own)
