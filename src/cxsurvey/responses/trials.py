"""Test answers of a workspace: how many there are, and deleting them all. They were never part of a score."""

from __future__ import annotations

from datetime import date

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core import audit
from cxsurvey.core.context import Context
from cxsurvey.core.jobs.runner import JobRun
from cxsurvey.responses import counts, queries

JOB = "responses.delete_trials"
CHUNK = 200


def number(ctx: Context) -> int:
    """How many test answers the workspace holds."""
    require(ctx, Grant.RESPONSES_READ)
    return sum(row.test for row in queries.trial_days(ctx.connection, ctx.workspace))


def delete_all(ctx: Context) -> int:
    """Has every test answer of the workspace deleted by a job, and returns how many there are at this moment."""
    require(ctx, Grant.RESPONSES_VOID)
    found = number(ctx)
    if found:
        audit.record(ctx, "responses.tests_deleted", number=found)
        ctx.enqueue(JOB, {})
    return found


def delete_trials(run: JobRun) -> None:
    """Handler of `JOB`: deletes in short units until nothing is left."""
    workspace_id = run.workspace_id
    if workspace_id is None:
        raise ValueError("this job belongs to a workspace")
    while True:
        days = run.write(lambda ctx: queries.trial_days(ctx.connection, workspace_id))
        if not sum(_empty(run, row.trend_line_id, row.report_day) for row in days):
            return


def _empty(run: JobRun, trend_line_id: int, day: date) -> int:
    """Deletes the test answers of one day; returns how many."""

    def some(ctx: Context) -> int:
        gone = queries.delete_trials(ctx.connection, trend_line_id, day, CHUNK)
        if gone:
            ctx.count(counts.KIND, (trend_line_id, day), test=-gone)
        return gone

    total = 0
    while gone := run.write(some):
        total += gone
    return total
