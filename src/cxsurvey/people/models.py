"""Tables of people and of the segments their answers are grouped by."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cxsurvey.accounts.models import Workspace
from cxsurvey.core.db.base import Base


class Person(Base):
    """A customer. Written by REST, import, users and personal links, never by a public form."""

    __tablename__ = "people"
    __table_args__ = (
        Index(
            "uq_people_workspace_id_email_key",
            "workspace_id",
            "email_key",
            unique=True,
            sqlite_where=text("email_key IS NOT NULL"),
            postgresql_where=text("email_key IS NOT NULL"),
        ),
        Index(
            "uq_people_workspace_id_external_id",
            "workspace_id",
            "external_id",
            unique=True,
            sqlite_where=text("external_id IS NOT NULL"),
            postgresql_where=text("external_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey(Workspace.id))
    email: Mapped[str | None] = mapped_column(String(320))
    email_key: Mapped[str | None] = mapped_column(String(320))
    external_id: Mapped[str | None] = mapped_column(String(200))
    name: Mapped[str | None] = mapped_column(String(200))
    locale: Mapped[str | None] = mapped_column(String(16))
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class SegmentValue(Base):
    """One value of one segment key; responses hold its number, so renaming an agent is one row."""

    __tablename__ = "segment_values"
    __table_args__ = (UniqueConstraint("workspace_id", "key", "text"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey(Workspace.id))
    key: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(String(200))
