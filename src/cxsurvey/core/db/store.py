"""The lane's own connection: how a transaction begins and ends on each database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import structlog
from sqlalchemy import Connection, RootTransaction
from sqlalchemy.exc import DBAPIError

from cxsurvey.core.db.driver import command
from cxsurvey.core.db.engines import Engines, UnsafeDatabase, unsafe_settings
from cxsurvey.core.db.failures import Failure, describe, failure_of
from cxsurvey.core.db.filelock import WRITE_LOCK, FileLock

log = structlog.get_logger("cxsurvey.lane")

LOCK_TIMEOUT_TOGETHER = "100ms"
LOCK_TIMEOUT_ALONE = "1s"
LOCK_TIMEOUT_FINISH = "2s"
CHECKPOINT_BYTES = 4 * 1024 * 1024
TRUNCATE_BYTES = 48 * 1024 * 1024
SECONDS_BETWEEN_CHECKPOINTS = 1.0


class Store(Protocol):
    """What a lane needs of its database."""

    chore_seconds: float | None

    def begin(self, *, alone: bool = False) -> Connection:
        """Opens a transaction; `alone` for a unit that met contention and is tried by itself."""
        ...

    def before_finish(self, connection: Connection) -> None: ...
    def commit(self) -> None: ...
    def after_commit(self) -> None: ...
    def reset(self) -> None: ...
    def has_chore(self) -> bool: ...
    def do_chore(self) -> None: ...
    def worth_waiting(self, error: BaseException) -> bool: ...
    def close(self) -> None: ...


class _Connected:
    """One long-lived writing connection, opened when first needed and again after it broke."""

    def __init__(self, engines: Engines, *, allow_unsafe: bool) -> None:
        self._engines = engines
        self._allow_unsafe = allow_unsafe
        self._connection: Connection | None = None
        self._transaction: RootTransaction | None = None

    def _connected(self) -> Connection:
        if self._connection is None:
            connection = self._engines.writing.connect()
            found = [] if self._allow_unsafe else self._unsafe(connection)
            if found:
                connection.close()
                raise UnsafeDatabase("; ".join(found))
            self._connection = connection
        return self._connection

    @staticmethod
    def _unsafe(connection: Connection) -> list[str]:
        with connection.begin():
            return unsafe_settings(connection)

    def commit(self) -> None:
        assert self._transaction is not None
        self._transaction.commit()
        self._transaction = None

    def reset(self) -> None:
        """Throws the connection away; the next unit gets a new one."""
        if self._connection is not None:
            try:
                self._connection.invalidate()
                self._connection.close()
            except Exception as error:  # noqa: BLE001 - the connection is thrown away in any case
                log.warning("lane.reset_failed", error=type(error).__name__)
        self._connection = self._transaction = None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class PostgresStore(_Connected):
    """Waits 100 ms at most for a lock inside a batch, so that two processes cannot hold each other up."""

    chore_seconds: float | None = None

    def begin(self, *, alone: bool = False) -> Connection:
        timeout = LOCK_TIMEOUT_ALONE if alone else LOCK_TIMEOUT_TOGETHER
        if self._connection is not None:
            try:
                return self._begin(self._connection, timeout)
            except DBAPIError:
                # it may have been cut while it lay idle; only a new one tells whether the database is away
                self.reset()
        return self._begin(self._connected(), timeout)

    def _begin(self, connection: Connection, timeout: str) -> Connection:
        from cxsurvey.core.db.patience import driver_of

        self._transaction = connection.begin()
        driver = driver_of(connection)
        # nothing was asked of it yet: if the server is silent, those who wait hear of it soon
        driver.idle = True
        command(connection, f"SET LOCAL lock_timeout = '{timeout}'")
        driver.idle = False
        return connection

    def before_finish(self, connection: Connection) -> None:
        command(connection, f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_FINISH}'")

    def after_commit(self) -> None:
        return

    def has_chore(self) -> bool:
        return False

    def do_chore(self) -> None:
        return

    def worth_waiting(self, error: BaseException) -> bool:
        return False


class SqliteStore(_Connected):
    """Holds the file lock around each transaction; checkpoints under it when `checkpoints` (only a server does)."""

    def __init__(
        self,
        engines: Engines,
        file: Path,
        monotonic: Callable[[], float],
        *,
        allow_unsafe: bool,
        checkpoints: bool,
    ) -> None:
        super().__init__(engines, allow_unsafe=allow_unsafe)
        self._lock = FileLock.beside(file, WRITE_LOCK)
        self._log = file.with_name(file.name + "-wal")
        self._monotonic = monotonic
        self._checkpoints = checkpoints
        self._next_checkpoint = 0.0
        self.chore_seconds: float | None = SECONDS_BETWEEN_CHECKPOINTS if checkpoints else None

    def begin(self, *, alone: bool = False) -> Connection:
        connection = self._connected()
        self._lock.acquire()
        try:
            self._transaction = connection.begin()
        except BaseException:
            self._lock.release()
            raise
        return connection

    def before_finish(self, connection: Connection) -> None:
        return

    def commit(self) -> None:
        super().commit()
        self._lock.release()

    def reset(self) -> None:
        super().reset()
        self._lock.release()

    def after_commit(self) -> None:
        if self.has_chore():
            self.do_chore()

    def has_chore(self) -> bool:
        return (
            self._checkpoints
            and self._connection is not None
            and self._monotonic() >= self._next_checkpoint
            and self._log_bytes() > CHECKPOINT_BYTES
        )

    def do_chore(self) -> None:
        """Moves the log into the file; begins the log anew when it has grown long."""
        assert self._connection is not None
        self._next_checkpoint = self._monotonic() + SECONDS_BETWEEN_CHECKPOINTS
        try:
            self._checkpoint("TRUNCATE" if self._log_bytes() > TRUNCATE_BYTES else "PASSIVE")
        except sqlite3.Error as error:
            # a full disk: what is committed stays in the log, and the next checkpoint tries again
            log.warning("lane.checkpoint_failed", error=describe(error))

    def _checkpoint(self, how: str) -> None:
        assert self._connection is not None
        driver = self._connection.connection.driver_connection
        assert driver is not None
        with self._lock.held():
            driver.execute("PRAGMA busy_timeout=50")
            driver.execute(f"PRAGMA wal_checkpoint({how})").fetchall()
            driver.execute("PRAGMA busy_timeout=5000")

    def _log_bytes(self) -> int:
        try:
            return self._log.stat().st_size
        except OSError:
            return 0

    def worth_waiting(self, error: BaseException) -> bool:
        """A file somebody else has locked is waited for, until the callers give up; anything else is not."""
        return failure_of(error) is Failure.BROKEN and "locked" in str(error)

    def close(self) -> None:
        if self._checkpoints and self._connection is not None:
            try:
                self._checkpoint("TRUNCATE")
            except Exception as error:  # noqa: BLE001 - the next start checkpoints again
                log.warning("lane.last_checkpoint_failed", error=type(error).__name__)
        super().close()
        self._lock.close()
