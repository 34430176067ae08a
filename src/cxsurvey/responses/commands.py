"""What comes in: one answer as another system sends it, and one submission as the use case takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field
from pydantic_core import PydanticCustomError

from cxsurvey.core.command import Command
from cxsurvey.core.text import Line16, Line40, Line80, Line200, Passage4000, Scalar
from cxsurvey.people.segments import Segments
from cxsurvey.people.service import PersonInput, known_or_claimed

LONGEST_SOURCE = 40
OWN_SOURCES = frozenset({"link", "invitation"})


def _check_source(source: str) -> str:
    if source in OWN_SOURCES:
        raise PydanticCustomError("reserved_source", "must not be link or invitation, which are our own pages")
    return source


Source = Annotated[Line40, AfterValidator(_check_source)]


class AnswerInput(Command):
    """One answer from REST or an import; at least a score, "I do not know" or a comment."""

    survey: Line40
    """The survey's id (`srv_…`)."""
    score: int | None = Field(default=None, ge=0, le=10)
    unknown: bool = False
    """The customer chose "I do not know" in place of a score, where the survey offers that."""
    comment: Passage4000 | None = None
    follow_ups: dict[Line40, Passage4000] = Field(default_factory=dict, max_length=10)
    """Follow-up id to text, or to the id of the chosen option."""
    answered_at: AwareDatetime | None = None
    """When the customer answered; the time of the request when left out."""
    external_id: Line200 | None = None
    """The caller's own id; the same one again never makes a second response."""
    source: Source = "rest"
    """Who collected the answer; `link` and `invitation` are our own pages and cannot be claimed."""
    locale: Line16 | None = None
    person: PersonInput | None = None
    segments: Segments = Segments()
    attributes: dict[Line80, Scalar] = Field(default_factory=dict, max_length=50)


@dataclass(frozen=True, slots=True)
class FormPage:
    """The form page that was posted, as its signed stamp tells it."""

    submission_id: bytes
    """16 bytes minted with the page; the same ones again are a change."""
    issued_at: datetime
    trapped: bool = False
    from_thanks: bool = False
    version: int = 0
    """Number of the version that was shown; 0 stands for the present one."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One answer on its way in, from whichever door.

    A form has a `page`, and an `invitation_id` or a `change_hash` when it belongs to a known answer. REST and
    imports have none of these. `test` comes from the credential, never from the body.
    """

    survey_id: UUID
    source: str
    score: int | None = None
    unknown: bool = False
    comment: str | None = None
    follow_ups: Mapping[str, str] = field(default_factory=dict)
    locale: str | None = None
    answered_at: datetime | None = None
    external_id: str | None = None
    person: PersonInput | None = None
    segments: Segments | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    claims: Mapping[str, Any] = field(default_factory=dict)
    test: bool = False
    workspace_id: UUID | None = None
    """The workspace of the credential; None for a respondent, who needs none."""
    page: FormPage | None = None
    invitation_id: UUID | None = None
    change_hash: bytes | None = None
    accepts_closed: bool = False
    """Whether answers to a closed survey are taken, as imports of old answers are."""


def submission_of(
    answer: AnswerInput, survey_id: UUID, workspace_id: UUID, *, test: bool = False, accepts_closed: bool = False
) -> Submission:
    """The submission of an answer that another system sends."""
    person, claims = known_or_claimed(answer.person, test=test)
    return Submission(
        survey_id=survey_id,
        workspace_id=workspace_id,
        # kept apart, so that a trial with an id does not take it from the real answer
        source=f"test/{answer.source}"[:LONGEST_SOURCE] if test else answer.source,
        score=answer.score,
        unknown=answer.unknown,
        comment=answer.comment or None,
        follow_ups=answer.follow_ups,
        locale=answer.locale,
        answered_at=answer.answered_at,
        external_id=answer.external_id,
        person=person,
        claims=claims,
        segments=answer.segments,
        attributes=answer.attributes,
        test=test,
        accepts_closed=accepts_closed,
    )
