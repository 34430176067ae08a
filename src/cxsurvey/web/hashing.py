"""At most two passwords are worked on at once; who waits holds no thread, and a long queue is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

from cxsurvey.core.errors import Unavailable

T = TypeVar("T")

AT_ONCE = 2
LONGEST_QUEUE = 16


class Hashing:
    """The bench at which passwords are hashed and checked; one per application."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def run(self, work: Callable[[], T]) -> T:
        """Does slow work on a password in a thread; raises `Unavailable` when too many wait already."""
        if self._waiting >= LONGEST_QUEUE:
            raise Unavailable(retry_after=5)
        self._waiting += 1
        try:
            async with self._places:
                return await run_in_threadpool(work)
        finally:
            self._waiting -= 1
