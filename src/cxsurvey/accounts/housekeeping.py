"""Forgets sign-ins and one-time links that have run out."""

from __future__ import annotations

from cxsurvey.accounts import queries
from cxsurvey.core.jobs.runner import JobRun

JOB = "accounts.forget_expired"
CHUNK = 500


def forget_expired(run: JobRun) -> None:
    """Handler of `JOB`."""
    while run.write(lambda ctx: queries.forget_expired(ctx, CHUNK)) == CHUNK:
        pass
