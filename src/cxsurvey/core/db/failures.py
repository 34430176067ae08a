"""What a database error means for the unit that met it, on either database."""

from __future__ import annotations

import sqlite3
from enum import Enum

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

CANCELLED = "57014"  # by its time-out, for the most part
CONTENTION = frozenset({"55P03", "40P01", "40001", "23505"})  # lock, deadlock, serialization, twin
EXHAUSTED = (
    "53",
    "57",
    "58",
    "08",
    "XX",
    "25006",
)  # resources, shutdown, system, connection, corrupt, standby


class Failure(Enum):
    """`CONTENDED`: somebody else holds the same thing. `BROKEN`: the database or its disk. `OWN`: the unit itself.

    `CANCELLED`: the statement took too long and the server gave it up; the transaction around a savepoint lives on.
    """

    CONTENDED = "contended"
    CANCELLED = "cancelled"
    BROKEN = "broken"
    OWN = "own"


def failure_of(error: BaseException) -> Failure:
    """Sorts an exception that came out of a unit or a commit."""
    if isinstance(error, PoolTimeout):
        return Failure.BROKEN
    if not isinstance(error, DBAPIError):
        return Failure.OWN
    cause = error.orig
    state = getattr(cause, "sqlstate", None)
    if state in CONTENTION:
        return Failure.CONTENDED
    if state == CANCELLED:
        return Failure.CANCELLED
    if isinstance(cause, sqlite3.IntegrityError):
        return Failure.CONTENDED if "UNIQUE" in str(cause) else Failure.OWN
    if state is not None:
        return Failure.BROKEN if state.startswith(EXHAUSTED) else Failure.OWN
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        return Failure.OWN if code == sqlite3.SQLITE_ERROR else Failure.BROKEN
    # a Postgres connection that never came about, or went away in the middle
    return Failure.BROKEN if isinstance(error, (OperationalError, InterfaceError)) else Failure.OWN


def describe(error: BaseException) -> str:
    """What went wrong, for the log: the kind and the database's own code, never values of a row."""
    cause = getattr(error, "orig", None) or error
    code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    return f"{type(cause).__name__} {code}" if code else type(cause).__name__


def is_refused_write(error: DBAPIError) -> bool:
    """Whether a reading connection was asked to write, which is a bug and no trouble of the database."""
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_READONLY
    return getattr(error.orig, "sqlstate", None) == "25006"
