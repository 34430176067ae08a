"""Brings a database to the schema of this program. Alembic is loaded only when there is something to do.

A revision is named by the date and time it was written, and files carry that name, so the wanted revision is
the last file name and the check at start is one query.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from cxsurvey.core import paths
from cxsurvey.core.db import backup
from cxsurvey.core.db.engines import Engines, refuse_encoding
from cxsurvey.core.db.filelock import WRITE_LOCK, FileLock

REVISION_LENGTH = len("20260101_000000")
ADVISORY_LOCK = 0x63787375  # "cxsu"


class MigrationFailed(Exception):  # noqa: N818 - read by people
    """The schema could not be changed; the database is as it was before."""


class SchemaState(StrEnum):
    """How the schema of a database compares with this program."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


@dataclass(frozen=True, slots=True)
class Schema:
    """The revision a database has (None: no schema yet) and the one this program wants."""

    current: str | None
    wanted: str

    @property
    def state(self) -> SchemaState:
        if self.current is None:
            return SchemaState.EMPTY
        if self.current == self.wanted:
            return SchemaState.CURRENT
        return SchemaState.OLDER if self.current in revisions() else SchemaState.NEWER


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What an upgrade did; `copy` is the file that holds the database as it was, on SQLite with a schema."""

    before: str | None
    after: str
    copy: Path | None


@cache
def revisions() -> tuple[str, ...]:
    """All revisions this program knows, oldest first."""
    files = (paths.migrations() / "versions").glob("[0-9]*_*.py")
    return tuple(sorted(file.name[:REVISION_LENGTH] for file in files))


def schema(connection: Connection) -> Schema:
    """The schema of a database, by one query. On Postgres the transaction is lost when there is none yet."""
    try:
        current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except (OperationalError, ProgrammingError) as error:
        if not _is_missing_table(error):
            raise
        current = None
    return Schema(current, revisions()[-1])


def schema_of(engines: Engines) -> Schema:
    """The schema of the configured database; makes no SQLite file that is not there yet. Raises `WrongEncoding`."""
    if engines.sqlite_file is not None and not engines.sqlite_file.exists():
        return Schema(None, revisions()[-1])
    with engines.reading.connect() as connection:
        refuse_encoding(connection)
        return schema(connection)


def upgrade(engines: Engines, stamp: str) -> Upgraded:
    """Brings the database to the newest schema, or raises `MigrationFailed` and leaves it as it was.

    `stamp` (such as 20261121-231500) goes into the name of the copy made before. On SQLite the caller holds
    the serve lock exclusively; on Postgres an advisory lock lets one process at a time do it.
    """
    before = schema_of(engines)
    if before.state is SchemaState.NEWER:
        raise MigrationFailed(
            f"The database has schema {before.current}, this program knows {before.wanted} at most: "
            "install the newer version again, or restore a backup made with this one"
        )
    copy = None
    if engines.sqlite_file is not None:
        copy = _copy_before(engines.sqlite_file, before, stamp)
    with _migrating(engines) as connection:
        run(connection, "head")
    return Upgraded(before.current, before.wanted, copy)


def run(connection: Connection, target: str) -> None:
    """Moves the schema to `target` ("head", "base" or a revision) inside the caller's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(paths.migrations()).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = revisions()
    now = schema(connection).current if connection.dialect.name == "sqlite" else _current_on_postgres(connection)
    goes_back = target == "base" or (target in known and now in known and known.index(target) < known.index(now))
    (command.downgrade if goes_back else command.upgrade)(config, target)


@contextmanager
def sqlite_connection(file: Path) -> Iterator[Connection]:
    """A transaction in which tables may be rebuilt: foreign keys are off, and checked before the commit.

    With foreign keys on, dropping the old table of a rebuild deletes the rows that refer to it.
    """
    engine = create_engine(f"sqlite:///{file}", poolclass=NullPool, connect_args={"timeout": 30.0})
    event.listen(engine, "connect", _prepare_rebuild)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with FileLock.beside(file, WRITE_LOCK).held(), engine.connect() as connection, connection.begin():
        yield connection
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(5)
        if broken:
            raise MigrationFailed(f"Rows would refer to nothing in: {', '.join(sorted({row[0] for row in broken}))}")


@contextmanager
def postgres_connection(engines: Engines) -> Iterator[Connection]:
    """A transaction without statement timeout that only one process at a time can have."""
    from cxsurvey.core.db.patience import wait_for_ever

    with engines.writing.connect() as connection, connection.begin():
        wait_for_ever(connection)
        connection.exec_driver_sql("SET LOCAL lock_timeout = '60s'")
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        # a table somebody reads must not be waited for while everybody else waits behind us
        connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
        yield connection


@contextmanager
def _migrating(engines: Engines) -> Iterator[Connection]:
    opened = sqlite_connection(engines.sqlite_file) if engines.sqlite_file else postgres_connection(engines)
    try:
        with opened as connection:
            yield connection
    except (OperationalError, ProgrammingError) as error:
        raise MigrationFailed(f"The database refused: {str(error.orig).splitlines()[0]}") from error


def _prepare_rebuild(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=0", "foreign_keys=OFF"):
        connection.execute(f"PRAGMA {pragma}")


def _copy_before(file: Path, before: Schema, stamp: str) -> Path | None:
    if before.state is not SchemaState.OLDER:
        file.parent.mkdir(parents=True, exist_ok=True)
        return None
    copy = file.with_name(f"{file.stem}-before-{before.wanted}-{stamp}{file.suffix}")
    try:
        backup.copy_sqlite(file, copy)
    except backup.BackupFailed as error:
        raise MigrationFailed(f"No copy could be made before the change: {error}") from error
    return copy


def _current_on_postgres(connection: Connection) -> str | None:
    # asking a table that is not there would end the transaction that is to create it
    if connection.execute(text("SELECT to_regclass('alembic_version')")).scalar() is None:
        return None
    return schema(connection).current


def _is_missing_table(error: OperationalError | ProgrammingError) -> bool:
    return getattr(error.orig, "sqlstate", None) == "42P01" or "no such table" in str(error.orig)
