"""Forgets pictures that nothing shows any more: no workspace, no draft and no version."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import UUID

from cxsurvey.core.context import Context
from cxsurvey.core.jobs.runner import JobRun
from cxsurvey.surveys import queries

JOB = "surveys.forget_pictures"
AGE = timedelta(days=1)
"""A page that was opened before a picture was taken away still shows it."""


def forget_pictures(run: JobRun) -> None:
    """Handler of `JOB`."""
    with run.read() as ctx:
        candidates = queries.pictures_of_no_workspace(ctx.connection, ctx.now - AGE)
    for picture_id in candidates:
        run.write(partial(_forget, picture_id=picture_id))


def _forget(ctx: Context, picture_id: UUID) -> None:
    queries.delete_unused_picture(ctx.connection, picture_id, ctx.now - AGE)
