"""Signs of life: which processes of this installation run now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Connection, Table, delete, select

from cxsurvey.core.db.upsert import insert_replacing
from cxsurvey.core.jobs.models import ProcessBeat

BEATS = cast("Table", ProcessBeat.__table__)
BEAT_SECONDS = 5.0
ALIVE = timedelta(seconds=15)
"""A process not seen for this long is taken for dead."""
FORGOTTEN = timedelta(days=1)
SERVE, WORKER, PAGES = "serve", "worker", "pages"
"""Kinds of processes: a server that works on jobs as well, a worker, and a server that leaves them to others."""


@dataclass(frozen=True, slots=True)
class Beat:
    """One process: `name` is unique, `kind` one of those above, `beats` counts its signs of life."""

    name: str
    kind: str
    started_at: datetime
    seen_at: datetime
    beats: int = 0

    @property
    def works(self) -> bool:
        """Whether it takes jobs."""
        return self.kind != PAGES

    @property
    def command(self) -> str:
        """The command that it is."""
        return WORKER if self.kind == WORKER else SERVE


def beat(connection: Connection, sign: Beat) -> None:
    """Writes that the process is alive."""
    statement = insert_replacing(BEATS, connection.dialect.name, ("name",), ("seen_at", "beats"))
    row = {
        "name": sign.name,
        "kind": sign.kind,
        "started_at": sign.started_at,
        "seen_at": sign.seen_at,
        "beats": sign.beats,
    }
    connection.execute(statement, [row])


def stopped(connection: Connection, name: str) -> None:
    """The process ended in order."""
    connection.execute(delete(BEATS).where(BEATS.c.name == name))


def alive(connection: Connection, now: datetime) -> Sequence[Beat]:
    """The processes seen a moment ago. One seen in the future had its clock set back and counts as alive."""
    query = select(BEATS).where(BEATS.c.seen_at > now - ALIVE).order_by(BEATS.c.name)
    return [Beat(row.name, row.kind, row.started_at, row.seen_at, row.beats) for row in connection.execute(query)]


def forget(connection: Connection, now: datetime) -> int:
    """Deletes processes that died long ago; returns how many."""
    return connection.execute(delete(BEATS).where(BEATS.c.seen_at < now - FORGOTTEN)).rowcount
