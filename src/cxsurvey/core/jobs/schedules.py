"""Work that comes back: by the clock (cron, in UTC) or every so often.

Each firing is one row; whoever inserts it enqueues the job in the same transaction, so any number of
processes may look. After a stop only the latest missed firing is caught up. A schedule that is new to an
installation waits for its next firing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from cronsim import CronSim
from sqlalchemy import Connection, Table, delete, func, select

from cxsurvey.core.context import Context
from cxsurvey.core.db.upsert import insert_ignore
from cxsurvey.core.jobs.models import ScheduleRun

RUNS = cast("Table", ScheduleRun.__table__)
KEY = ("name", "fire_at")
KEEP_RUNS = timedelta(days=30)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Enqueues `job` when `cron` (five fields, UTC) says so, or `every` so often; one of them is given."""

    name: str
    job: str
    cron: str | None = None
    every: timedelta | None = None

    def __post_init__(self) -> None:
        if (self.cron is None) == (self.every is None):
            raise ValueError(f"schedule {self.name} needs either cron or every")

    def latest(self, now: datetime) -> datetime:
        """The last instant at or before `now` at which this fires."""
        if self.cron is None:
            return now - (now - EPOCH) % (self.every or timedelta(days=1))
        # the search backwards leaves its start out, so it starts a minute later
        start = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
        return next(CronSim(self.cron, start, reverse=True))


def due(connection: Connection, schedules: Iterable[Schedule], now: datetime) -> list[Schedule]:
    """The schedules whose latest firing nobody has written yet."""
    last = _last_runs(connection, now)
    return [schedule for schedule in schedules if last.get(schedule.name, EPOCH) < schedule.latest(now)]


def fire(ctx: Context, schedule: Schedule) -> bool:
    """Writes the latest firing and enqueues its job; False when another process was faster or it is new."""
    fire_at = schedule.latest(ctx.now)
    last = _last_runs(ctx.connection, ctx.now).get(schedule.name)
    if last is not None and last >= fire_at:
        return False
    statement = insert_ignore(RUNS, ctx.connection.dialect.name, KEY)
    won = ctx.connection.execute(statement, {"name": schedule.name, "fire_at": fire_at}).rowcount == 1
    if not won or last is None:
        return False
    ctx.enqueue(schedule.job, {"fire_at": fire_at.isoformat()}, dedupe_key=f"schedule:{schedule.name}")
    return True


def delete_old_runs(connection: Connection, now: datetime) -> int:
    """Forgets old firings but the last of each schedule; returns how many."""
    last = select(func.max(RUNS.c.fire_at)).where(RUNS.c.fire_at <= now).group_by(RUNS.c.name).subquery()
    old = delete(RUNS).where(RUNS.c.fire_at < now - KEEP_RUNS, RUNS.c.fire_at.not_in(select(last)))
    return connection.execute(old).rowcount


def _last_runs(connection: Connection, now: datetime) -> dict[str, datetime]:
    # a firing in the future was written before the clock was set back and must not stop the schedule
    query = (
        select(RUNS.c.name, func.max(RUNS.c.fire_at).label("latest")).where(RUNS.c.fire_at <= now).group_by(RUNS.c.name)
    )
    return {row.name: row.latest for row in connection.execute(query)}
