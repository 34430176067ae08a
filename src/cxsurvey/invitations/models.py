"""Table of personal links."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Index, Integer, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from cxsurvey.accounts.models import Workspace
from cxsurvey.core.db.base import Base
from cxsurvey.people.models import Person
from cxsurvey.surveys.models import Survey


class Invitation(Base):
    """One request for one answer. Its attribution is what was true when it was made, not when it is answered."""

    __tablename__ = "invitations"
    # the list, newest first: of a workspace, and of one survey
    __table_args__ = (
        Index("ix_invitations_workspace_id_created_at", "workspace_id", "created_at", "id"),
        Index("ix_invitations_survey_id_created_at", "survey_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey(Workspace.id))
    survey_id: Mapped[UUID] = mapped_column(ForeignKey(Survey.id))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    key_number: Mapped[int] = mapped_column(SmallInteger)
    generation: Mapped[int] = mapped_column(SmallInteger, default=1)
    locale: Mapped[str | None] = mapped_column(String(16))
    """Language the page opens in; None lets the browser decide."""
    test: Mapped[bool] = mapped_column(Boolean, default=False)
    source: Mapped[str] = mapped_column(String(16))
    """rest, cli, dashboard or mail: who made the link."""
    # numbers of segment_values
    touchpoint: Mapped[int | None] = mapped_column(Integer)
    channel: Mapped[int | None] = mapped_column(Integer)
    language: Mapped[int | None] = mapped_column(Integer)
    country: Mapped[int | None] = mapped_column(Integer)
    agent: Mapped[int | None] = mapped_column(Integer)
    team: Mapped[int | None] = mapped_column(Integer)
    department: Mapped[int | None] = mapped_column(Integer)
    attribute_1: Mapped[int | None] = mapped_column(Integer)
    attribute_2: Mapped[int | None] = mapped_column(Integer)
    attribute_3: Mapped[int | None] = mapped_column(Integer)
    attribute_4: Mapped[int | None] = mapped_column(Integer)
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    claims: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Whom a trial named; a person of the workspace is `person_id`."""
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    """When a mail with the link was accepted; None for links handed to another system."""
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
