"""The table of jobs: putting in, claiming, renewing, finishing. Every change is one conditional statement.

A claim is an update that names the state and the attempt it has seen; whoever changes exactly one row has the
job. That holds on both databases without row locks. All functions work in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Integer, Table, bindparam, delete, func, or_, select, text, update

from cxsurvey.core.context import NewJob
from cxsurvey.core.db.fixed import FixedInsert
from cxsurvey.core.db.upsert import insert_ignore
from cxsurvey.core.ids import Ids
from cxsurvey.core.jobs.beats import ALIVE
from cxsurvey.core.jobs.models import Job

JOBS = cast("Table", Job.__table__)
DEDUPE = ("dedupe_key",)
DEDUPE_WHERE = "dedupe_key IS NOT NULL"

LEASE = timedelta(seconds=60)
"""A running job whose lease is older belongs to a process that died, and is taken over."""
MAX_ATTEMPTS = 14
FIRST_DELAY = timedelta(seconds=10)
LONGEST_DELAY = timedelta(hours=6)
KEEP_FINISHED = timedelta(days=30)
_NOT_RUN_YET = dict.fromkeys(("lease_until", "lease_owner", "last_error", "finished_at", "steps_done", "steps"))
_ADD = FixedInsert(JOBS)
_ADD_ONCE = FixedInsert(JOBS, lambda dialect: insert_ignore(JOBS, dialect, DEDUPE, DEDUPE_WHERE))
ERROR_LENGTH = 500

# spelled out, because a bound parameter would keep SQLite from using the partial indexes
WAITING = text("state = 'waiting'")
RUNNING = text("state = 'running'")

# built once, because a worker asks them all the time
_TO_CLAIM = (
    select(JOBS.c.id, JOBS.c.state, JOBS.c.attempts)
    .where(JOBS.c.name.in_(bindparam("names", expanding=True)))
    .limit(bindparam("most", type_=Integer))
)
_LEFT = _TO_CLAIM.where(
    RUNNING, or_(JOBS.c.lease_until < bindparam("now"), JOBS.c.lease_until > bindparam("too_far"))
).order_by(JOBS.c.lease_until, JOBS.c.id)
_DUE = _TO_CLAIM.where(WAITING, JOBS.c.due_at <= bindparam("now")).order_by(JOBS.c.due_at, JOBS.c.id)
_CHANGE_HELD = update(JOBS).where(
    JOBS.c.id == bindparam("of_job"),
    RUNNING,
    JOBS.c.lease_owner == bindparam("of_owner"),
    JOBS.c.attempts == bindparam("of_attempt"),
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that one process holds. `owner` and `attempt` together name this claim and no later one."""

    id: UUID
    name: str
    args: Mapping[str, Any]
    workspace_id: UUID | None
    owner: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A job that can be claimed as long as nobody else was faster. `stale` means its process died."""

    id: UUID
    state: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a job is: its state, and how many of its steps are done where it tells."""

    state: str
    steps_done: int | None
    steps: int | None
    error: str | None

    @property
    def has_ended(self) -> bool:
        return self.state in {"done", "dead"}


def progress(connection: Connection, job_id: UUID) -> Progress | None:
    """How far a job has come; None when there is none, or it is forgotten."""
    query = select(JOBS.c.state, JOBS.c.steps_done, JOBS.c.steps, JOBS.c.last_error).where(JOBS.c.id == job_id)
    row = connection.execute(query).first()
    return None if row is None else Progress(*row)


def unfinished(connection: Connection, dedupe_key: str) -> UUID | None:
    """The job with this key that has not ended yet."""
    return connection.execute(select(JOBS.c.id).where(JOBS.c.dedupe_key == dedupe_key)).scalar()


def is_held(connection: Connection, dedupe_key: str, now: datetime) -> bool:
    """Whether some process works at the unfinished job with this key: it renews the lease every few seconds.

    Where it does not, the process has died, and another one takes the job over when the lease has run out.
    """
    query = select(JOBS.c.lease_until).where(JOBS.c.dedupe_key == dedupe_key, RUNNING)
    until = connection.execute(query).scalar()
    return until is not None and until > now + LEASE - ALIVE


def tell(connection: Connection, held: Claim, steps_done: int, steps: int) -> None:
    """Writes down how far a running job has come."""
    _change(connection, held, {"steps_done": steps_done, "steps": steps})


def write(connection: Connection, jobs: Sequence[NewJob], ids: Ids, now: datetime) -> None:
    """Puts jobs into the queue; one whose dedupe key belongs to an unfinished job is dropped."""
    rows = [
        {
            "id": ids.new(),
            "workspace_id": job.workspace_id,
            "name": job.name,
            "args": dict(job.args),
            "state": "waiting",
            "due_at": job.due_at or now,
            "attempts": 0,
            "dedupe_key": job.dedupe_key,
            "created_at": now,
            **_NOT_RUN_YET,
        }
        for job in jobs
    ]
    _ADD.run(connection, [row for row in rows if row["dedupe_key"] is None])
    _ADD_ONCE.run(connection, [row for row in rows if row["dedupe_key"] is not None])


def candidates(connection: Connection, names: Collection[str], now: datetime, limit: int = 8) -> list[Candidate]:
    """Jobs of these names to claim now: those of dead processes first, then due ones, oldest first."""
    asked = {"names": list(names), "most": limit, "now": now}
    # a lease far in the future was written before the clock was set back
    left = connection.execute(_LEFT, {**asked, "too_far": now + 2 * LEASE})
    return [Candidate(*row) for found in (left, connection.execute(_DUE, asked)) for row in found]


@dataclass(frozen=True, slots=True)
class Backlog:
    """The jobs that are due and wait: how many, since when the oldest, and whether a worker is at work on another."""

    number: int
    oldest: datetime | None
    worked_on: bool


def backlog(connection: Connection, now: datetime) -> Backlog:
    """What is due and waits at this moment."""
    number, oldest = connection.execute(
        select(func.count(), func.min(JOBS.c.due_at)).where(WAITING, JOBS.c.due_at <= now)
    ).one()
    held = select(JOBS.c.id).where(RUNNING, JOBS.c.lease_until >= now, JOBS.c.lease_until <= now + 2 * LEASE)
    return Backlog(number, oldest, connection.execute(held.limit(1)).first() is not None)


def candidate(connection: Connection, job_id: UUID, now: datetime) -> Candidate | None:
    """One job to claim now, if it waits and is due."""
    columns = select(JOBS.c.id, JOBS.c.state, JOBS.c.attempts)
    row = connection.execute(columns.where(JOBS.c.id == job_id, WAITING, JOBS.c.due_at <= now)).first()
    return None if row is None else Candidate(*row)


def claim(connection: Connection, seen: Candidate, owner: str, now: datetime) -> Claim | None:
    """Takes the job if it still is as it was seen; None when somebody else was faster.

    A job whose every attempt ended with the death of its process is buried instead.
    """
    unchanged: list[ColumnElement[bool]] = [
        JOBS.c.id == seen.id,
        JOBS.c.state == seen.state,
        JOBS.c.attempts == seen.attempts,
    ]
    if seen.state == "running":
        unchanged.append(or_(JOBS.c.lease_until < now, JOBS.c.lease_until > now + 2 * LEASE))
    if seen.attempts >= MAX_ATTEMPTS:
        connection.execute(update(JOBS).where(*unchanged).values(_end("dead", now, "its process died each time")))
        return None
    taken = update(JOBS).where(*unchanged)
    taken = taken.values(state="running", attempts=seen.attempts + 1, lease_owner=owner, lease_until=now + LEASE)
    if connection.execute(taken).rowcount != 1:
        return None
    columns = select(JOBS.c.name, JOBS.c.args, JOBS.c.workspace_id).where(JOBS.c.id == seen.id)
    name, args, workspace_id = connection.execute(columns).one()
    return Claim(seen.id, name, args, workspace_id, owner, seen.attempts + 1)


def renew(connection: Connection, held: Claim, now: datetime) -> bool:
    """Prolongs the lease; False when the job is no longer ours."""
    return _change(connection, held, {"lease_until": now + LEASE})


def finish(connection: Connection, held: Claim, now: datetime) -> bool:
    """The job is done; its dedupe key is free again."""
    return _change(connection, held, _end("done", now, None))


def retry_or_bury(connection: Connection, held: Claim, now: datetime, error: str, chance: float) -> str:
    """Puts a failed job back with a growing delay, or buries it after its last attempt; gives the new state.

    `chance` in [0, 1) spreads the delay by a quarter to both sides.
    """
    if held.attempt >= MAX_ATTEMPTS:
        _change(connection, held, _end("dead", now, error))
        return "dead"
    due_at = now + delay_after(held.attempt, chance)
    _change(connection, held, {**_free("waiting"), "due_at": due_at, "last_error": error[:ERROR_LENGTH]})
    return "waiting"


def release(connection: Connection, held: Claim) -> bool:
    """Puts an interrupted job back as if it had not been claimed."""
    return _change(connection, held, {**_free("waiting"), "attempts": held.attempt - 1})


def delay_after(attempt: int, chance: float) -> timedelta:
    """How long to wait after failed attempt number `attempt` (from 1)."""
    doubled: timedelta = FIRST_DELAY * 2 ** min(attempt - 1, 16)
    return min(doubled, LONGEST_DELAY) * (0.75 + chance / 2)


def counts_by_state(connection: Connection) -> dict[str, int]:
    """How many jobs are waiting, running, done and dead."""
    counts = {"waiting": 0, "running": 0, "done": 0, "dead": 0}
    query = select(JOBS.c.state, func.count()).group_by(JOBS.c.state)
    counts.update((state, number) for state, number in connection.execute(query))
    return counts


def delete_finished(connection: Connection, now: datetime, limit: int) -> int:
    """Forgets up to `limit` jobs that ended long ago; returns how many."""
    # only a job that is done or dead has this instant
    old = select(JOBS.c.id).where(JOBS.c.finished_at < now - KEEP_FINISHED).limit(limit)
    return connection.execute(delete(JOBS).where(JOBS.c.id.in_(old))).rowcount


def _change(connection: Connection, held: Claim, values: Mapping[str, Any]) -> bool:
    found = {"of_job": held.id, "of_owner": held.owner, "of_attempt": held.attempt}
    return connection.execute(_CHANGE_HELD.values(dict(values)), found).rowcount == 1


def _free(state: str) -> dict[str, Any]:
    return {"state": state, "lease_owner": None, "lease_until": None}


def _end(state: str, now: datetime, error: str | None) -> dict[str, Any]:
    values = {**_free(state), "finished_at": now, "dedupe_key": None}
    if error is not None:
        values["last_error"] = error[:ERROR_LENGTH]
    return values
