"""The table of imports: what was brought in, how it is read, and how far it has come."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from cxsurvey.accounts.models import Workspace
from cxsurvey.core.db.base import Base
from cxsurvey.surveys.models import Survey

TALLIES = ("rows_read", "stored", "changed", "known", "skipped", "left_out", "same_respondent", "refused")


class Import(Base):
    """One file brought into a workspace. The file lies in the data folder, under the id of its row."""

    __tablename__ = "imports"
    __table_args__ = (
        Index("ix_imports_workspace", "workspace_id", "created_at", "id"),
        Index("ix_imports_digest", "workspace_id", "digest"),
        Index("ix_imports_state", "workspace_id", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey(Workspace.id))
    kind: Mapped[str] = mapped_column(String(12))
    """responses or people."""
    state: Mapped[str] = mapped_column(String(12))
    """draft, waiting, running, done, failed, cancelled, undoing or undone."""
    rehearsal: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whether the run that waits, runs or has ended last is a dry run."""
    run: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """How often it was started or tried; only the job of the last time may touch it."""
    survey_id: Mapped[UUID | None] = mapped_column(ForeignKey(Survey.id))
    file_name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column(BigInteger)
    """Bytes of the file as it was brought."""
    digest: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the file as it was brought, by which the same file is known again."""
    file: Mapped[dict[str, Any]]
    """How the file is read, and what its columns hold."""
    reading: Mapped[dict[str, Any]]
    """The mapping, zone, order of dates, source and scale, as they were settled."""
    position: Mapped[int] = mapped_column(BigInteger, default=0)
    """Bytes of the file of refused rows that belong to the rows read so far."""
    rows_read: Mapped[int] = mapped_column(Integer, default=0)
    stored: Mapped[int] = mapped_column(Integer, default=0)
    changed: Mapped[int] = mapped_column(Integer, default=0)
    known: Mapped[int] = mapped_column(Integer, default=0)
    skipped: Mapped[int] = mapped_column(Integer, default=0)
    left_out: Mapped[int] = mapped_column(Integer, default=0)
    same_respondent: Mapped[int] = mapped_column(Integer, default=0)
    refused: Mapped[int] = mapped_column(Integer, default=0)
    times: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """How many times on the wall were odd, by oddity."""
    scores: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """How many rows that are stored, or would be, have each score, or “unknown”."""
    first_answered_at: Mapped[datetime | None]
    last_answered_at: Mapped[datetime | None]
    """When the first and the last answer was given that is stored, or would be, as the file says."""
    failure: Mapped[str | None] = mapped_column(String(500))
    actor_kind: Mapped[str] = mapped_column(String(12))
    actor_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    undone: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Answers that were taken back."""
    left_alone: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Answers that somebody had changed since, and that were not taken back."""
    undo_reason: Mapped[str | None] = mapped_column(String(200))
    undone_at: Mapped[datetime | None]
