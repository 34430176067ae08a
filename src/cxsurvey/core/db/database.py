"""The database of one process, as edges see it: read here, write through the lane, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Protocol, TypeVar

from anyio import move_on_after
from anyio.to_thread import run_sync
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cxsurvey.core.clock import Clock
from cxsurvey.core.context import Context
from cxsurvey.core.db.batch import Reactions
from cxsurvey.core.db.engines import READ_SECONDS, Engines, limit_reading, open_engines
from cxsurvey.core.db.failures import Failure, failure_of, is_refused_write
from cxsurvey.core.db.lane import Lane
from cxsurvey.core.db.lanes import LaneSet
from cxsurvey.core.db.store import PostgresStore, SqliteStore, Store
from cxsurvey.core.db.units import Hot, Share
from cxsurvey.core.errors import Unavailable
from cxsurvey.core.ids import Ids
from cxsurvey.core.signing import Keys
from cxsurvey.settings import Settings

T = TypeVar("T")
C = TypeVar("C")
R = TypeVar("R")


class Lanes(Protocol):
    """Where writes go: `LaneSet` in a process, `InlineLane` in tests."""

    def start(self) -> None: ...
    def close(self) -> None: ...
    def has_room(self, share: Share) -> bool: ...
    def is_alive(self) -> bool: ...
    def run(self, work: Callable[[Context], T], share: Share, key: object) -> T: ...
    async def arun(self, work: Callable[[Context], T], share: Share, key: object) -> T: ...
    def run_hot(self, hot: Hot[C, R], items: Sequence[C], share: Share, key: object) -> list[R]: ...
    async def arun_hot(self, hot: Hot[C, R], items: Sequence[C], share: Share, key: object) -> list[R]: ...


class Reads(Protocol):
    """Where reads come from."""

    on_the_loop: bool
    """Whether a coroutine reads by itself; else it hands the read to a thread."""

    def connection(self) -> AbstractContextManager[Connection]: ...
    def loop_connection(self) -> Connection: ...


class EngineReads:
    """Reads from the reading engine, each given up after two seconds."""

    def __init__(self, engines: Engines, clock: Clock) -> None:
        self._engines = engines
        self._clock = clock
        self.on_the_loop = engines.is_sqlite
        self._loop_connection: Connection | None = None

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        with self._engines.reading.connect() as connection:
            limit_reading(connection, self._clock.monotonic)
            with connection.begin():
                yield connection

    def loop_connection(self) -> Connection:
        """One connection kept open for the event loop; each statement sees what was committed before it."""
        if self._loop_connection is None:
            engine = self._engines.looping or self._engines.reading
            self._loop_connection = engine.connect()
        return self._loop_connection


class Database:
    """Reads and writes of one process. Open it with `Database.open`, `close` it to drain the lanes."""

    def __init__(self, settings: Settings, clock: Clock, ids: Ids, keys: Keys, lanes: Lanes, reads: Reads) -> None:
        self.settings = settings
        self.clock = clock
        self.ids = ids
        self.keys = keys
        self.engines: Engines | None = None
        self._lanes = lanes
        self._reads = reads

    @classmethod
    def open(
        cls,
        settings: Settings,
        clock: Clock,
        ids: Ids,
        keys: Keys,
        reactions: Reactions,
        *,
        checkpoints: bool = False,
    ) -> Database:
        """The database the settings name, with its lanes running.

        `checkpoints` is for the server alone: no other process may move the SQLite log into the file.
        """
        engines = open_engines(settings)
        heard = frozenset(reactions.handlers)

        def make_context(connection: Connection, now: datetime) -> Context:
            return Context(connection, now, ids, keys, settings, heard=heard)

        def store() -> Store:
            if engines.sqlite_file is not None:
                return SqliteStore(
                    engines,
                    engines.sqlite_file,
                    clock.monotonic,
                    allow_unsafe=settings.allow_unsafe_db,
                    checkpoints=checkpoints,
                )
            return PostgresStore(engines, allow_unsafe=settings.allow_unsafe_db)

        number = 1 if engines.is_sqlite else settings.postgres_lanes
        lanes = LaneSet([Lane(store(), clock, make_context, reactions) for _ in range(number)])
        database = cls(settings, clock, ids, keys, lanes, EngineReads(engines, clock))
        database.engines = engines
        lanes.start()
        return database

    def close(self) -> None:
        """Finishes what waits in the lanes and lets go of all connections."""
        self._lanes.close()
        if self.engines is not None:
            self.engines.dispose()

    @contextmanager
    def read(self) -> Iterator[Context]:
        """A reading context; writing in it fails. Raises `Unavailable` when the database does not answer in time."""
        with self._reading(self._reads.connection()) as ctx:
            yield ctx

    @contextmanager
    def _reading(self, opened: AbstractContextManager[Connection]) -> Iterator[Context]:
        try:
            with opened as connection:
                ctx = Context(connection, self.clock.now(), self.ids, self.keys, self.settings)
                try:
                    yield ctx
                finally:
                    ctx.abandon()
        except (PoolTimeout, DBAPIError) as error:
            self._refuse_if_away(error)
            raise

    @staticmethod
    def _refuse_if_away(error: PoolTimeout | DBAPIError) -> None:
        """Raises `Unavailable` when it was the database that did not answer."""
        if isinstance(error, PoolTimeout):
            raise Unavailable from error
        if failure_of(error) in {Failure.BROKEN, Failure.CANCELLED} and not is_refused_write(error):
            raise Unavailable from error

    async def aread(self, work: Callable[[Context], T]) -> T:
        """One short read by a key for a coroutine: on the loop for SQLite, where it is faster than a thread."""
        if not self._reads.on_the_loop:
            with move_on_after(READ_SECONDS + 1):
                # a server that is frozen never answers; the thread is left to its time-out
                return await run_sync(self._read_with, work, abandon_on_cancel=True)
            raise Unavailable
        # without the context managers of `read`, which cost a customer's page as much as the statement itself
        try:
            connection = self._reads.loop_connection()
            ctx = Context(connection, self.clock.now(), self.ids, self.keys, self.settings)
            try:
                return work(ctx)
            finally:
                ctx.abandon()
        except (PoolTimeout, DBAPIError) as error:
            self._refuse_if_away(error)
            raise

    def _read_with(self, work: Callable[[Context], T]) -> T:
        with self.read() as ctx:
            return work(ctx)

    def write(self, work: Callable[[Context], T], *, share: Share, lane_key: object = None) -> T:
        """Runs `work` as one unit and returns its result once it is committed.

        Units with the same `lane_key` (the survey) share a lane. Raises what `work` raises, `Busy` when somebody
        else is writing the same thing, `Unavailable` when it could not be stored.
        """
        return self._lanes.run(work, share, lane_key)

    async def awrite(self, work: Callable[[Context], T], *, share: Share, lane_key: object = None) -> T:
        """`write` for a coroutine."""
        return await self._lanes.arun(work, share, lane_key)

    def hot(self, hot: Hot[C, R], items: Sequence[C], *, share: Share, lane_key: object = None) -> list[R]:
        """Runs a use case that is written for many; what other callers have queued of it joins the same call."""
        return self._lanes.run_hot(hot, items, share, lane_key)

    async def ahot(self, hot: Hot[C, R], items: Sequence[C], *, share: Share, lane_key: object = None) -> list[R]:
        """`hot` for a coroutine."""
        return await self._lanes.arun_hot(hot, items, share, lane_key)

    def has_room(self, share: Share) -> bool:
        """Whether a write of this share would be taken now; where not, refusing it need cost nothing."""
        return self._lanes.has_room(share)

    def ready(self) -> bool:
        """Whether writes can be taken and the database answers a short read of its schema."""
        try:
            with self.read() as ctx:
                ctx.connection.execute(text("SELECT version_num FROM alembic_version")).first()
        except (Unavailable, DBAPIError):
            return False
        return self._lanes.is_alive()
