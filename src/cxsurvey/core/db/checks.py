"""What `doctor` and `serve` want to know about a database and the machine below it."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError

from cxsurvey.core.clock import Clock
from cxsurvey.core.jobs.beats import BEATS, alive
from cxsurvey.core.jobs.queue import backlog

SAFE_SQLITE = (3, 51, 3)
FEW_BYTES = 1_000_000_000
TOO_FEW_BYTES = 100_000_000
CLOCK_TOLERANCE = timedelta(seconds=5)
OLDEST_SENSIBLE_YEAR = 2026
LONG_WAIT = timedelta(minutes=10)
"""A worker looks for jobs every second: one that is due for so long is not taken though a worker is alive."""


class Colour(StrEnum):
    """How bad a finding is: nothing to do, look at it, must be changed."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor."""

    colour: Colour
    about: str
    text: str


def sqlite_library() -> Finding:
    """Whether SQLite has the correction of the race between checkpoint and commit."""
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info >= SAFE_SQLITE:
        return Finding(Colour.GREEN, "SQLite library", version)
    return Finding(
        Colour.YELLOW,
        "SQLite library",
        f"{version} is older than 3.51.3, in which a race between two processes was corrected. cxsurvey keeps clear "
        "of it by its file locks: let no other program write to the database while it is served.",
    )


def disk_space(folder: Path) -> Finding:
    """Whether the disk of the data has room left."""
    there = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
    free = shutil.disk_usage(there).free
    said = f"{free / 1e9:.1f} GB free at {folder}"
    if free < TOO_FEW_BYTES:
        return Finding(Colour.RED, "Disk", f"{said}: answers will soon be refused")
    return Finding(Colour.YELLOW if free < FEW_BYTES else Colour.GREEN, "Disk", said)


def clock(connection: Connection, ours: Clock) -> Finding:
    """Whether this machine's clock agrees with the database's, or with what was written before."""
    now = ours.now()
    if now.year < OLDEST_SENSIBLE_YEAR:
        return Finding(Colour.RED, "Clock", f"this machine believes it is {now:%Y-%m-%d}")
    if connection.dialect.name == "postgresql":
        theirs = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        # on a busy machine the question itself takes long; they looked at their clock somewhere in the middle of it
        apart = abs(theirs - (now + (ours.now() - now) / 2))
        said = f"{apart.total_seconds():.1f} s apart from the database's clock"
        return Finding(Colour.GREEN if apart < CLOCK_TOLERANCE else Colour.RED, "Clock", said)
    latest = connection.execute(select(func.max(BEATS.c.seen_at))).scalar()
    if latest is not None and latest > now + CLOCK_TOLERANCE:
        return Finding(Colour.RED, "Clock", f"it was set back: a process was seen at {latest:%Y-%m-%d %H:%M:%S} UTC")
    return Finding(Colour.GREEN, "Clock", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def jobs(connection: Connection, now: datetime) -> Finding:
    """Whether somebody takes the jobs that are due: imports, housekeeping, the release of anonymous answers."""
    waiting = backlog(connection, now)
    signs = alive(connection, now)
    has_worker = any(sign.works for sign in signs)
    if waiting.oldest is None or (has_worker and waiting.oldest > now - LONG_WAIT):
        return Finding(Colour.GREEN, "Jobs", "none waits for long")
    said = f"{waiting.number} due, the oldest since {waiting.oldest:%Y-%m-%d %H:%M:%S} UTC"
    if waiting.worked_on:
        return Finding(Colour.GREEN, "Jobs", f"{said}; a worker is busy with another one, and goes on with them")
    return Finding(Colour.YELLOW, "Jobs", f"{said}; {_advice(has_worker=has_worker, is_served=bool(signs))}")


def _advice(*, has_worker: bool, is_served: bool) -> str:
    """What to do about jobs that nobody takes."""
    if has_worker:
        return "no worker takes them: start one (cxsurvey worker), and look into the log of the one that runs"
    if is_served:
        return (
            "no worker is alive, and the server that runs takes no jobs (CXSURVEY_RUN_WORKER=0): "
            "start a worker (cxsurvey worker)"
        )
    return "no worker is alive, neither a server nor a worker runs: start one (cxsurvey serve or cxsurvey worker)"


def safety(problems: list[str]) -> list[Finding]:
    """The findings of `engines.unsafe_settings`, as lines."""
    if not problems:
        return [Finding(Colour.GREEN, "Durability", "what is acknowledged is on the disk")]
    return [Finding(Colour.RED, "Durability", f"{problem}: acknowledged answers can be lost") for problem in problems]


def trouble(error: BaseException) -> str | None:
    """One line for a database that cannot be reached, read or written; None for any other error."""
    # the base class by itself is what SQLite says of a file that is damaged or is none of its own
    if not isinstance(error, (OperationalError, InterfaceError)) and type(error) is not DatabaseError:
        return None
    lines = str(error.orig).strip().splitlines()
    return lines[0] if lines else type(error.orig).__name__
