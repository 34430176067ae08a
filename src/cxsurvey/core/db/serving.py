"""Who uses the database now: servers and workers among themselves, and whoever must be alone.

SQLite: a running process holds `cxsurvey.serve.lock` shared, whoever must be alone holds it exclusively.
Postgres: a running process writes a sign of life every few seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from cxsurvey.core.db.engines import Engines
from cxsurvey.core.db.filelock import SERVE_LOCK, FileLock
from cxsurvey.core.jobs import beats


class InUse(Exception):  # noqa: N818 - read by people
    """Somebody else uses the database in a way that does not go together with what was asked."""


class ServeLock:
    """The lock of one process on its SQLite installation; on Postgres it does nothing."""

    def __init__(self, sqlite_file: Path | None) -> None:
        self._lock: FileLock | None = None
        if sqlite_file is not None:
            sqlite_file.parent.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock.beside(sqlite_file, SERVE_LOCK)

    def alone(self) -> bool:
        """Takes the lock for this process alone, if nobody else uses the database now."""
        return self._lock is None or self._lock.acquire(wait=False)

    def share(self) -> None:
        """Takes the lock together with others; raises `InUse` while somebody must be alone."""
        if self._lock is not None and not self._lock.acquire(shared=True, wait=False):
            raise InUse("Another process upgrades or restores the database; try again when it is done")

    def close(self) -> None:
        """Lets go."""
        if self._lock is not None:
            self._lock.close()


@contextmanager
def alone(engines: Engines, now: datetime) -> Iterator[None]:
    """Keeps servers and workers out for a block of code; raises `InUse` when one is there.

    On Postgres it can only look before: a server that starts meanwhile is not kept out.
    """
    lock = ServeLock(engines.sqlite_file)
    try:
        if not lock.alone():
            raise InUse(f"A cxsurvey process uses {engines.sqlite_file}; stop it first")
        used_by = alive_on_postgres(engines, now) if engines.sqlite_file is None else None
        if used_by is not None:
            raise InUse(f"A {used_by}; stop it first, or wait {beats.ALIVE.seconds} seconds if it was killed")
        yield
    finally:
        lock.close()


def alive_on_postgres(engines: Engines, now: datetime) -> str | None:
    """Says in words which server or worker beat lately; None when none did."""
    try:
        with engines.reading.connect() as connection:
            found = beats.alive(connection, now)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == "42P01":  # no schema yet, so nobody can use it
            return None
        raise
    return f"{found[0].command} {found[0].name} was seen a moment ago" if found else None
