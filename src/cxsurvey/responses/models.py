"""Tables of answers, their history and their daily counts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from cxsurvey.accounts.models import Workspace
from cxsurvey.core.db.base import Base
from cxsurvey.invitations.models import Invitation
from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.people.models import Person
from cxsurvey.surveys.models import Survey, SurveyVersion, TrendLine

COUNTED_SCORES = tuple(f"n{score}" for score in range(11))
LEFT_OUT = ("provisional", "flagged", "test", "void")
COUNTERS = (*COUNTED_SCORES, *LEFT_OUT, "unknown", "unscored", "comments")


def _unique_where_set(name: str, *columns: str) -> Index:
    present = text(f"{columns[-1]} IS NOT NULL")
    return Index(name, *columns, unique=True, sqlite_where=present, postgresql_where=present)


_PLACE = ("trend_line_id", "report_day", "answered_at", "id")
"""The order of lists that begin with the newest."""


def _of_contacts(name: str, *columns: str) -> Index:
    flag = "may_be_contacted"
    return Index(name, *columns, sqlite_where=text(f"{flag} = 1"), postgresql_where=text(flag))


class Response(Base):
    """One answer. One row and one id for ever; later states are kept in `response_revisions`."""

    __tablename__ = "responses"
    __table_args__ = (
        _unique_where_set("uq_responses_invitation_id", "invitation_id"),
        _unique_where_set("uq_responses_submission_id", "submission_id"),
        _unique_where_set("uq_responses_change_hash", "change_hash"),
        _unique_where_set("uq_responses_external_id", "workspace_id", "source", "external_id"),
        Index("ix_responses_score", "trend_line_id", "report_day", "state", "score", *SEGMENT_KEYS),
        Index(
            "ix_responses_comments",
            "trend_line_id",
            "answered_at",
            "id",
            sqlite_where=text("comment IS NOT NULL"),
            postgresql_where=text("comment IS NOT NULL"),
        ),
        # always true, and there so that only the list asks this index: before Postgres has statistics of a young
        # table it takes the workspace alone for a good key, and would read all its rows to find a few by their id
        Index(
            "ix_responses_changed",
            "workspace_id",
            "changed_at",
            "id",
            sqlite_where=text("changed_at IS NOT NULL"),
            postgresql_where=text("changed_at IS NOT NULL"),
        ),
        Index(
            "ix_responses_person",
            "person_id",
            sqlite_where=text("person_id IS NOT NULL"),
            postgresql_where=text("person_id IS NOT NULL"),
        ),
        Index(
            "ix_responses_import",
            "import_id",
            "id",
            "revision",
            sqlite_where=text("import_id IS NOT NULL"),
            postgresql_where=text("import_id IS NOT NULL"),
        ),
        # few customers may be contacted: what finds them costs the other responses nothing
        # with the flag itself, or SQLite would visit each row to look at it
        _of_contacts("ix_responses_contact", *_PLACE, "state", "score", *SEGMENT_KEYS, "may_be_contacted"),
        _of_contacts("ix_responses_contact_changed", "workspace_id", "changed_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey(Workspace.id))
    survey_id: Mapped[UUID] = mapped_column(ForeignKey(Survey.id))
    version_id: Mapped[UUID] = mapped_column(ForeignKey(SurveyVersion.id))
    trend_line_id: Mapped[int] = mapped_column(ForeignKey(TrendLine.id))
    invitation_id: Mapped[UUID | None] = mapped_column(ForeignKey(Invitation.id))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    submission_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    """Minted with the form page; sending the same page again changes this row."""
    change_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """What finds the response of a link with which a shared-link answer is changed: see `change_links`."""
    source: Mapped[str] = mapped_column(String(40))
    """link, invitation, or the name that a REST caller or an import gives."""
    external_id: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(12))
    """counted, provisional, flagged, test or void."""
    score: Mapped[int | None] = mapped_column(SmallInteger)
    unknown: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whether the customer chose "I do not know" in place of a score."""
    comment: Mapped[str | None] = mapped_column(Text)
    follow_ups: Mapped[dict[str, Any]] = mapped_column(default=dict)
    locale: Mapped[str | None] = mapped_column(String(16))
    report_day: Mapped[date] = mapped_column(Date)
    """The date in the workspace's zone when first answered; never changes."""
    answered_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(Integer, default=1)
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
    """Other facts the caller sent; shown, not grouped by."""
    claims: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What a public form or an unsigned link says about a person; never believed, never grouped by."""
    may_be_contacted: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Whether the customer said so on the page: what lists are filtered by, for `claims` is never searched."""
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """How it was answered: seconds since the page was issued, trap, other scores posted."""
    reason: Mapped[str | None] = mapped_column(String(200))
    """Why it is flagged or void."""
    import_id: Mapped[UUID | None]
    """The import that stored it. No foreign key: the table of imports is that of a higher floor."""


class TakingBack(Base):
    """An import whose responses are being taken back now. What it has not reached yet is void a moment later."""

    __tablename__ = "imports_taken_back"

    workspace_id: Mapped[UUID] = mapped_column(ForeignKey(Workspace.id), primary_key=True)
    import_id: Mapped[UUID] = mapped_column(primary_key=True)


class ResponseRevision(Base):
    """One later state of a response: what it was before and what it became."""

    __tablename__ = "response_revisions"
    __table_args__ = (UniqueConstraint("response_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey(Workspace.id), index=True)
    response_id: Mapped[UUID] = mapped_column(ForeignKey(Response.id))
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(16))
    """changed, followed_up, flagged, voided or restored."""
    at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(String(12))
    actor_id: Mapped[UUID | None]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    reason: Mapped[str | None] = mapped_column(String(200))


class ScoreDay(Base):
    """Exact counts of one trend line on one report day. Written only by the lane's finisher and by `rebuild`."""

    __tablename__ = "score_days"

    trend_line_id: Mapped[int] = mapped_column(ForeignKey(TrendLine.id), primary_key=True)
    report_day: Mapped[date] = mapped_column(Date, primary_key=True)
    n0: Mapped[int] = mapped_column(Integer, default=0)
    n1: Mapped[int] = mapped_column(Integer, default=0)
    n2: Mapped[int] = mapped_column(Integer, default=0)
    n3: Mapped[int] = mapped_column(Integer, default=0)
    n4: Mapped[int] = mapped_column(Integer, default=0)
    n5: Mapped[int] = mapped_column(Integer, default=0)
    n6: Mapped[int] = mapped_column(Integer, default=0)
    n7: Mapped[int] = mapped_column(Integer, default=0)
    n8: Mapped[int] = mapped_column(Integer, default=0)
    n9: Mapped[int] = mapped_column(Integer, default=0)
    n10: Mapped[int] = mapped_column(Integer, default=0)
    provisional: Mapped[int] = mapped_column(Integer, default=0)
    flagged: Mapped[int] = mapped_column(Integer, default=0)
    test: Mapped[int] = mapped_column(Integer, default=0)
    void: Mapped[int] = mapped_column(Integer, default=0)
    unknown: Mapped[int] = mapped_column(Integer, default=0)
    unscored: Mapped[int] = mapped_column(Integer, default=0)
    comments: Mapped[int] = mapped_column(Integer, default=0)
