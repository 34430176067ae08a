"""Runs jobs: claims one, calls its handler, writes how it ended. Each at least once; handlers bear two."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

import structlog

from cxsurvey.core import logs, metrics
from cxsurvey.core.context import SYSTEM, Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.jobs import queue
from cxsurvey.core.jobs.queue import Candidate, Claim

log = structlog.get_logger("cxsurvey.jobs")

T = TypeVar("T")


class LeaseLost(Exception):  # noqa: N818 - says what happened
    """Another process has taken the job over; this one must not write any more."""


class Interrupted(Exception):  # noqa: N818 - says what happened
    """The process stops; the job goes back to the queue and is run again from what it has written so far."""


@dataclass(slots=True)
class JobRun:
    """What a handler gets: the job, and the only ways to read and write.

    A handler that works in chunks calls `write` for each of them; when the process must stop, `write` raises
    `Interrupted`, so such a handler needs no code of its own for that.
    """

    database: Database
    claim: Claim
    must_stop: threading.Event = field(default_factory=threading.Event)

    @property
    def id(self) -> UUID:
        return self.claim.id

    @property
    def args(self) -> Mapping[str, Any]:
        return self.claim.args

    @property
    def workspace_id(self) -> UUID | None:
        return self.claim.workspace_id

    @property
    def attempt(self) -> int:
        """The number of this attempt, from 1."""
        return self.claim.attempt

    def read(self) -> AbstractContextManager[Context]:
        """A reading context without workspace or actor."""
        return self.database.read()

    def write(self, work: Callable[[Context], T], *, lane_key: object = None) -> T:
        """Runs `work` as one unit for the system in the job's workspace; renews the lease with it.

        Raises `LeaseLost` when the job is not ours any more (nothing is written then), `Interrupted` when the
        process stops, and whatever `work` raises.
        """
        if self.must_stop.is_set():
            raise Interrupted

        def unit(ctx: Context) -> T:
            if not queue.renew(ctx.connection, self.claim, ctx.now):
                raise LeaseLost
            ctx.actor = SYSTEM
            ctx.workspace_id = self.claim.workspace_id
            return work(ctx)

        return self.database.write(unit, share=Share.JOBS, lane_key=lane_key)

    def until_stopped(self, items: Iterable[T]) -> Iterator[T]:
        """The items as long as the process need not stop; then `Interrupted`. For work that writes nothing yet."""
        for item in items:
            if self.must_stop.is_set():
                raise Interrupted
            yield item

    def pause(self, seconds: float) -> None:
        """Leaves the lane to others for a moment; less when the process must stop."""
        if seconds > 0:
            self.must_stop.wait(seconds)


JobHandler: TypeAlias = Callable[[JobRun], None]


class Runner:
    """Claims and runs jobs, one at a time, in the calling thread. `owner` names this process."""

    def __init__(self, database: Database, handlers: Mapping[str, JobHandler], owner: str) -> None:
        self._database = database
        self._handlers = handlers
        self._owner = owner
        self.must_stop = threading.Event()
        self.held: Claim | None = None

    def run_next(self) -> bool:
        """Claims the next due job and runs it to its end; False when there is none."""
        with self._database.read() as ctx:
            seen = queue.candidates(ctx.connection, list(self._handlers), ctx.now)
        for candidate in seen:
            claim = self._claim(candidate)
            if claim is not None:
                self._run(claim)
                return True
        return False

    def run_one(self, job_id: UUID) -> bool:
        """Claims one job, if it is due and nobody else has it, and runs it to its end; whether it was ours."""
        with self._database.read() as ctx:
            seen = queue.candidate(ctx.connection, job_id, ctx.now)
        claim = self._claim(seen) if seen is not None else None
        if claim is None:
            return False
        self._run(claim)
        return True

    def drain(self, limit: int = 1000) -> int:
        """Runs everything that is due now, also what that enqueues; returns how many runs it took."""
        runs = 0
        while runs < limit and self.run_next():
            runs += 1
        return runs

    def renew(self) -> None:
        """Prolongs the lease of the running job, if there is one. For the thread that beats."""
        held = self.held
        if held is not None:
            self._write(lambda ctx: queue.renew(ctx.connection, held, ctx.now))

    def _claim(self, seen: Candidate) -> Claim | None:
        return self._write(lambda ctx: queue.claim(ctx.connection, seen, self._owner, ctx.now))

    def _run(self, claim: Claim) -> None:
        started = self._database.clock.monotonic()
        self.held = claim
        try:
            self._handlers[claim.name](JobRun(self._database, claim, self.must_stop))
        except Interrupted:
            outcome = self._release(claim)
        except LeaseLost:
            outcome = "lost"
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is written to its job
            outcome = self._failed(claim, error)
        else:
            self._write(lambda ctx: queue.finish(ctx.connection, claim, ctx.now))
            outcome = "done"
        finally:
            self.held = None
        metrics.job_ended(claim.name, outcome)
        seconds = round(self._database.clock.monotonic() - started, 3)
        log.info("job.ended", job=claim.name, id=str(claim.id), outcome=outcome, seconds=seconds)

    def _release(self, claim: Claim) -> str:
        self._write(lambda ctx: queue.release(ctx.connection, claim))
        return "interrupted"

    def _failed(self, claim: Claim, error: Exception) -> str:
        log.warning("job.failed", job=claim.name, id=str(claim.id), attempt=claim.attempt, exc_info=error)
        text = logs.redact(f"{type(error).__name__}: {error}")
        chance = int.from_bytes(self._database.ids.random(4), "big") / 2**32
        state = self._write(lambda ctx: queue.retry_or_bury(ctx.connection, claim, ctx.now, text, chance))
        return "dead" if state == "dead" else "failed"

    def _write(self, work: Callable[[Context], T]) -> T:
        return self._database.write(work, share=Share.JOBS)
