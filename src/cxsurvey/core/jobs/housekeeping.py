"""Forgets what the core keeps only for a while. Runs every night, in short units of their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Connection, Table, delete, select

from cxsurvey.core import audit, idempotency
from cxsurvey.core.jobs import beats, queue, schedules
from cxsurvey.core.jobs.runner import JobRun
from cxsurvey.core.models import Limit

JOB = "core.forget_old"
CHUNK = 500
NOBODYS_KEPT = timedelta(days=90)
"""How long entries of the audit log are kept that belong to no workspace: tries to sign in as nobody we know."""

_limits = cast("Table", Limit.__table__)

Forget = Callable[[Connection, datetime, int], int]
"""Deletes up to so many rows that are old at an instant; returns how many it deleted."""


def forget_old(run: JobRun) -> None:
    """Handler of `JOB`."""
    for forget in (idempotency.forget_old, _used_limits, queue.delete_finished, _nobodys_entries):
        in_chunks(run, forget)
    run.write(lambda ctx: schedules.delete_old_runs(ctx.connection, ctx.now))
    run.write(lambda ctx: beats.forget(ctx.connection, ctx.now))


def in_chunks(run: JobRun, forget: Forget) -> None:
    """Calls `forget` in units of their own until nothing is left."""
    while run.write(lambda ctx: forget(ctx.connection, ctx.now, CHUNK)) == CHUNK:
        pass


def _nobodys_entries(connection: Connection, now: datetime, limit: int) -> int:
    return audit.forget_nobodys(connection, now - NOBODYS_KEPT, limit)


def _used_limits(connection: Connection, now: datetime, limit: int) -> int:
    microseconds = int(now.timestamp() * 1_000_000)
    used = select(_limits.c.key_hash).where(_limits.c.free_at < microseconds).limit(limit)
    return connection.execute(delete(_limits).where(_limits.c.key_hash.in_(used))).rowcount
