"""Tables of what is asked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, ForeignKey, Integer, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cxsurvey.accounts.models import Workspace
from cxsurvey.core.db.base import Base

EVERYTHING = date(9999, 12, 31)
NOTHING_YET = date(1970, 1, 1)
"""Through which day answers are released: of a survey that is not anonymous, and of one that was just published."""

MOST_VERSIONS = 32_767
"""The largest number that a version can have: what its column holds on Postgres."""


class Survey(Base):
    """A survey: its draft, its state and the version that is asked now."""

    __tablename__ = "surveys"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey(Workspace.id), index=True)
    code: Mapped[str] = mapped_column(String(10), unique=True)
    """Names the survey in its shared link; unique in the installation."""
    name: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(8))
    """draft, open or closed."""
    anonymous: Mapped[bool] = mapped_column(Boolean, default=False)
    draft: Mapped[dict[str, Any]]
    """The definition being edited, `surveys.definition.Definition` as JSON."""
    revision: Mapped[int] = mapped_column(Integer, default=1)
    """Raised by every change, so that a stale edit is noticed."""
    version_id: Mapped[UUID | None]
    """The version asked now; None until the first publication."""
    trend_line_id: Mapped[int | None]
    """The trend line of that version."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class TrendLine(Base):
    """One scale and formula of one survey. Its number stands for workspace and survey in hot indexes."""

    __tablename__ = "trend_lines"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey(Workspace.id), index=True)
    survey_id: Mapped[UUID] = mapped_column(ForeignKey(Survey.id), index=True)
    metric: Mapped[str] = mapped_column(String(8))
    formula: Mapped[str] = mapped_column(String(40))
    """Id and version of the scoring definition, such as `nps-0-10/1`."""
    minimum: Mapped[int] = mapped_column(SmallInteger)
    maximum: Mapped[int] = mapped_column(SmallInteger)
    released_through: Mapped[date] = mapped_column(Date, default=EVERYTHING)
    """Answers up to this report day may be shown: all of them, or in an anonymous survey those that were released."""
    created_at: Mapped[datetime]


class SurveyVersion(Base):
    """What was asked from one publication to the next; never changed."""

    __tablename__ = "survey_versions"
    __table_args__ = (UniqueConstraint("survey_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey(Workspace.id), index=True)
    survey_id: Mapped[UUID] = mapped_column(ForeignKey(Survey.id))
    number: Mapped[int] = mapped_column(SmallInteger)
    """Counts the versions of a survey from 1, up to `MOST_VERSIONS`."""
    trend_line_id: Mapped[int] = mapped_column(ForeignKey(TrendLine.id), index=True)
    definition: Mapped[dict[str, Any]]
    published_at: Mapped[datetime]
    published_by: Mapped[UUID | None]
