"""Units of work as they wait for the write lane."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any, Generic, TypeVar

from cxsurvey.core.context import Context, Deltas, NewJob
from cxsurvey.core.events import Event

C = TypeVar("C")
R = TypeVar("R")


class Share(StrEnum):
    """Whose unit it is; each has its own part of the queue, so that nobody can crowd out a respondent."""

    RESPONDENT = "respondent"
    API = "api"
    DASHBOARD = "dashboard"
    JOBS = "jobs"


CAPACITY = {Share.RESPONDENT: 512, Share.API: 256, Share.DASHBOARD: 64, Share.JOBS: 32}

TOLD_AT_ONCE = 8
"""Callers an event loop wakes in one turn: between them it hears new requests, so that refusals are quick as well."""


@dataclass(frozen=True, slots=True)
class Hot(Generic[C, R]):
    """A use case written for many: units of it that wait together become one call.

    `work` receives the items of all of them in order and returns as many results.
    """

    name: str
    work: Callable[[Context, Sequence[C]], list[R]]


class State(Enum):
    """Where a unit is. Only a waiting unit can be given up by its caller."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DONE = "done"
    GIVEN_UP = "given_up"


class Unit:
    """One unit: what to do, for whom, and the result once the transaction is committed."""

    __slots__ = (
        "deltas",
        "error",
        "events",
        "future",
        "hot",
        "items",
        "jobs",
        "loop",
        "result",
        "settled",
        "share",
        "since",
        "state",
        "work",
    )

    def __init__(
        self,
        share: Share,
        *,
        work: Callable[[Context], Any] | None = None,
        hot: Hot[Any, Any] | None = None,
        items: Sequence[Any] = (),
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self.share = share
        self.work = work
        self.hot = hot
        self.items = items
        self.state = State.WAITING
        self.since = 0.0
        self.result: Any = None
        self.error: BaseException | None = None
        self.events: list[Event] = []
        self.jobs: list[NewJob] = []
        self.deltas: Deltas = {}
        self.loop = loop
        self.future: asyncio.Future[Any] | None = loop.create_future() if loop is not None else None
        self.settled: threading.Event | None = None if loop is not None else threading.Event()

    @property
    def name(self) -> str:
        """What the unit is called in logs and measurements."""
        if self.hot is not None:
            return self.hot.name
        return getattr(self.work, "__qualname__", "unit")

    @property
    def weight(self) -> int:
        """How much of a batch the unit takes: one, or the number of answers it brings."""
        return max(1, sum([getattr(item, "weight", 1) for item in self.items]))

    def keep(self, ctx: Context) -> None:
        """Takes over what the context gathered, once the unit's savepoint is released."""
        self.events, self.jobs, self.deltas = ctx.events, ctx.jobs, ctx.deltas

    def fail(self, error: BaseException) -> None:
        """The unit will not be stored; its caller gets `error`."""
        self.error = error
        self.result = None
        self.events, self.jobs, self.deltas = [], [], {}

    def tell(self) -> None:
        """Hands result or error to the caller; runs in the caller's loop, or sets the caller's event."""
        if self.future is not None:
            if self.future.done():
                return
            if self.error is not None:
                self.future.set_exception(self.error)
            else:
                self.future.set_result(self.result)
        elif self.settled is not None:
            self.settled.set()


def tell_all(units: Sequence[Unit]) -> None:
    """Tells every caller, waking each event loop once."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Unit]] = {}
    for unit in units:
        if unit.loop is None:
            unit.tell()
        else:
            by_loop.setdefault(unit.loop, []).append(unit)
    for loop, waiting in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_tell_each, waiting)


def _tell_each(units: Sequence[Unit]) -> None:
    for unit in units[:TOLD_AT_ONCE]:
        unit.tell()
    rest = units[TOLD_AT_ONCE:]
    if rest and units[0].loop is not None:
        units[0].loop.call_soon(_tell_each, rest)
