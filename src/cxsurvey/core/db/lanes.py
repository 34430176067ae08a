"""The lanes of one process as one: a unit goes to the lane of its key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from cxsurvey.core import metrics
from cxsurvey.core.context import Context
from cxsurvey.core.db.lane import Lane
from cxsurvey.core.db.units import CAPACITY, Hot, Share, Unit

T = TypeVar("T")
C = TypeVar("C")
R = TypeVar("R")


class LaneSet:
    """The lanes of one process: one on SQLite, a few on Postgres; a key always goes to the same lane."""

    def __init__(self, lanes: Sequence[Lane]) -> None:
        self._lanes = lanes

    def start(self) -> None:
        for lane in self._lanes:
            lane.start()
        metrics.watch_queue(self.waiting)

    def is_alive(self) -> bool:
        """Whether every lane still runs."""
        return all(lane.is_alive for lane in self._lanes)

    def waiting(self) -> dict[str, int]:
        """How many units wait, by share."""
        return {share.value: sum(lane.waiting(share) for lane in self._lanes) for share in Share}

    def has_room(self, share: Share) -> bool:
        """Whether some lane would take a unit of this share now."""
        return any(lane.waiting(share) < CAPACITY[share] for lane in self._lanes)

    def close(self) -> None:
        for lane in self._lanes:
            lane.close()

    def _lane(self, key: object) -> Lane:
        return self._lanes[hash(key) % len(self._lanes)] if key is not None else self._lanes[0]

    def run(self, work: Callable[[Context], T], share: Share, key: object) -> T:
        result: T = self._lane(key).run(Unit(share, work=work))
        return result

    async def arun(self, work: Callable[[Context], T], share: Share, key: object) -> T:
        unit = Unit(share, work=work, loop=asyncio.get_running_loop())
        result: T = await self._lane(key).arun(unit)
        return result

    def run_hot(self, hot: Hot[C, R], items: Sequence[C], share: Share, key: object) -> list[R]:
        result: list[R] = self._lane(key).run(Unit(share, hot=hot, items=items))
        return result

    async def arun_hot(self, hot: Hot[C, R], items: Sequence[C], share: Share, key: object) -> list[R]:
        unit = Unit(share, hot=hot, items=items, loop=asyncio.get_running_loop())
        result: list[R] = await self._lane(key).arun(unit)
        return result
