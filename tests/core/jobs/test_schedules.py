"""Schedules: one process wins, the latest missed firing is caught up, clocks may jump."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from cxsurvey import wiring
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.jobs import schedules
from cxsurvey.core.jobs.queue import JOBS
from cxsurvey.core.jobs.schedules import RUNS, Schedule

NIGHTLY = Schedule("nightly", "test.job", cron="20 3 * * *")


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "latest"),
    [
        (at(21, 3, 20), at(21, 3, 20)),
        (at(21, 3, 20, 59), at(21, 3, 20)),
        (at(21, 3, 19, 59), at(20, 3, 20)),
        (at(21, 23), at(21, 3, 20)),
    ],
)
def test_cron_fires_at_its_minute(now: datetime, latest: datetime) -> None:
    assert NIGHTLY.latest(now) == latest


def test_an_interval_fires_at_whole_multiples() -> None:
    every = Schedule("often", "test.job", every=timedelta(minutes=10))

    assert every.latest(at(21, 12, 34, 56)) == at(21, 12, 30)
    assert every.latest(at(21, 12, 30)) == at(21, 12, 30)


@pytest.mark.parametrize("wrong", [{}, {"cron": "* * * * *", "every": timedelta(minutes=1)}])
def test_a_schedule_needs_one_rhythm(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="either cron or every"):
        Schedule("x", "test.job", **wrong)  # type: ignore[arg-type]


def fire(database: Database) -> bool:
    return database.write(lambda ctx: schedules.fire(ctx, NIGHTLY), share=Share.JOBS)


def jobs(database: Database) -> list[str]:
    with database.read() as ctx:
        return [row.args["fire_at"] for row in ctx.connection.execute(select(JOBS).order_by(JOBS.c.created_at))]


def test_a_new_schedule_waits_for_its_next_firing(database: Database, clock: FixedClock) -> None:
    clock.instant = at(21, 12)
    assert not fire(database)
    clock.instant = at(22, 3, 19)
    assert not fire(database)
    clock.instant = at(22, 3, 21)

    assert fire(database)
    assert jobs(database) == ["2026-11-22T03:20:00+00:00"]


def test_a_firing_is_won_once(database: Database, clock: FixedClock) -> None:
    fire(database)
    clock.instant += timedelta(days=1)

    assert [fire(database), fire(database)] == [True, False]
    assert len(jobs(database)) == 1


def test_after_a_stop_of_days_only_the_latest_firing_is_caught_up(database: Database, clock: FixedClock) -> None:
    fire(database)
    clock.instant = at(26, 12)

    assert fire(database)
    assert jobs(database) == ["2026-11-26T03:20:00+00:00"]
    assert not fire(database)


def test_due_lists_what_nobody_has_fired(database: Database, clock: FixedClock) -> None:
    with database.read() as ctx:
        assert schedules.due(ctx.connection, [NIGHTLY], ctx.now) == [NIGHTLY]
    fire(database)
    with database.read() as ctx:
        assert schedules.due(ctx.connection, [NIGHTLY], ctx.now) == []


def test_a_clock_that_was_far_ahead_does_not_silence_the_schedule(database: Database, clock: FixedClock) -> None:
    fire(database)
    clock.instant = datetime(2038, 1, 20, tzinfo=UTC)
    fire(database)
    clock.instant = at(22, 12)

    assert database.write(lambda ctx: schedules.due(ctx.connection, [NIGHTLY], ctx.now), share=Share.JOBS)


def test_old_firings_are_forgotten_but_the_last(database: Database, clock: FixedClock) -> None:
    for _ in range(3):
        fire(database)
        clock.instant += timedelta(days=1)
    clock.instant += schedules.KEEP_RUNS

    deleted = database.write(lambda ctx: schedules.delete_old_runs(ctx.connection, ctx.now), share=Share.JOBS)

    assert deleted == 2
    with database.read() as ctx:
        assert len(ctx.connection.execute(select(RUNS)).all()) == 1


def test_every_schedule_names_a_job_that_has_a_handler() -> None:
    assert {schedule.job for schedule in wiring.SCHEDULES} <= wiring.JOB_HANDLERS.keys()
    assert len({schedule.name for schedule in wiring.SCHEDULES}) == len(wiring.SCHEDULES)
