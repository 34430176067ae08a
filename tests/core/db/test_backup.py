"""Copies of a live SQLite database, and putting one in its place."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cxsurvey.core.db import backup
from cxsurvey.core.db.backup import BackupFailed


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Path]:
    """A database that somebody has open, with a row that is in the log alone."""
    file = tmp_path / "live.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.executescript("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t (n);")
        connection.execute("INSERT INTO t VALUES (1)")
        yield file


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    """A folder for copies; a backup makes none, since a missing one is mostly a disk that is not mounted."""
    folder = tmp_path / "copies"
    folder.mkdir()
    return folder


def rows(file: Path) -> list[int]:
    with closing(sqlite3.connect(file)) as connection:
        return [row[0] for row in connection.execute("SELECT n FROM t ORDER BY n")]


def test_a_copy_holds_what_is_committed_and_not_what_is_open(live: Path, copies: Path) -> None:
    with closing(sqlite3.connect(live, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO t VALUES (2)")

        backup.copy_sqlite(live, copies / "copy.db")

        writer.execute("COMMIT")
    assert rows(copies / "copy.db") == [1]
    assert rows(live) == [1, 2]


def test_only_the_owner_may_read_a_copy_and_nothing_else_is_left(live: Path, copies: Path) -> None:
    target = copies / "copy.db"

    backup.copy_sqlite(live, target)

    assert target.stat().st_mode & 0o777 == 0o600
    assert list(target.parent.iterdir()) == [target]


def test_a_failed_copy_leaves_the_former_one(tmp_path: Path) -> None:
    broken, target = tmp_path / "broken.db", tmp_path / "copy.db"
    broken.write_bytes(b"this is no database, and long enough to be taken for one" * 20)
    target.write_bytes(b"former")

    with pytest.raises(BackupFailed, match="not a database"):
        backup.copy_sqlite(broken, target)

    assert target.read_bytes() == b"former"
    assert sorted(tmp_path.iterdir()) == [broken, target]


def test_a_damaged_page_is_noticed(live: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(live, isolation_level=None)) as connection:
        connection.executemany("INSERT INTO t VALUES (?)", [(number,) for number in range(4000)])
        connection.execute("CREATE INDEX t_n ON t (n)")
    target = tmp_path / "copy.db"
    backup.copy_sqlite(live, target)
    content = bytearray(target.read_bytes())
    content[-4096:-3000] = b"\xff" * 1096
    target.write_bytes(content)

    with pytest.raises(BackupFailed, match=r"damaged|not a whole"):
        backup.check_sqlite(target)


def test_rows_that_refer_to_nothing_are_noticed(tmp_path: Path) -> None:
    file = tmp_path / "orphans.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(
            "CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a INTEGER REFERENCES a (id));"
            "INSERT INTO b VALUES (1);"
        )

    with pytest.raises(BackupFailed, match="refer to nothing in b"):
        backup.check_sqlite(file)


def test_putting_a_copy_in_place_keeps_the_old_database_whole(live: Path, tmp_path: Path) -> None:
    checked, aside = tmp_path / ".live.db.restoring", tmp_path / "old.db"
    backup.copy_sqlite(live, checked)
    with closing(sqlite3.connect(live, isolation_level=None)) as connection:
        connection.execute("INSERT INTO t VALUES (2)")

    backup.put_in_place(checked, live, aside)

    assert rows(live) == [1]
    assert rows(aside) == [1, 2]
    assert not checked.exists()


def test_the_log_of_the_old_database_is_never_played_into_the_new_one(live: Path, tmp_path: Path) -> None:
    checked, aside = tmp_path / ".live.db.restoring", tmp_path / "old.db"
    backup.copy_sqlite(live, checked)
    with closing(sqlite3.connect(live, isolation_level=None)) as reader:
        # somebody who still reads keeps the log from being emptied
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM t").fetchall()
        with closing(sqlite3.connect(live, isolation_level=None)) as writer:
            writer.execute("PRAGMA wal_autocheckpoint=0")
            writer.execute("INSERT INTO t VALUES (2)")
            backup.put_in_place(checked, live, aside)

    assert rows(live) == [1]
