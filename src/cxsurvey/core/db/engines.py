"""Engines for both databases: one that writes and one that reads, with settings that keep what was acknowledged."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool, QueuePool

from cxsurvey.core.clock import SystemClock
from cxsurvey.core.db.driver import command
from cxsurvey.settings import Settings


def as_json(value: Any) -> str:
    """JSON for a column, most of which are empty objects; in three quarters less time than by the standard library."""
    return "{}" if value == {} else to_json(value).decode()


READ_SECONDS = 2.0
"""How long one read may take before it is given up."""
STEPS_BETWEEN_LOOKS = 20_000
"""SQLite looks at the deadline after this many virtual machine steps (about a millisecond)."""


@dataclass(frozen=True)
class Engines:
    """`writing` for the lanes, `reading` for everything else; `sqlite_file` is None on Postgres.

    `looping`, on SQLite only, reads one statement at a time without a transaction around it.
    """

    writing: Engine
    reading: Engine
    sqlite_file: Path | None
    looping: Engine | None = None

    @property
    def is_sqlite(self) -> bool:
        return self.sqlite_file is not None

    def dispose(self) -> None:
        self.writing.dispose()
        self.reading.dispose()
        if self.looping is not None:
            self.looping.dispose()


class UnsafeDatabase(Exception):  # noqa: N818 - read by people
    """The database does not promise to keep what it acknowledged."""


class WrongEncoding(Exception):  # noqa: N818 - read by people
    """The database was made with another encoding than UTF8."""


def open_engines(settings: Settings) -> Engines:
    """Engines for the configured database; touches no file and opens no connection yet."""
    try:
        url = make_url(settings.database)
    except ArgumentError:
        raise ValueError("CXSURVEY_DATABASE_URL: not an address such as postgresql://user@host/name") from None
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    if url.get_backend_name() == "postgresql":
        return _postgres(url, settings)
    raise ValueError(f"CXSURVEY_DATABASE_URL: {url.get_backend_name()} is not supported; use sqlite or postgresql")


def _sqlite(url: URL) -> Engines:
    if not url.database or url.database == ":memory:":
        raise ValueError("CXSURVEY_DATABASE_URL: SQLite needs a file, memory is not supported")
    arguments = {"check_same_thread": False, "timeout": 5.0}
    writing = create_engine(
        url, connect_args=arguments, poolclass=NullPool, json_serializer=as_json, hide_parameters=True
    )
    reading = create_engine(
        url, connect_args=arguments, poolclass=QueuePool, pool_size=16, max_overflow=48, hide_parameters=True
    )
    looping = create_engine(url, connect_args=arguments, poolclass=NullPool, hide_parameters=True)
    event.listen(writing, "connect", _sqlite_pragmas(writes=True))
    event.listen(looping, "connect", _sqlite_pragmas(writes=False))
    event.listen(reading, "connect", _sqlite_pragmas(writes=False))
    # announced at once: a reader that becomes a writer fails without waiting when somebody wrote in between
    event.listen(writing, "begin", lambda connection: command(connection, "BEGIN IMMEDIATE"))
    event.listen(reading, "begin", lambda connection: command(connection, "BEGIN"))
    return Engines(writing, reading, Path(url.database), looping)


def _sqlite_pragmas(*, writes: bool) -> Callable[[sqlite3.Connection, Any], None]:
    def set_up(connection: sqlite3.Connection, _: Any) -> None:
        # without this, sqlite3 opens transactions on its own and leaves DDL outside of them
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA wal_autocheckpoint=0")
        if writes:
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA cache_size=-16000")
            # what a savepoint would restore is written to a file otherwise: as many bytes as the log itself
            cursor.execute("PRAGMA temp_store=MEMORY")
        else:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    return set_up


_NOTICED = {
    "connect_timeout": 2,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 5000,
}
"""How libpq notices within seconds that a server has gone without a word."""
_ENCODED = {"client_encoding": "utf8"}
"""Else a database without an encoding answers in bytes, before anybody can say that it is the wrong one."""
_UNPREPARED = {"prepare_threshold": None}
_NO_OLD_PLANS = "-c plan_cache_mode=force_custom_plan"
"""A plan that was kept while a table was young reads the whole table long after it has grown."""
_BY_INDEX = "-c enable_seqscan=off"
"""What writes prepares no statement, so none keeps a plan; but Postgres keeps those of its checks of foreign keys, for
to plan these anew for each row took a third of its time for a response. So a table of one page too is looked up by its
index, which stays right however it grows. What no index has is still read in turn, and what most of a table is wanted
for by a bitmap, which is as quick."""
WRITE_SECONDS = 2.25
"""How long a statement may take that writes: longer than it may wait for a lock, shorter than the driver waits."""


def _postgres(url: URL, settings: Settings) -> Engines:
    # needs the driver, which an installation on SQLite may not have
    from cxsurvey.core.db.patience import Silence, have_patience

    url = url.set(drivername="postgresql+psycopg")
    writing = create_engine(
        url,
        json_serializer=as_json,
        hide_parameters=True,
        pool_size=settings.postgres_lanes,
        max_overflow=2,
        pool_pre_ping=True,
        connect_args={
            **_NOTICED,
            **_ENCODED,
            **_UNPREPARED,
            "options": f"-c statement_timeout={int(WRITE_SECONDS * 1000)} {_BY_INDEX} -c timezone=UTC",
        },
    )
    milliseconds = int(READ_SECONDS * 1000)
    reading = create_engine(
        url,
        hide_parameters=True,
        pool_size=8,
        max_overflow=16,
        pool_timeout=2,
        pool_pre_ping=True,
        connect_args={
            **_NOTICED,
            **_ENCODED,
            "options": f"-c statement_timeout={milliseconds} -c default_transaction_read_only=on {_NO_OLD_PLANS}"
            " -c timezone=UTC",
        },
    )
    silence = Silence(SystemClock().monotonic)
    have_patience(writing, silence)
    have_patience(reading, silence)
    return Engines(writing, reading, None)


def refuse_encoding(connection: Connection) -> None:
    """Raises `WrongEncoding` for a Postgres database that cannot hold every text."""
    if connection.dialect.name != "postgresql":
        return
    found = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if found != "UTF8":
        raise WrongEncoding(
            f"The database must be UTF8 and is {found}. Make another one: createdb --encoding=UTF8 --template=template0"
        )


def limit_reading(connection: Connection, monotonic: Callable[[], float], seconds: float = READ_SECONDS) -> None:
    """Gives up what this SQLite connection reads after `seconds`; Postgres has its statement timeout."""
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        end = monotonic() + seconds
        driver.set_progress_handler(lambda: monotonic() > end, STEPS_BETWEEN_LOOKS)


def unsafe_settings(connection: Connection) -> list[str]:
    """What this writing connection found that could lose an acknowledged answer; empty is good."""
    if connection.dialect.name == "sqlite":
        found = []
        if connection.exec_driver_sql("PRAGMA synchronous").scalar() != 2:
            found.append("SQLite synchronous is not FULL")
        if connection.exec_driver_sql("PRAGMA journal_mode").scalar() != "wal":
            found.append("SQLite journal_mode is not WAL (is the file on a network file system?)")
        return found
    wanted = {
        "fsync": {"on"},
        "synchronous_commit": {"on", "remote_apply", "remote_write"},
        "full_page_writes": {"on"},
    }
    return [
        f"Postgres {name} is {value}"
        for name, good in wanted.items()
        if (value := connection.exec_driver_sql(f"SHOW {name}").scalar()) not in good
    ]
