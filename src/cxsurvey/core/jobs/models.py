"""Tables of jobs, schedules and running processes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Integer, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from cxsurvey.core.db.base import Base


class Job(Base):
    """One piece of later work. Runs at least once; whatever it calls bears running twice."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index(
            "ix_jobs_due",
            "due_at",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_jobs_lease",
            "lease_until",
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
        Index(
            "ix_jobs_finished_at",
            "finished_at",
            sqlite_where=text("finished_at IS NOT NULL"),
            postgresql_where=text("finished_at IS NOT NULL"),
        ),
        Index(
            "uq_jobs_dedupe_key",
            "dedupe_key",
            unique=True,
            sqlite_where=text("dedupe_key IS NOT NULL"),
            postgresql_where=text("dedupe_key IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID | None]
    name: Mapped[str] = mapped_column(String(60))
    args: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(8))
    """waiting, running, done or dead."""
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    lease_until: Mapped[datetime | None]
    lease_owner: Mapped[str | None] = mapped_column(String(60))
    dedupe_key: Mapped[str | None] = mapped_column(String(200))
    """While a job with this key is not finished, a second one is dropped."""
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    steps_done: Mapped[int | None] = mapped_column(Integer)
    """How many of `steps` are done; None for a job that does not tell."""
    steps: Mapped[int | None] = mapped_column(Integer)


class ScheduleRun(Base):
    """One firing of one schedule; the unique key lets one process win."""

    __tablename__ = "schedule_runs"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    fire_at: Mapped[datetime] = mapped_column(primary_key=True)


class ProcessBeat(Base):
    """A running process and when it was last seen alive."""

    __tablename__ = "process_beats"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    """serve, worker, or pages for a server that takes no jobs."""
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    beats: Mapped[int] = mapped_column(Integer, default=0)
