"""What the nightly jobs forget, and what they keep."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from cxsurvey import wiring
from cxsurvey.accounts.models import OneTimeLink, SignIn
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import Context
from cxsurvey.core.db.base import Base
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.jobs import beats, housekeeping, queue
from cxsurvey.core.jobs.models import ProcessBeat
from cxsurvey.core.jobs.runner import Runner
from cxsurvey.core.models import IdempotencyKey, Limit
from tests.application import NOON
from tests.factories import make_user, make_workspace


def number(database: Database, model: type[Base]) -> int:
    with database.read() as ctx:
        return ctx.connection.execute(select(func.count()).select_from(model)).scalar_one()


def run(database: Database, job: str) -> None:
    database.write(lambda ctx: ctx.enqueue(job, {}), share=Share.JOBS)
    assert Runner(database, wiring.JOB_HANDLERS, "tests").drain() == 1


def answer(ctx: Context, key: str) -> IdempotencyKey:
    return IdempotencyKey(
        api_key_id=ctx.ids.new(), route="r", key=key, request_hash=b"h" * 32, status=201, body=b"{}", created_at=ctx.now
    )


def test_kept_answers_are_forgotten_after_seven_days(database: Database, clock: FixedClock) -> None:
    def keep(key: str) -> None:
        database.write(lambda ctx: ctx.session.add(answer(ctx, key)), share=Share.API)

    keep("old")
    clock.instant += timedelta(days=2)
    keep("young")
    clock.instant += timedelta(days=5, seconds=1)
    run(database, housekeeping.JOB)

    assert number(database, IdempotencyKey) == 1


def test_more_than_one_chunk_is_forgotten(database: Database) -> None:
    many = housekeeping.CHUNK + 1
    used = [Limit(key_hash=index.to_bytes(32, "big"), free_at=index) for index in range(many)]
    ahead = Limit(key_hash=b"x" * 32, free_at=int(NOON.timestamp() * 1_000_000) + 1)
    database.write(lambda ctx: ctx.session.add_all([*used, ahead]), share=Share.API)

    run(database, housekeeping.JOB)

    assert number(database, Limit) == 1


@pytest.mark.parametrize(
    ("forget", "index"),
    [(queue.delete_finished, "ix_jobs_finished_at"), (housekeeping._used_limits, "ix_limits_free_at")],
    ids=["jobs", "limits"],
)
def test_what_is_to_be_forgotten_is_found_by_an_index(ctx: Context, forget: housekeeping.Forget, index: str) -> None:
    """However much there is, a statement of the nightly jobs must not hold up the answers behind it."""
    asked: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        asked.append((statement, parameters))

    event.listen(ctx.connection, "before_cursor_execute", note)
    try:
        forget(ctx.connection, ctx.now, housekeeping.CHUNK)
    finally:
        event.remove(ctx.connection, "before_cursor_execute", note)

    explain = "EXPLAIN QUERY PLAN"
    if ctx.connection.dialect.name == "postgresql":
        explain = "EXPLAIN"
        # an empty table is read whole whatever there is
        ctx.connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    plans = [row for sql, given in asked for row in ctx.connection.exec_driver_sql(f"{explain} {sql}", given)]
    assert index in str(plans)


def test_dead_processes_are_taken_off_the_list(database: Database, clock: FixedClock) -> None:
    def beat(name: str) -> None:
        sign = beats.Beat(name, "serve", clock.instant, clock.instant, 1)
        database.write(lambda ctx: beats.beat(ctx.connection, sign), share=Share.JOBS)

    beat("dead")
    clock.instant += timedelta(days=2)
    beat("alive")
    run(database, housekeeping.JOB)

    with database.read() as ctx:
        assert [found.name for found in beats.alive(ctx.connection, ctx.now)] == ["alive"]
    assert number(database, ProcessBeat) == 1


def test_sign_ins_and_links_go_when_they_have_run_out(database: Database, clock: FixedClock) -> None:
    def prepare(ctx: Context) -> None:
        user = make_user(ctx, make_workspace(ctx).id)
        for index, life in enumerate((timedelta(hours=1), timedelta(hours=3))):
            token = bytes([index]) * 32
            ctx.session.add(
                SignIn(
                    id=ctx.ids.new(), user_id=user.id, token_hash=token, browser="", created_at=ctx.now,
                    last_seen_at=ctx.now, expires_at=ctx.now + life,
                )
            )  # fmt: skip
            ctx.session.add(
                OneTimeLink(
                    id=ctx.ids.new(), purpose="reset", token_hash=token, user_id=user.id, created_at=ctx.now,
                    expires_at=ctx.now + life,
                )
            )  # fmt: skip

    database.write(prepare, share=Share.DASHBOARD)
    clock.instant += timedelta(hours=2)
    run(database, "accounts.forget_expired")

    assert (number(database, SignIn), number(database, OneTimeLink)) == (1, 1)
