"""One response and its history as other parts of the program see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from cxsurvey.core.ids import encode
from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.people.service import PersonView
from cxsurvey.surveys.follow_ups import Given

PREFIX = "rsp"


@dataclass(frozen=True, slots=True)
class ResponseView:
    """One response with its attribution in words."""

    id: UUID
    survey_id: UUID
    version_id: UUID
    trend_line_id: int
    invitation_id: UUID | None
    state: str
    reason: str | None
    score: int | None
    unknown: bool
    comment: str | None
    follow_ups: Mapping[str, Given]
    locale: str | None
    source: str
    external_id: str | None
    report_day: date
    answered_at: datetime
    changed_at: datetime
    revision: int
    segments: Mapping[str, str]
    """Segment key to text, those that are set."""
    person: PersonView | None
    attributes: Mapping[str, Any]
    claims: Mapping[str, Any]
    facts: Mapping[str, Any]

    @property
    def public_id(self) -> str:
        return encode(PREFIX, self.id)


@dataclass(frozen=True, slots=True)
class RevisionView:
    """One later state of a response, with who caused it."""

    number: int
    kind: str
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str | None


def view_of(row: Mapping[str, Any], texts: Mapping[int, str], known: Mapping[UUID, PersonView]) -> ResponseView:
    """The view of a row, with the texts of segments by number and people by id."""
    return ResponseView(
        id=row["id"],
        survey_id=row["survey_id"],
        version_id=row["version_id"],
        trend_line_id=row["trend_line_id"],
        invitation_id=row["invitation_id"],
        state=row["state"],
        reason=row["reason"],
        score=row["score"],
        unknown=row["unknown"],
        comment=row["comment"],
        follow_ups=row["follow_ups"],
        locale=row["locale"],
        source=row["source"],
        external_id=row["external_id"],
        report_day=row["report_day"],
        answered_at=row["answered_at"],
        changed_at=row["changed_at"],
        revision=row["revision"],
        segments={key: texts[row[key]] for key in SEGMENT_KEYS if row[key] is not None},
        person=known.get(row["person_id"]),
        attributes=row["attributes"],
        claims=row["claims"],
        facts=row["facts"],
    )
