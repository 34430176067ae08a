"""The lane without a thread: each unit is a SAVEPOINT of one given connection, and reads use the same connection.

For tests that roll everything back at the end. The units, handlers and finishers are the real ones.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection

from cxsurvey.core.context import Context
from cxsurvey.core.db.batch import Reactions, Savepoint, Told, finish, run_units
from cxsurvey.core.db.units import Hot, Share, Unit
from cxsurvey.core.errors import Busy

T = TypeVar("T")
C = TypeVar("C")
R = TypeVar("R")


class InlineLane:
    """Runs a unit at once, in the calling thread, inside the transaction of `connection`."""

    on_the_loop = True

    def __init__(
        self, connection: Connection, make_context: Callable[[Connection], Context], reactions: Reactions
    ) -> None:
        self._connection = connection
        self._make_context = make_context
        self._reactions = reactions
        self._one_at_a_time = threading.RLock()

    def start(self) -> None:
        return

    def close(self) -> None:
        return

    def has_room(self, share: Share) -> bool:
        return True

    def is_alive(self) -> bool:
        return True

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        # no lock: a page may open its read in one thread and close it in another
        yield self._connection

    def loop_connection(self) -> Connection:
        return self._connection

    def _run(self, unit: Unit) -> Any:
        with self._one_at_a_time:
            told = self._batch(unit)
        for tell in told:
            tell()
        if unit.error is not None:
            raise unit.error
        return unit.result

    def _batch(self, unit: Unit) -> list[Told]:
        savepoint = Savepoint(self._connection, "batch")
        try:
            if run_units(self._connection, [unit], self._make_context):
                unit.fail(Busy())
            told = finish(self._connection, [unit], self._make_context, self._reactions)
        except BaseException:
            savepoint.rollback()
            raise
        savepoint.release()
        return told

    def run(self, work: Callable[[Context], T], share: Share, key: object) -> T:
        result: T = self._run(Unit(share, work=work))
        return result

    async def arun(self, work: Callable[[Context], T], share: Share, key: object) -> T:
        return self.run(work, share, key)

    def run_hot(self, hot: Hot[C, R], items: Sequence[C], share: Share, key: object) -> list[R]:
        result: list[R] = self._run(Unit(share, hot=hot, items=items))
        return result

    async def arun_hot(self, hot: Hot[C, R], items: Sequence[C], share: Share, key: object) -> list[R]:
        return self.run_hot(hot, items, share, key)
