"""Locks between the processes of one SQLite installation, as files beside the database.

`cxsurvey.lock` is held around every write transaction and every checkpoint of any process: SQLite before 3.51.3
can lose a commit when a checkpoint of another process resets the log at the wrong moment.
`cxsurvey.serve.lock` is held shared by a running server and exclusively by whoever must be alone.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WRITE_LOCK = "cxsurvey.lock"
SERVE_LOCK = "cxsurvey.serve.lock"


class FileLock:
    """An advisory lock on one file; a process that dies lets go of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    @classmethod
    def beside(cls, database: Path, name: str) -> FileLock:
        """The lock of that name for the database in the same folder."""
        return cls(database.parent / name)

    def _open(self) -> int:
        if self._descriptor is None:
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._descriptor

    def acquire(self, *, shared: bool = False, wait: bool = True) -> bool:
        """Takes the lock; without `wait` answers at once whether it could."""
        mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(self._open(), mode if wait else mode | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Lets go; harmless when not held."""
        if self._descriptor is not None:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Lets go and closes the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """The lock for a block of code, waiting for it if need be."""
        self.acquire()
        try:
            yield
        finally:
            self.release()
