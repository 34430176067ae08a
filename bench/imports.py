"""How quickly a file is imported, with validation, beside the same rows written to the same tables by the driver alone.

`python -m bench.imports [--rows N]`, 200,000 by default. `cxsurvey import responses` runs as an operator types it, with
the database for itself: its start, both readings of the file and every check count. Then the rows that came of it are
written once more, as they stand, into the same table with the same indexes: by executemany on SQLite, by COPY on
Postgres. Only that writing is timed.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Json

from bench.harness import load
from bench.harness.installation import Installation, installed, opened
from bench.harness.telling import Report

ROWS = 200_000
CHUNK = 10_000
WANTED = {"sqlite": 0.30, "postgres": 0.50}
MOST_MEGABYTES = 150
MAPS = ("score=Rating", "comment=Why", "answered_at=When", "external_id=Id", "touchpoint=Where", "agent=Who")
COMMENTS = ("Came early and well packed.", "Too late, and nobody told me why.", "", "", "Friendly on the phone.")
BEGINNING = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)


def main() -> None:
    """Measures on both databases."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--rows", type=int, default=ROWS)
    rows = arguments.parse_args().rows
    report = Report(f"Import of {rows:,} rows over the same rows by the driver alone")
    for dialect, wanted in WANTED.items():
        with installed(dialect, load.free_port()) as here:
            seconds, megabytes = imported(here, rows)
            bare = bare_sqlite(here) if dialect == "sqlite" else bare_postgres(here)
        report.note(f"{dialect}: import {seconds:.1f} s, {rows / seconds:,.0f} rows a second; alone {bare:.1f} s")
        report.at_least(f"{dialect}: import over the driver alone", bare / seconds, wanted)
        report.at_most(f"{dialect}: most memory of the import in MB", megabytes, MOST_MEGABYTES)
    report.end()


def imported(here: Installation, rows: int) -> tuple[float, float]:
    """Seconds and peak memory of the command."""
    file = here.settings.data_dir / "answers.csv"
    write_file(file, rows)
    maps = [part for one in MAPS for part in ("--map", one)]
    program = str(Path(sys.executable).with_name("cxsurvey"))
    command = [program, "import", "responses", str(file), "--survey", here.survey.code, *maps]
    began = time.monotonic()
    process = subprocess.Popen(command, env=here.environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit("the import did not end well")
    with opened(here.settings) as database, database.read() as ctx:
        (stored,) = ctx.connection.exec_driver_sql("SELECT count(*) FROM responses").one()
    if stored != rows:
        raise SystemExit(f"{stored} of {rows} rows are stored")
    return seconds, megabytes_of(used)


def megabytes_of(used: resource.struct_rusage) -> float:
    """The most memory a process held; Linux counts in kilobytes."""
    return used.ru_maxrss / 1024


def write_file(path: Path, rows: int) -> None:
    """Answers of a year, a third of them with a comment."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("Id", "When", "Rating", "Why", "Where", "Who"))
        for number in range(rows):
            when = BEGINNING + timedelta(seconds=number * 86_400 * 300 // rows)
            comment = COMMENTS[number % len(COMMENTS)]
            out.writerow(
                (f"a{number}", when.isoformat(), number * 7 % 11, comment, f"Shop {number % 9}", f"Agent {number % 40}")
            )


def bare_sqlite(here: Installation) -> float:
    """Seconds that executemany needs for the same rows, on a copy of the database without them."""
    live = here.settings.data_dir / "cxsurvey.db"
    copy = live.with_name("bare.db")
    shutil.copyfile(live, copy)
    seconds = 0.0
    with closing(sqlite3.connect(live)) as source, closing(sqlite3.connect(copy, isolation_level=None)) as target:
        for statement in ("PRAGMA foreign_keys=OFF", "PRAGMA journal_mode=WAL", "DELETE FROM responses", "VACUUM"):
            target.execute(statement)
        target.execute("PRAGMA foreign_keys=ON")
        target.execute("PRAGMA synchronous=FULL")
        rows = source.execute("SELECT * FROM responses")
        places = ", ".join("?" * len(rows.description))
        while chunk := rows.fetchmany(CHUNK):
            began = time.monotonic()
            target.execute("BEGIN IMMEDIATE")
            target.executemany(f"INSERT INTO responses VALUES ({places})", chunk)
            target.execute("COMMIT")
            seconds += time.monotonic() - began
    return seconds


def bare_postgres(here: Installation) -> float:
    """Seconds that COPY needs for the same rows, into the emptied table."""
    address = here.settings.database.replace("+psycopg", "")
    seconds = 0.0
    with psycopg.connect(address) as source, psycopg.connect(address, autocommit=True) as target:
        target.execute("CREATE TABLE kept AS SELECT * FROM responses")
        target.execute("TRUNCATE responses CASCADE")
        for chunk in _kept(source):
            began = time.monotonic()
            with target.cursor() as cursor, cursor.copy(sql.SQL("COPY responses FROM STDIN")) as copy:
                for row in chunk:
                    copy.write_row(row)
            seconds += time.monotonic() - began
    return seconds


def _kept(source: psycopg.Connection[Any]) -> Iterator[list[tuple[Any, ...]]]:
    with source.cursor(name="kept") as rows:
        rows.execute("SELECT * FROM kept")
        while chunk := rows.fetchmany(CHUNK):
            yield [tuple(map(_plain, row)) for row in chunk]


def _plain(value: Any) -> Any:
    return Json(value) if isinstance(value, dict | list) else value


if __name__ == "__main__":
    main()
