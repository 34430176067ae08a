"""The write lane: a thread that owns a writing connection and commits what has queued, together, once.

Callers hear about their unit only after the commit. The lane never lingers to fill a batch: it takes what is
there, and under load the batches grow by themselves.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

import structlog
from sqlalchemy import Connection

from cxsurvey.core import metrics
from cxsurvey.core.clock import Clock
from cxsurvey.core.context import Context
from cxsurvey.core.db.batch import BatchLost, Reactions, finish, run_units
from cxsurvey.core.db.failures import Failure, describe, failure_of
from cxsurvey.core.db.store import Store
from cxsurvey.core.db.units import CAPACITY, Share, State, Unit, tell_all
from cxsurvey.core.errors import Busy, Refusal, Unavailable, Unconfirmed

log = structlog.get_logger("cxsurvey.lane")

PATIENCE_SECONDS = 3.0
"""How long a caller waits for its unit to be claimed."""
BATCH_LIMIT = 128
"""Answers from which a transaction takes in no further unit: the first do not wait for the last, and a flood that comes
in as room is made for it holds the loop up no longer than a refusal may take."""


class MakeUnitContext(Protocol):
    """Builds the context of one unit on the lane's connection."""

    def __call__(self, connection: Connection, now: datetime) -> Context: ...


class Lane:
    """One writing connection and its thread. `start` it, give it units, `close` it to drain and stop."""

    def __init__(self, store: Store, clock: Clock, make_context: MakeUnitContext, reactions: Reactions) -> None:
        self._store = store
        self._clock = clock
        self._make_context = make_context
        self._reactions = reactions
        self._queue: deque[Unit] = deque()
        self._waiting = dict.fromkeys(Share, 0)
        self._changed = threading.Condition()
        self._closing = False
        self._watched: set[asyncio.AbstractEventLoop] = set()
        self._last_now: datetime | None = None
        self._thread = threading.Thread(target=self._run, name="write-lane", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def close(self, timeout: float = 10.0) -> None:
        """Takes no new units, finishes those that wait, and stops."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(timeout)

    # ---- callers

    def put(self, unit: Unit) -> None:
        """Queues a unit; raises `Unavailable` at once when its share of the queue is full."""
        with self._changed:
            if self._closing:
                raise Unavailable("The service is restarting. Nothing was stored; please try again.")
            if self._waiting[unit.share] >= CAPACITY[unit.share]:
                metrics.refused(unit.share)
                raise Unavailable
            self._waiting[unit.share] += 1
            self._queue.append(unit)
            self._changed.notify()

    def waiting(self, share: Share) -> int:
        """How many units of a share wait to be claimed."""
        return self._waiting[share]

    def give_up(self, unit: Unit) -> bool:
        """Whether the unit was still waiting; it will then never run. A claimed unit must be awaited."""
        with self._changed:
            if unit.state is not State.WAITING:
                return False
            unit.state = State.GIVEN_UP
            self._waiting[unit.share] -= 1
            self._queue.remove(unit)
        return True

    def run(self, unit: Unit) -> Any:
        """Queues a unit and waits for its end; the result, or its error raised."""
        self.put(unit)
        assert unit.settled is not None
        if not unit.settled.wait(PATIENCE_SECONDS):
            if self.give_up(unit):
                raise Unavailable
            unit.settled.wait()
        if unit.error is not None:
            raise unit.error
        return unit.result

    async def arun(self, unit: Unit) -> Any:
        """The same for a coroutine."""
        assert unit.loop is not None
        assert unit.future is not None
        unit.since = unit.loop.time()
        self.put(unit)
        if unit.loop not in self._watched:
            self._watched.add(unit.loop)
            unit.loop.call_later(PATIENCE_SECONDS, self._let_go, unit.loop)
        return await unit.future

    def _let_go(self, loop: asyncio.AbstractEventLoop) -> None:
        """Tells those callers of a loop that have waited for too long; comes again when the next one will have.

        They wait in the order they came in, so one timer is enough for all of them.
        """
        with self._changed:
            waiting = [unit for unit in self._queue if unit.loop is loop]
        for unit in waiting:
            next_in = unit.since + PATIENCE_SECONDS - loop.time()
            if next_in > 0:
                loop.call_later(next_in, self._let_go, loop)
                return
            if self.give_up(unit):
                unit.fail(Unavailable())
                unit.tell()
        self._watched.discard(loop)

    # ---- the thread

    def _run(self) -> None:
        while self._wait():
            # nothing that happens to one batch may end the thread that all callers depend on
            try:
                if self._queue:
                    self._turn()
                else:
                    self._store.do_chore()
            except Exception:
                log.exception("lane.turn_failed")
                self._store.reset()
        self._store.close()

    def _wait(self) -> bool:
        """Blocks until there is work or the end; meanwhile does the store's own chores."""
        with self._changed:
            while not self._queue:
                if self._closing:
                    return False
                if self._store.has_chore():
                    break
                self._changed.wait(self._store.chore_seconds)
        return True

    def _turn(self) -> None:
        try:
            connection = self._store.begin()
        except Exception as error:  # noqa: BLE001 - callers must be told, whatever it was
            self._store.reset()
            log.warning("lane.begin_failed", error=describe(error))
            if not self._store.worth_waiting(error):
                self._refuse_all()
            return
        units = self._claim()
        started = self._clock.monotonic()
        alone = self._commit_together(connection, units)
        metrics.batch(len(units), self._clock.monotonic() - started)
        tell_all([unit for unit in units if unit not in alone] if alone else units)
        for unit in alone:
            self._commit_alone(unit)
        self._store.after_commit()

    def _claim(self) -> list[Unit]:
        with self._changed:
            units: list[Unit] = []
            room = BATCH_LIMIT
            while self._queue and room > 0:
                unit = self._queue.popleft()
                room -= unit.weight
                unit.state = State.CLAIMED
                self._waiting[unit.share] -= 1
                units.append(unit)
        return units

    def _commit_together(self, connection: Connection, units: Sequence[Unit]) -> list[Unit]:
        """Runs and commits a batch. Returns what met contention and must be tried alone; it is not stored yet."""
        make = self._context_maker()
        committing = False
        try:
            alone = run_units(connection, units, make)
            kept = [unit for unit in units if unit not in alone] if alone else units
            self._store.before_finish(connection)
            told = finish(connection, kept, make, self._reactions)
            committing = True
            self._store.commit()
        except Exception as error:  # noqa: BLE001 - callers must be told, whatever it was
            self._lost(units, error, committing=committing)
            return []
        for unit in kept:
            unit.state = State.DONE
        for tell in told:
            tell()
        return alone

    def _commit_alone(self, unit: Unit) -> None:
        """A unit that met somebody else's lock: once more, in a transaction of its own."""
        unit.error = None
        committing = False
        try:
            connection = self._store.begin(alone=True)
            make = self._context_maker()
            if run_units(connection, [unit], make):
                unit.fail(Busy())
            self._store.before_finish(connection)
            told = finish(connection, [unit], make, self._reactions)
            committing = True
            self._store.commit()
            for tell in told:
                tell()
        except Exception as error:  # noqa: BLE001 - callers must be told, whatever it was
            self._lost([unit], error, committing=committing)
        unit.state = State.DONE
        tell_all([unit])

    @property
    def is_alive(self) -> bool:
        """Whether the thread that all callers depend on still runs."""
        return self._thread.is_alive()

    def _lost(self, units: Sequence[Unit], error: BaseException, *, committing: bool) -> None:
        """This batch is not stored: everybody hears it, except those already refused for a reason.

        Where the COMMIT itself failed, its connection cut above all, it may be stored after all; nobody knows.
        """
        self._store.reset()
        cause = error.__cause__ if isinstance(error, BatchLost) and error.__cause__ else error
        log.error("lane.batch_lost", units=len(units), error=describe(cause))
        told: Callable[[], Refusal] = Unconfirmed if committing else Unavailable
        if failure_of(cause) is Failure.CONTENDED and len(units) == 1:
            told = Busy
        for unit in units:
            unit.state = State.DONE
            if not isinstance(unit.error, Refusal):
                unit.fail(told())

    def _refuse_all(self) -> None:
        units = self._claim()
        for unit in units:
            unit.state = State.DONE
            unit.fail(Unavailable())
        tell_all(units)

    def _context_maker(self) -> Callable[[Connection], Context]:
        now = self._clock.now()
        if self._last_now is not None and now < self._last_now:
            now = self._last_now
        self._last_now = now
        return lambda connection: self._make_context(connection, now)
