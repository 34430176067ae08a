"""What happens inside one transaction of the lane: units, handlers, jobs, finishers. Committing is the caller's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

import structlog
from sqlalchemy import Connection

from cxsurvey.core.context import Context, DeltaKey, Deltas, NewJob
from cxsurvey.core.db.driver import command
from cxsurvey.core.db.failures import Failure, describe, failure_of
from cxsurvey.core.db.units import Unit
from cxsurvey.core.errors import Refusal, Unavailable
from cxsurvey.core.events import Event
from cxsurvey.core.jobs import queue

log = structlog.get_logger("cxsurvey.lane")

Handler: TypeAlias = Callable[[Context, Sequence[Any]], None]
Told: TypeAlias = Callable[[], None]
Finisher: TypeAlias = Callable[[Connection, Mapping[DeltaKey, Mapping[str, int]]], Told | None]
MakeContext: TypeAlias = Callable[[Connection], Context]


@dataclass(frozen=True)
class Reactions:
    """What follows from a unit, as `wiring` lists it.

    `handlers`: event type to functions that take all events of that type and one workspace in the batch.
    `finishers`: kind of delta to the function that writes the sums, right before the commit; what it returns is
    called after it. `pack` turns a handler and its events into the jobs that try it again.
    """

    handlers: Mapping[type[Event], Sequence[Handler]] = field(default_factory=dict)
    finishers: Mapping[str, Finisher] = field(default_factory=dict)
    pack: Callable[[Handler, Sequence[Event]], Sequence[NewJob]] | None = None


class Savepoint:
    """A savepoint of a fixed name, which costs two short statements; in a lane none of a name stands in another."""

    def __init__(self, connection: Connection, name: str = "unit") -> None:
        self._connection = connection
        self._name = name
        command(connection, f"SAVEPOINT {name}")

    def release(self) -> None:
        """Keeps what was done since."""
        command(self._connection, f"RELEASE SAVEPOINT {self._name}")

    def rollback(self) -> None:
        """Undoes what was done since."""
        command(self._connection, f"ROLLBACK TO SAVEPOINT {self._name}")
        self.release()


class BatchLost(Exception):  # noqa: N818 - says what happened
    """The transaction cannot go on; nothing of it will be stored."""


def run_units(connection: Connection, units: Sequence[Unit], make_context: MakeContext) -> list[Unit]:
    """Runs each unit in a SAVEPOINT, joining those of one hot use case; returns the units to be tried alone.

    Results and errors stay on the units. Raises `BatchLost` when the database itself gave up.
    """
    alone: list[Unit] = []
    joined: dict[int, list[Unit]] = defaultdict(list)
    for unit in units:
        if unit.hot is None:
            _run_one(connection, unit, make_context, alone)
        else:
            joined[id(unit.hot)].append(unit)
    for group in joined.values():
        if len(group) == 1 or not _run_joined(connection, group, make_context):
            for unit in group:
                _run_one(connection, unit, make_context, alone)
    return alone


def _run_joined(connection: Connection, group: Sequence[Unit], make_context: MakeContext) -> bool:
    """One call for all items of the group; False when it raised, was undone, and each must run by itself.

    A call that took too long is not tried again: one by one they would hold everybody up as long, each of them.
    """
    hot = group[0].hot
    assert hot is not None
    items = [item for unit in group for item in unit.items]
    ctx = make_context(connection)
    savepoint = Savepoint(connection)
    try:
        results = hot.work(ctx, items)
        ctx.close()
    except Exception as error:  # noqa: BLE001 - each unit gets its own chance, and its own error
        failure = _undo(savepoint, ctx, error)
        if failure is not Failure.CANCELLED:
            return False
        for unit in group:
            unit.fail(Unavailable())
        log.warning("unit.failed", unit=hot.name, units=len(group), error=describe(error))
        return True
    savepoint.release()
    start = 0
    for unit in group:
        unit.result = results[start : start + len(unit.items)]
        start += len(unit.items)
    # the facts belong to the whole call; one unit carries them
    group[0].keep(ctx)
    return True


def _run_one(connection: Connection, unit: Unit, make_context: MakeContext, alone: list[Unit]) -> None:
    ctx = make_context(connection)
    savepoint = Savepoint(connection)
    try:
        unit.result = unit.hot.work(ctx, unit.items) if unit.hot else _work(unit)(ctx)
        ctx.close()
    except Exception as error:  # noqa: BLE001 - whatever a unit raises belongs to its caller
        failure = _undo(savepoint, ctx, error)
        if failure is Failure.CONTENDED:
            alone.append(unit)
        unit.fail(Unavailable() if failure is Failure.CANCELLED else error)
        if not isinstance(error, Refusal):
            log.warning("unit.failed", unit=unit.name, error=describe(error))
        return
    savepoint.release()
    unit.keep(ctx)


def _work(unit: Unit) -> Callable[[Context], Any]:
    assert unit.work is not None
    return unit.work


def _undo(savepoint: Savepoint, ctx: Context, error: BaseException) -> Failure:
    """Rolls back to the savepoint; raises `BatchLost` when the transaction around it is gone as well."""
    ctx.abandon()
    failure = failure_of(error)
    if failure is Failure.BROKEN:
        raise BatchLost from error
    try:
        savepoint.rollback()
    except Exception as second:
        raise BatchLost from second
    return failure


def finish(
    connection: Connection, units: Sequence[Unit], make_context: MakeContext, reactions: Reactions
) -> list[Told]:
    """Handlers, then jobs in one statement, then finishers with their keys sorted; what to call after the commit.

    A handler that raises loses its own part only, is logged and tried again as a job; it is called for each workspace
    by itself, so that none fails for the events of another. An error here beyond that
    loses the whole batch, because the counts would no longer be exact.
    """
    stored = [unit for unit in units if unit.error is None]
    jobs = [job for unit in stored for job in unit.jobs]
    deltas = [unit.deltas for unit in stored if unit.deltas]
    heard: dict[tuple[type[Event], UUID], list[Event]] = defaultdict(list)
    for unit in stored:
        for event in unit.events:
            heard[type(event), event.workspace_id].append(event)
    for (event_type, _), events in heard.items():
        for handler in reactions.handlers.get(event_type, ()):
            _handle(connection, handler, events, make_context, reactions, jobs, deltas)
    ctx = make_context(connection)
    if jobs:
        queue.write(connection, jobs, ctx.ids, ctx.now)
    sums = sorted(merge(deltas).items())
    told = [reactions.finishers[kind](connection, dict(sorted(rows.items()))) for kind, rows in sums]
    return [tell for tell in told if tell is not None]


def _handle(
    connection: Connection,
    handler: Handler,
    events: Sequence[Event],
    make_context: MakeContext,
    reactions: Reactions,
    jobs: list[NewJob],
    deltas: list[Deltas],
) -> None:
    ctx = make_context(connection)
    ctx.react_in(events[0].workspace_id)
    savepoint = Savepoint(connection)
    try:
        handler(ctx, events)
        ctx.close()
    except Exception as error:
        _undo(savepoint, ctx, error)
        log.exception("handler.failed", handler=handler.__qualname__, error=type(error).__name__)
        if reactions.pack is not None:
            jobs += reactions.pack(handler, events)
        return
    savepoint.release()
    jobs += ctx.jobs
    if ctx.deltas:
        deltas.append(ctx.deltas)


def merge(parts: Sequence[Deltas]) -> Deltas:
    """The sums of several units' counters; rows that came to nothing are left out."""
    sums: Deltas = {}
    for part in parts:
        for kind, rows in part.items():
            into = sums.setdefault(kind, {})
            for key, amounts in rows.items():
                row = into.setdefault(key, defaultdict(int))
                for column, amount in amounts.items():
                    row[column] += amount
    for rows in sums.values():
        for key in [key for key, amounts in rows.items() if not any(amounts.values())]:
            del rows[key]
    return sums
