"""Tables of the core that belong to no domain: idempotency, limits and the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from cxsurvey.core.db.base import Base


class IdempotencyKey(Base):
    """The first answer given to a request of another system, given again when it is repeated."""

    __tablename__ = "idempotency_keys"

    api_key_id: Mapped[UUID] = mapped_column(primary_key=True)
    route: Mapped[str] = mapped_column(String(60), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[int] = mapped_column(SmallInteger)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(index=True)


class Limit(Base):
    """How far ahead of its rate a caller is (generic cell rate algorithm)."""

    __tablename__ = "limits"

    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    free_at: Mapped[int] = mapped_column(BigInteger, index=True)
    """Microseconds since 1970 at which the caller has caught up with its rate."""


class AuditEntry(Base):
    """Who did what, when, to what. Added to, never changed."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_workspace", "workspace_id", "at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID | None]
    at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(String(12))
    actor_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(80), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
