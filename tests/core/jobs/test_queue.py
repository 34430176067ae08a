"""The queue on both databases: nothing lost, nothing run by two, nothing stuck."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from uuid import UUID

import pytest
from sqlalchemy import Connection, select, update

from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import NewJob
from cxsurvey.core.db.engines import open_engines
from cxsurvey.core.ids import SystemIds
from cxsurvey.core.jobs import queue
from cxsurvey.core.jobs.queue import JOBS, LEASE, MAX_ATTEMPTS, Candidate, Claim
from tests.application import NOON, copied, settings_for
from tests.databases import drop_postgres_database

NAMES = ("test.a", "test.b")


def put(connection: Connection, *jobs: NewJob) -> None:
    queue.write(connection, jobs, SystemIds(), NOON)


def claim_next(connection: Connection, owner: str = "one", later: timedelta = timedelta()) -> Claim | None:
    seen = queue.candidates(connection, NAMES, NOON + later)
    return queue.claim(connection, seen[0], owner, NOON + later) if seen else None


def state_of(connection: Connection, job_id: UUID) -> str:
    return str(connection.execute(select(JOBS.c.state).where(JOBS.c.id == job_id)).scalar_one())


def must_claim(connection: Connection, owner: str = "one", later: timedelta = timedelta()) -> Claim:
    claim = claim_next(connection, owner, later)
    assert claim is not None
    return claim


def test_a_second_job_of_one_dedupe_key_is_dropped_until_the_first_has_finished(connection: Connection) -> None:
    put(connection, NewJob("test.a", {"n": 1}, dedupe_key="k"), NewJob("test.a", {"n": 2}, dedupe_key="k"))
    first = must_claim(connection)
    put(connection, NewJob("test.a", {"n": 3}, dedupe_key="k"))
    assert claim_next(connection) is None

    assert queue.finish(connection, first, NOON)
    put(connection, NewJob("test.a", {"n": 4}, dedupe_key="k"))

    assert first.args == {"n": 1}
    assert must_claim(connection).args == {"n": 4}


def test_jobs_without_a_key_are_all_kept(connection: Connection) -> None:
    put(connection, NewJob("test.a", {}), NewJob("test.a", {}))

    assert queue.counts_by_state(connection)["waiting"] == 2


def test_only_due_jobs_of_known_names_are_offered_oldest_first(connection: Connection) -> None:
    put(
        connection,
        NewJob("test.a", {"n": "later"}, due_at=NOON + timedelta(seconds=1)),
        NewJob("test.b", {"n": "second"}),
        NewJob("test.a", {"n": "first"}, due_at=NOON - timedelta(seconds=1)),
        NewJob("test.unknown", {"n": "never"}),
    )

    claimed = [must_claim(connection).args["n"], must_claim(connection).args["n"]]

    assert claimed == ["first", "second"]
    assert claim_next(connection) is None


def test_a_claim_needs_the_job_to_be_as_it_was_seen(connection: Connection) -> None:
    put(connection, NewJob("test.a", {}))
    seen = queue.candidates(connection, NAMES, NOON)[0]

    assert queue.claim(connection, seen, "one", NOON) is not None
    assert queue.claim(connection, seen, "two", NOON) is None


def test_a_job_of_a_dead_process_is_taken_over_and_the_dead_one_can_change_nothing(connection: Connection) -> None:
    put(connection, NewJob("test.a", {}))
    dead = must_claim(connection, "dead")
    assert claim_next(connection, "heir", LEASE - timedelta(seconds=1)) is None

    heir = must_claim(connection, "heir", LEASE + timedelta(seconds=1))

    assert heir.attempt == 2
    assert not queue.renew(connection, dead, NOON)
    assert not queue.finish(connection, dead, NOON)
    assert not queue.release(connection, dead)
    assert state_of(connection, heir.id) == "running"


def test_a_renewed_lease_keeps_the_job(connection: Connection) -> None:
    put(connection, NewJob("test.a", {}))
    claim = must_claim(connection)

    assert queue.renew(connection, claim, NOON + LEASE)
    assert claim_next(connection, "heir", LEASE + timedelta(seconds=1)) is None


def test_a_lease_from_before_the_clock_was_set_back_does_not_hold_the_job_for_ever(connection: Connection) -> None:
    put(connection, NewJob("test.a", {}, due_at=NOON - timedelta(days=30)))
    must_claim(connection)

    assert claim_next(connection, "heir", -timedelta(days=1)) is not None


def test_a_failed_job_waits_longer_each_time_and_is_buried_in_the_end(connection: Connection) -> None:
    put(connection, NewJob("test.a", {}, dedupe_key="k"))
    at = timedelta()
    waits = []
    for _ in range(MAX_ATTEMPTS - 1):
        claim = must_claim(connection, later=at)
        assert queue.retry_or_bury(connection, claim, NOON + at, "Boom: no", 0.5) == "waiting"
        waits.append(queue.delay_after(claim.attempt, 0.5))
        assert claim_next(connection, later=at + waits[-1] - timedelta(seconds=1)) is None
        at += waits[-1]

    last = must_claim(connection, later=at)

    assert queue.retry_or_bury(connection, last, NOON + at, "Boom: no", 0.5) == "dead"
    assert waits == sorted(waits)
    assert timedelta(hours=12) < sum(waits, timedelta()) < timedelta(hours=36)
    row = connection.execute(select(JOBS).where(JOBS.c.id == last.id)).one()
    assert (row.state, row.last_error, row.dedupe_key) == ("dead", "Boom: no", None)


def test_a_job_that_kills_its_process_each_time_is_buried(connection: Connection) -> None:
    put(connection, NewJob("test.a", {}))
    job_id = must_claim(connection).id
    connection.execute(update(JOBS).values(attempts=MAX_ATTEMPTS))

    assert claim_next(connection, "heir", 2 * LEASE) is None
    assert state_of(connection, job_id) == "dead"


def test_an_interrupted_job_loses_no_attempt(connection: Connection) -> None:
    put(connection, NewJob("test.a", {}))
    assert queue.release(connection, must_claim(connection))

    assert must_claim(connection).attempt == 1


@pytest.mark.parametrize("chance", [0.0, 0.999])
def test_jitter_spreads_by_a_quarter(chance: float) -> None:
    middle = queue.delay_after(3, 0.5)

    assert 0.74 < queue.delay_after(3, chance) / middle < 1.26
    assert abs(queue.delay_after(3, chance) - middle) > middle / 5


def test_finished_jobs_are_forgotten_after_their_time(connection: Connection) -> None:
    put(connection, NewJob("test.a", {}), NewJob("test.b", {}))
    queue.finish(connection, must_claim(connection), NOON)

    assert queue.delete_finished(connection, NOON + queue.KEEP_FINISHED, 10) == 0
    assert queue.delete_finished(connection, NOON + queue.KEEP_FINISHED + timedelta(seconds=1), 10) == 1
    assert queue.counts_by_state(connection) == {"waiting": 1, "running": 0, "done": 0, "dead": 0}


def test_of_many_processes_that_claim_at_once_each_job_goes_to_one(migrated_url: str, tmp_path: Path) -> None:
    url = copied(migrated_url, "claims", tmp_path)
    engines = open_engines(settings_for(url, tmp_path, postgres_lanes=4))
    claimed: list[tuple[UUID, str]] = []
    start = Barrier(4)

    def claim_all(owner: str, seen: list[Candidate]) -> None:
        start.wait()
        for candidate in seen:
            with engines.writing.begin() as connection:
                claim = queue.claim(connection, candidate, owner, NOON)
            if claim is not None:
                claimed.append((claim.id, owner))

    with engines.writing.begin() as connection:
        put(connection, *(NewJob("test.a", {}) for _ in range(40)))
        everything = queue.candidates(connection, NAMES, NOON, limit=40)
    threads = [Thread(target=claim_all, args=(f"p{number}", everything)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engines.dispose()
    if url.startswith("postgres"):
        drop_postgres_database("claims")

    assert len(claimed) == 40
    assert len({job_id for job_id, _ in claimed}) == 40


def test_the_partial_indexes_serve_the_queries(connection: Connection, clock: FixedClock) -> None:
    if connection.dialect.name == "sqlite":
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT id FROM jobs WHERE state = 'waiting' AND due_at <= '2026' ORDER BY due_at, id"
        )
        assert "ix_jobs_due" in str(plan.all())
    else:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = connection.exec_driver_sql(
            "EXPLAIN SELECT id FROM jobs WHERE state = 'waiting' AND due_at <= now() ORDER BY due_at, id"
        )
        assert "ix_jobs_due" in str(plan.all())
