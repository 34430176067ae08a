"""Consistent copies of the database, made while it is served, and putting one back.

A copy gets its name only when it is complete, checked and on the disk.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.engine import URL

from cxsurvey.core.db.filelock import WRITE_LOCK, FileLock

COMPANIONS = ("-wal", "-shm")


class BackupFailed(Exception):  # noqa: N818 - read by people
    """No copy was made, or the file is none that can be put back; nothing was changed."""


def copy_sqlite(source: Path, target: Path) -> None:
    """Copies a live SQLite database as of now into one new, checked file; raises `BackupFailed`."""
    if not source.exists():
        raise BackupFailed(f"There is no database at {source}")
    with _complete_or_nothing(target) as partial:
        try:
            with closing(_read_only(source)) as connection:
                connection.execute("VACUUM INTO ?", (str(partial),))
        except sqlite3.Error as error:
            raise BackupFailed(f"{source} could not be copied: {error}") from error
        check_sqlite(partial)


def check_sqlite(file: Path) -> None:
    """Raises `BackupFailed` when the file is no whole SQLite database or rows refer to nothing."""
    try:
        with closing(_read_only(file)) as connection:
            problems = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
            orphans = connection.execute("PRAGMA foreign_key_check").fetchmany(5)
    except sqlite3.Error as error:
        raise BackupFailed(f"{file} is not a whole SQLite database: {error}") from error
    if problems != ["ok"]:
        raise BackupFailed(f"{file} is damaged: {problems[0]}")
    if orphans:
        tables = ", ".join(sorted({row[0] for row in orphans}))
        raise BackupFailed(f"{file} is damaged: rows refer to nothing in {tables}")


def dump_postgres(url: URL, target: Path) -> None:
    """Writes a Postgres database in pg_dump's custom format; raises `BackupFailed`."""
    program = shutil.which("pg_dump")
    if program is None:
        raise BackupFailed("pg_dump is not installed; it comes with the package postgresql-client")
    with _complete_or_nothing(target) as partial, _address_without_password(url) as address:
        command = [program, "--format=custom", "--no-owner", "--no-password", f"--file={partial}", address]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no shell
        if done.returncode != 0:
            reason = " ".join(done.stderr.split()) or "it gave no reason"
            raise BackupFailed(f"{program} failed: {reason[:500]}")


def copy_private(source: Path, target: Path) -> None:
    """Copies a small secret file so that only its owner can read the copy."""
    with _complete_or_nothing(target) as partial:
        partial.write_bytes(source.read_bytes())


def put_in_place(checked: Path, live: Path, aside: Path) -> None:
    """Makes `checked` the live SQLite database; what was there before is kept as `aside`.

    The caller holds the serve lock exclusively. `checked` must lie in the folder of `live`.
    """
    with FileLock.beside(live, WRITE_LOCK).held():
        if live.exists():
            _fold_log(live)
            # an old log beside a new file would be played into it
            for end in COMPANIONS:
                with suppress(FileNotFoundError):
                    Path(f"{live}{end}").rename(f"{aside}{end}")
            os.link(live, aside)
        checked.replace(live)
        _sync(live.parent)


@contextmanager
def _complete_or_nothing(target: Path) -> Iterator[Path]:
    """A private file to write to, which becomes `target` when the block ends well and vanishes when not."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent)
    except FileNotFoundError:
        # never made here: the folder may belong to a disk that is not mounted
        raise BackupFailed(f"There is no folder {target.parent}; nothing was written") from None
    except OSError as error:
        raise BackupFailed(f"{target.parent} cannot be written to: {error.strerror}") from error
    os.close(descriptor)
    partial = Path(name)
    try:
        yield partial
        _sync(partial)
        partial.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise BackupFailed(f"{target} could not be written: {error.strerror}") from error
    finally:
        for leftover in (partial, *(Path(f"{partial}{end}") for end in COMPANIONS)):
            leftover.unlink(missing_ok=True)


@contextmanager
def _address_without_password(url: URL) -> Iterator[str]:
    """The address for a libpq program, with the password in a private file: arguments are public."""
    plain = url.set(drivername="postgresql", password=None)
    if url.password is None:
        yield plain.render_as_string()
        return
    with tempfile.NamedTemporaryFile("w", prefix="cxsurvey-", suffix=".pgpass") as file:
        file.write("*:*:*:*:" + str(url.password).replace("\\", "\\\\").replace(":", "\\:") + "\n")
        file.flush()
        yield plain.update_query_dict({"passfile": file.name}).render_as_string()


def _read_only(file: Path) -> sqlite3.Connection:
    # read-only, so that closing it can never write the log back behind a running server
    return sqlite3.connect(f"file:{quote(str(file.absolute()))}?mode=ro", uri=True, timeout=5.0, isolation_level=None)


def _fold_log(file: Path) -> None:
    # a damaged database cannot; its log is kept beside it all the same
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(file, timeout=5.0, isolation_level=None)) as connection,
    ):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
