"""Running jobs through the lane: outcomes, leases, interruption."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import ActorKind, Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.jobs import queue
from cxsurvey.core.jobs.queue import JOBS
from cxsurvey.core.jobs.runner import JobHandler, JobRun, LeaseLost, Runner

WORKSPACE = UUID(int=7)


def runner(database: Database, handler: JobHandler, owner: str = "tests") -> Runner:
    return Runner(database, {"test.job": handler}, owner)


def enqueue(database: Database, **args: object) -> None:
    def unit(ctx: Context) -> None:
        ctx.workspace_id = WORKSPACE
        ctx.enqueue("test.job", args)

    database.write(unit, share=Share.API)


def states(database: Database) -> list[tuple[str, int, str | None]]:
    with database.read() as ctx:
        rows = ctx.connection.execute(select(JOBS.c.state, JOBS.c.attempts, JOBS.c.last_error).order_by(JOBS.c.id))
        return [(row.state, row.attempts, row.last_error) for row in rows]


def test_a_handler_gets_its_arguments_and_writes_for_the_system_in_the_jobs_workspace(database: Database) -> None:
    seen: list[object] = []

    def handler(run: JobRun) -> None:
        seen.append(run.args)
        run.write(lambda ctx: seen.extend((ctx.actor.kind, ctx.workspace_id)))

    enqueue(database, n=1)

    assert runner(database, handler).run_next()
    assert seen == [{"n": 1}, ActorKind.SYSTEM, WORKSPACE]
    assert states(database) == [("done", 1, None)]
    assert not runner(database, handler).run_next()


def test_drain_runs_what_a_job_enqueues(database: Database) -> None:
    def handler(run: JobRun) -> None:
        left = run.args["left"]
        if left:
            run.write(lambda ctx: ctx.enqueue("test.job", {"left": left - 1}))

    enqueue(database, left=2)

    assert runner(database, handler).drain() == 3


def test_a_failure_is_kept_without_the_customers_words_and_tried_again_later(
    database: Database, clock: FixedClock
) -> None:
    failing = [True]

    def handler(run: JobRun) -> None:
        if failing[0]:
            raise ValueError("no mailbox kim@example.com for token " + "a" * 27)

    enqueue(database)
    runner(database, handler).drain()

    assert states(database) == [("waiting", 1, "ValueError: no mailbox [address] for token aaaa…")]

    failing[0] = False
    clock.instant += timedelta(minutes=1)
    assert runner(database, handler).drain() == 1
    assert states(database)[0][:2] == ("done", 2)


def test_what_a_failed_unit_wrote_is_undone(database: Database) -> None:
    def handler(run: JobRun) -> None:
        def unit(ctx: Context) -> None:
            ctx.enqueue("test.other", {})
            raise ValueError("half way")

        run.write(unit)

    enqueue(database)
    runner(database, handler).drain()

    assert [state for state, _, _ in states(database)] == ["waiting"]


def test_a_job_taken_over_meanwhile_can_write_nothing_more(database: Database) -> None:
    raised: list[BaseException] = []

    def handler(run: JobRun) -> None:
        database.write(
            lambda ctx: ctx.connection.execute(update(JOBS).values(lease_owner="heir", attempts=2)), share=Share.JOBS
        )
        try:
            run.write(lambda ctx: ctx.enqueue("test.job", {}))
        except LeaseLost as error:
            raised.append(error)
            raise

    enqueue(database)
    runner(database, handler).run_next()

    assert len(raised) == 1
    assert states(database) == [("running", 2, None)]


def test_a_job_in_chunks_is_interrupted_between_two_and_goes_back_to_the_queue(database: Database) -> None:
    written: list[int] = []

    def handler(run: JobRun) -> None:
        for number in range(3):
            run.write(lambda _: written.append(len(written)))
            if number == 1:
                first.must_stop.set()

    enqueue(database)
    first = runner(database, handler)
    first.run_next()

    assert written == [0, 1]
    assert states(database) == [("waiting", 0, None)]


def test_every_write_renews_the_lease(database: Database, clock: FixedClock) -> None:
    def handler(run: JobRun) -> None:
        for _ in range(3):
            clock.instant += queue.LEASE * 0.9
            run.write(lambda _: None)
            with database.read() as ctx:
                assert queue.candidates(ctx.connection, ["test.job"], ctx.now) == []

    enqueue(database)
    runner(database, handler).run_next()

    assert states(database) == [("done", 1, None)]


def test_the_beating_thread_renews_the_lease_of_the_running_job(database: Database, clock: FixedClock) -> None:
    def handler(run: JobRun) -> None:
        clock.instant += queue.LEASE * 0.9
        held.renew()
        clock.instant += queue.LEASE * 0.9
        with database.read() as ctx:
            assert queue.candidates(ctx.connection, ["test.job"], ctx.now) == []

    enqueue(database)
    held = runner(database, handler)
    held.run_next()

    assert states(database) == [("done", 1, None)]
    held.renew()


def test_a_runner_leaves_jobs_it_does_not_know_to_others(database: Database) -> None:
    enqueue(database)

    assert not Runner(database, {"test.else": lambda _: pytest.fail("not mine")}, "tests").run_next()
